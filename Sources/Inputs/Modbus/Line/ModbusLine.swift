import CModbus
import Glibc

/// An open line: libmodbus reads frames from it, and checks their sums; what a frame means to the request is `ModbusRequest`'s.
///
/// libmodbus alone would take the answer of another unit over TCP, and of another register after a write; it has no way to be called
/// off; and its `select` writes past its set for a descriptor of 1,024 or more. So the wait for an answer's first byte is ours, and
/// such a descriptor is refused.
///
/// Not safe from several threads: it belongs to its bus' own.
final class ModbusLine {
  /// Why a line can't be opened or is lost, as it stands in a device's observation.
  struct Failure: Error, Hashable, Sendable { var reason: String }

  enum Wait { case answer, over, interrupted }

  private let context: OpaquePointer
  private let socket: StreamSocket?
  private let serial: ModbusConnection.SerialSettings?
  private var transaction: UInt16
  /// libmodbus reads up to 260 bytes; once it wrote some more than were asked for (libmodbus#683).
  private var buffer = [UInt8](repeating: 0, count: 1024)

  /// What one exchange throws away at most before it calls the line noisy, bytes.
  static let noiseLimit = 65_536
  /// `select` of libmodbus has room for descriptors below this (FD_SETSIZE).
  private static let descriptorLimit: Int32 = 1024

  let descriptor: Int32

  private init(
    context: OpaquePointer, descriptor: Int32, socket: StreamSocket?, serial: ModbusConnection.SerialSettings?,
    transaction: UInt16
  ) {
    self.context = context
    self.descriptor = descriptor
    self.socket = socket
    self.serial = serial
    self.transaction = transaction
    // Without a limit for each byte, the limit is one for the whole answer: else a byte a second would go on for minutes.
    modbus_set_byte_timeout(context, 0, 0)
  }

  deinit {
    if socket != nil {
      // Its descriptor is the socket's, which closes it.
      modbus_set_socket(context, -1)
    } else {
      // What was not sent yet would keep close(2) waiting.
      tcflush(descriptor, TCIOFLUSH)
      modbus_close(context)
    }
    modbus_free(context)
  }

  /// The number of the last transaction, from which a later connection goes on counting.
  var lastTransaction: UInt16 { transaction }

  /// Opens a serial port; never blocks.
  static func open(_ settings: ModbusConnection.SerialSettings) throws(Failure) -> ModbusLine {
    let parity =
      switch settings.parity {
      case .none: UInt8(ascii: "N")
      case .even: UInt8(ascii: "E")
      case .odd: UInt8(ascii: "O")
      }
    guard
      let context = modbus_new_rtu(
        settings.path, Int32(settings.baud), CChar(parity), Int32(settings.dataBits), Int32(settings.stopBits))
    else { throw Failure(reason: "error") }
    guard modbus_connect(context) == 0 else {
      let code = errno
      modbus_free(context)
      throw Failure(reason: reason(opening: code))
    }
    let line = ModbusLine(
      context: context, descriptor: modbus_get_socket(context), socket: nil, serial: settings, transaction: 0)
    guard line.descriptor < descriptorLimit else { throw Failure(reason: "error") }
    // Programs that try every new port for a modem would speak in between.
    _ = ioctl(line.descriptor, UInt(TIOCEXCL))
    if let rs485 = settings.rs485 {
      var bytes = rs485.bytes
      // TIOCSRS485 of asm-generic/ioctls.h.
      guard ioctl(line.descriptor, 0x542F, &bytes) == 0 else { throw Failure(reason: "no_rs485") }
    }
    line.discard()
    return line
  }

