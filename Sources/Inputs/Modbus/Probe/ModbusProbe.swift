import Glibc
public import Model

/// Reads a Modbus bus by hand: only reads, one request after the other, with a pause between them.
///
/// It has the line for itself. On a serial line that another program has open, and has claimed as the gateway does, it can't be opened; over TCP
/// a device that takes one connection only refuses it.
public final class ModbusProbe {
  /// How the bus is reached.
  public enum Line: Hashable, Sendable {
    case tcp(host: String, port: UInt16)
    /// - Parameter parity: `none`, `even` or `odd`.
    case rtu(path: String, baud: Int, parity: ModbusDefaults.Parity, stopBits: Int)
  }

  /// Why the line can't be used, in a few words: `unplugged`, `busy`, `permission denied`, `refused`.
  public struct Trouble: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
  }

  /// What a unit said.
  public enum Answer: Hashable, Sendable {
    /// Registers, or bits as 0 and 1.
    case registers([UInt16])
    /// It is there, and refuses that: `illegal data address`.
    case refused(String)
    /// Nothing came in time.
    case silent
    /// Something came that is no frame: another speed, two units with one number, a bad line.
    case garbled
  }

  /// What can be read at once of a table, so that one register that isn't there costs few requests.
  private static let block = 32

  private let line: ModbusLine
  private let timeout: Interval
  private let pause: Int32

  /// Opens the line.
  /// - Parameter timeout: How long a unit may take to answer.
  public init(_ line: Line, timeout: Interval) throws(Trouble) {
    self.timeout = timeout
    do throws(ModbusLine.Failure) {
      switch line {
      case .rtu(let path, let baud, let parity, let stopBits):
        pause = 20
        self.line = try ModbusLine.open(
          ModbusConnection.SerialSettings(path: path, baud: baud, parity: parity, stopBits: stopBits))
      case .tcp(let host, let port):
        pause = 5
        self.line = try Self.connect(Endpoint(host: host, port: port))
      }
    } catch {
      throw Trouble(description: error.reason)
    }
  }

  private static func connect(_ endpoint: Endpoint) throws(ModbusLine.Failure) -> ModbusLine {
    let addresses = endpoint.addresses(isNumeric: false)
    guard !addresses.isEmpty else { throw ModbusLine.Failure(reason: "unknown host") }
    var reason = "timeout"
    for address in addresses.prefix(4) {
      let socket: StreamSocket
      do throws(StreamSocket.Failure) {
        socket = try StreamSocket(connectingTo: address)
      } catch {
        reason = error.reason
        continue
      }
      var entry = pollfd(fd: socket.descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&entry, 1, 5000) > 0 else { continue }
      guard let failure = socket.connectionError else { return try ModbusLine.take(socket, transaction: 0) }
      reason = failure.reason
    }
    throw ModbusLine.Failure(reason: reason)
  }

  /// Whether a unit is there: any answer to a read of its first register says so, also a refusal.
  public func isThere(_ unit: UInt8) throws(Trouble) -> Answer { try ask(unit, .holding, 0, 1) }

  /// Reads addresses of a table, past those that aren't there.
  /// - Parameter range: At most 10,000.
  /// - Returns: What could be read, as runs; `refusal` where all was refused.
  public func read(
    _ unit: UInt8, _ table: ModbusMetric.Table, _ range: ClosedRange<UInt16>
  ) throws(Trouble) -> (runs: [(first: UInt16, registers: [UInt16])], refusal: Answer?) {
    var runs: [(first: UInt16, registers: [UInt16])] = []
    var refusal: Answer?
    var next = Int(range.lowerBound)
    let end = Int(range.upperBound)
    while next <= end {
      let count = min(Self.block, end - next + 1)
      let silent = try read(unit, table, UInt16(next), count, into: &runs, &refusal)
      // Whoever doesn't answer one request won't answer the next.
      if silent { return (runs, refusal) }
      next += count
    }
    return (runs, runs.isEmpty ? refusal : nil)
  }

  /// Halves what is refused, until what is there is found. True where the unit is silent.
  private func read(
    _ unit: UInt8, _ table: ModbusMetric.Table, _ first: UInt16, _ count: Int,
    into runs: inout [(first: UInt16, registers: [UInt16])], _ refusal: inout Answer?
  ) throws(Trouble) -> Bool {
    let answer = try ask(unit, table, first, count)
    switch answer {
    case .registers(let registers):
      if let last = runs.last, Int(last.first) + last.registers.count == Int(first) {
        runs[runs.count - 1].registers += registers
      } else {
        runs.append((first, registers))
      }
      return false
    case .refused:
      refusal = answer
      guard count > 1 else { return false }
      let half = count / 2
      if try read(unit, table, first, half, into: &runs, &refusal) { return true }
      return try read(unit, table, first + UInt16(half), count - half, into: &runs, &refusal)
    case .silent, .garbled:
      refusal = answer
      return true
    }
  }

  private func ask(_ unit: UInt8, _ table: ModbusMetric.Table, _ first: UInt16, _ count: Int) throws(Trouble) -> Answer
  {
    _ = poll(nil, 0, pause)
    let request = BusSession.Exchange(
      unit: unit, request: .read(table, address: first, count: count), timeout: timeout.nanoseconds)
    let result: BusSession.Result
    do throws(ModbusLine.Failure) {
      result = try line.exchange(request) { limit in
        var entry = pollfd(fd: line.descriptor, events: Int16(POLLIN), revents: 0)
        let left = max(0, (limit - BootClock.now + 999_999) / 1_000_000)
        return poll(&entry, 1, Int32(min(left, Int64(Int32.max)))) > 0 ? .answer : .over
      }
    } catch {
      throw Trouble(description: error.reason)
    }
    switch result {
    case .answer(.registers(let registers)): return .registers(registers)
    // From a gateway for a unit behind it that doesn't answer.
    case .answer(.exception(let exception)) where exception.isGateways: return .silent
    case .answer(.exception(let exception)): return .refused(exception.reason)
    case .answer(.written), .garbled: return .garbled
    case .timeout, .interrupted: return .silent
    }
  }
}
