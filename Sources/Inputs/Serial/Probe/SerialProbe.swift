import Glibc
public import Model

/// Listens on a serial line; says nothing unless it is given a command to send.
public final class SerialProbe {
  /// Why the line can't be used, and what to do about it.
  public struct Trouble: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
    public var remedy: String?
  }

  /// What devices have, the likeliest first.
  public static let speeds = [9600, 19_200, 115_200, 4800, 38_400, 57_600, 2400, 1200]

  private let port: SerialPort

  /// Opens the port for itself alone.
  /// - Parameter parity: `none`, `even` or `odd`.
  public init(_ path: String, baud: Int, parity: ModbusDefaults.Parity, dataBits: Int, stopBits: Int) throws(Trouble) {
    var settings = SerialSettings()
    settings.baud = baud
    settings.dataBits = dataBits
    settings.stopBits = stopBits
    settings.parity =
      switch parity {
      case .none: .none
      case .even: .even
      case .odd: .odd
      }
    do throws(LineFailure) {
      port = try SerialPort(path, settings)
    } catch {
      throw Trouble(description: error.reason, remedy: error.remedy)
    }
  }

  /// What comes within that time; earlier where `limit` bytes have come.
  /// - Parameter command: What is sent first, as a device that waits for a question needs.
  public func listen(for time: Interval, limit: Int = 65_536, command: [UInt8] = []) throws(Trouble) -> [UInt8] {
    if !command.isEmpty, write(port.descriptor, command, command.count) != command.count {
      throw Trouble(description: "the command could not be sent", remedy: "check the cable")
    }
    var heard: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    let end = BootClock.now + time.nanoseconds
    while heard.count < limit, case let left = end - BootClock.now, left > 0 {
      var entry = pollfd(fd: port.descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, Int32((left + 999_999) / 1_000_000)) > 0 else { continue }
      let count = read(port.descriptor, &buffer, buffer.count)
      if count > 0 { heard += buffer[..<count] }
      guard count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR)) else {
        throw Trouble(description: "the line was lost", remedy: "is the adapter plugged in?")
      }
    }
    return heard
  }
}
