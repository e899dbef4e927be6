/// How a serial line is clocked and framed.
struct SerialSettings: Hashable, Sendable {
  enum Parity: Int32, Hashable, Sendable { case none, odd, even }
  enum Flow: Int32, Hashable, Sendable {
    case none
    /// By the lines RTS and CTS.
    case rtscts
    /// By the characters XON (0x11) and XOFF (0x13), which then can't be data.
    case xonxoff
  }

  /// Bits a second; need not be one of the usual speeds.
  var baud = 9600
  /// 5 to 8.
  var dataBits = 8
  var parity = Parity.none
  /// 1 or 2.
  var stopBits = 1
  var flow = Flow.none

  /// What a UART can be set to; 4 Mbit/s is the fastest that the kernel has a name for.
  static let speeds = 50...4_000_000
}

extension SerialSettings: CustomStringConvertible {
  /// As technicians write it: `9600 8N1`.
  var description: String {
    let letter =
      switch parity {
      case .none: "N"
      case .odd: "O"
      case .even: "E"
      }
    return "\(baud) \(dataBits)\(letter)\(stopBits)"
  }
}
