import Model

/// How a bus is reached, as the key `connection` of a device says.
enum ModbusConnection: Hashable, Sendable {
  case serial(SerialSettings)
  case tcp(Endpoint)

  struct SerialSettings: Hashable, Sendable {
    /// The port, best by its name in `/dev/serial/by-id`, which stays when ports are numbered anew.
    var path: String
    /// Bits per second.
    var baud = 9600
    var parity = ModbusDefaults.Parity.none
    var dataBits = 8
    var stopBits = 1
    var rs485: RS485?

    /// Start bit, data, parity, stop.
    var bitsPerCharacter: Int { 1 + dataBits + (parity == .none ? 0 : 1) + stopBits }

    /// How long so many characters take, nanoseconds.
    func wireTime(_ characters: Int) -> Int64 {
      Int64(characters * bitsPerCharacter) * 1_000_000_000 / Int64(max(baud, 1))
    }

    /// The silence that ends a frame: MODBUS over Serial Line V1.02, section 2.5.1.1.
    var gap: Int64 { baud > 19_200 ? 1_750_000 : wireTime(7) / 2 }
  }

  /// Who switches the direction of an RS-485 transceiver: `TIOCSRS485` of the kernel's driver.
  struct RS485: Hashable, Sendable {
    /// The level of RTS while it sends.
    var rtsHighOnSend = true
    /// Milliseconds between switching and the first bit, and between the last bit and switching back.
    var delayBefore = 0
    var delayAfter = 0
    /// Hears what it sends itself.
    var receivesOwn = false

    /// `struct serial_rs485` of linux/serial.h.
    var bytes: [UInt32] {
      // SER_RS485_ENABLED, RTS_ON_SEND, RTS_AFTER_SEND, RX_DURING_TX.
      let flags: UInt32 = 1 | (rtsHighOnSend ? 2 : 4) | (receivesOwn ? 16 : 0)
      return [flags, UInt32(delayBefore), UInt32(delayAfter), 0, 0, 0, 0, 0]
    }
  }

  /// What devices of one bus have in common: the same for the same port or the same host and port.
  var name: String {
    switch self {
    case .serial(let settings): settings.path
    case .tcp(let endpoint): "\(endpoint.host.lowercased()):\(endpoint.port)"
    }
  }

  var session: BusSession.Settings {
    switch self {
    case .serial(let settings): BusSession.Settings(isSerial: true, gap: settings.gap)
    case .tcp: BusSession.Settings(isSerial: false)
    }
  }
}