  /// Takes a socket that is connected.
  static func take(_ socket: StreamSocket, transaction: UInt16) throws(Failure) -> ModbusLine {
    guard socket.descriptor < descriptorLimit else { throw Failure(reason: "error") }
    // The address is of no use: libmodbus gets the socket.
    guard let context = modbus_new_tcp("127.0.0.1", 502) else { throw Failure(reason: "error") }
    modbus_set_socket(context, socket.descriptor)
    var on: Int32 = 1
    setsockopt(socket.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    return ModbusLine(
      context: context, descriptor: socket.descriptor, socket: socket, serial: nil, transaction: transaction)
  }

  private static func reason(opening code: Int32) -> String {
    switch code {
    case ENOENT: "missing"
    case ENXIO, ENODEV, EIO: "unplugged"
    case EACCES, EPERM: "no_rights"
    case EBUSY: "busy"
    case ENOTTY, EINVAL: "not_serial"
    case EMFILE, ENFILE: "error"
    default: "error"
    }
  }

  /// True where the port's name stands for another device by now, or for none.
  var isRenamed: Bool {
    guard let serial else { return false }
    return PortName.leadsElsewhere(serial.path, than: descriptor)
  }

  /// Sends the request and waits for its answer. What answers something else is passed over while there is time.
  /// - Parameter wait: Waits until the descriptor is readable or that time has come, `CLOCK_BOOTTIME` in nanoseconds.
  func exchange(
    _ exchange: BusSession.Exchange, wait: (Int64) -> Wait
  ) throws(Failure) -> BusSession.Result {
    discard()
    try send(exchange)
    // Either way with the unit's address and the checksum.
    let characters = exchange.request.bytes.count + 3 + exchange.request.answerCount + 3
    let limit = BootClock.now + exchange.timeout + (serial?.wireTime(characters) ?? 0)
    var noise = 0
    while true {
      switch wait(limit) {
      case .over: return ended(.timeout)
      case .interrupted: return ended(.interrupted)
      case .answer: break
      }
      let left = limit - BootClock.now
      guard left > 0 else { return ended(.timeout) }
      switch try receive(within: left) {
      case .timeout: return ended(.timeout)
      case .garbled: return ended(.garbled)
      case .nothing: continue
      case .frame(let count):
        if let answer = answer(to: exchange, count) { return .answer(answer) }
        // Another unit's, or one that comes too late.
        noise += count
        if noise > Self.noiseLimit { return ended(.garbled) }
      }
    }
  }

  private func send(_ exchange: BusSession.Exchange) throws(Failure) {
    if let socket {
      transaction &+= 1
      let frame = TCPFrame(
        transaction: transaction, unit: exchange.unit, content: exchange.request.bytes[...])
      if let failure = socket.send(frame.bytes) { throw Failure(reason: failure.reason) }
      return
    }
    modbus_set_slave(context, Int32(exchange.unit))
    let raw = [exchange.unit] + exchange.request.bytes
    let sent = modbus_send_raw_request(context, raw, Int32(raw.count))
    if sent < 0 { throw lost(errno) }
  }

  private enum Reception { case frame(Int), nothing, timeout, garbled }

  private func receive(within left: Int64) throws(Failure) -> Reception {
    let microseconds = max(1, left / 1000)
    modbus_set_response_timeout(context, UInt32(microseconds / 1_000_000), UInt32(microseconds % 1_000_000))
    let count = modbus_receive_confirmation(context, &buffer)
    if count > 0 { return .frame(Int(count)) }
    // The frame of another unit.
    if count == 0 { return .nothing }
    switch errno {
    case ETIMEDOUT: return .timeout
    case Int32(CMODBUS_BAD_CRC), Int32(CMODBUS_BAD_DATA): return .garbled
    case EAGAIN, EINTR: return .nothing
    case let code: throw lost(code)
    }
  }

  private func lost(_ code: Int32) -> Failure {
    // A port whose other end is gone gives no bytes or an error, as the driver likes.
    serial == nil ? Failure(reason: StreamSocket.Failure(code: code).reason) : Failure(reason: "unplugged")
  }

  private func answer(to exchange: BusSession.Exchange, _ count: Int) -> ModbusAnswer? {
    if serial != nil {
      // The unit in front, the checksum behind.
      guard count >= 4, buffer[0] == exchange.unit else { return nil }
      return exchange.request.answer(in: buffer[1..<count - 2])
    }
    guard let frame = TCPFrame(buffer[..<count]), frame.transaction == transaction, frame.unit == exchange.unit else {
      return nil
    }
    return exchange.request.answer(in: frame.content)
  }

  /// After a failure a serial line is listened to until it is silent, so that the rest of it isn't taken for a beginning.
  private func ended(_ result: BusSession.Result) -> BusSession.Result {
    guard let serial else { return result }
    let silence = max(serial.gap, 10_000_000)
    let limit = BootClock.now + 250_000_000
    while BootClock.now < limit {
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, Int32(silence / 1_000_000)) > 0, discard() > 0 else { break }
    }
    return result
  }

  /// Throws away what is there, as late answers and noise; never blocks.
  /// - Returns: How many bytes it was.
  @discardableResult func discard() -> Int {
    var total = 0
    while total < Self.noiseLimit {
      let count = socket == nil ? read(descriptor, &buffer, buffer.count) : recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      total += count
    }
    return total
  }
}
