import Foundation
import Glibc
import Testing

@testable import Inputs

/// Frames that no honest unit sends, through libmodbus and all that is behind it: nothing ends the process, and no wrong value comes out.
///
/// `WAYPOST_MODBUS_FRAMES` says how many; `make verify` runs a million under the address sanitizer.
@Suite struct HostileFrameTests {
  static let frames = Int(ProcessInfo.processInfo.environment["WAYPOST_MODBUS_FRAMES"] ?? "") ?? 50_000
  /// Lines at once: most of the time goes by in waiting for what a cut frame lacks.
  static let lines = 16

  private struct Outcome: Sendable {
    var answered = 0
    var refused = 0
    var passedOver = 0
    var wrong: [String] = []
  }

  @Test func noHostileFrameGivesAWrongValue() async throws {
    let share = Self.frames / Self.lines
    let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
      for index in 0..<Self.lines {
        let wire = HostileUnit.Wire.allCases[index % 2]
        group.addTask { try await onThread { try Self.run(wire, seed: UInt64(index), frames: share) } }
      }
      return try await group.reduce(into: [Outcome]()) { $0.append($1) }
    }
    #expect(outcomes.flatMap(\.wrong).isEmpty)
    let answered = outcomes.reduce(0) { $0 + $1.answered }
    // A good part is honest, else nothing would have been tried; and every kind of end has been met.
    #expect(answered > Self.frames / 10)
    for kind in [\Outcome.refused, \.passedOver] { #expect(outcomes.reduce(0) { $0 + $1[keyPath: kind] } > 0) }
  }

  private static func run(_ wire: HostileUnit.Wire, seed: UInt64, frames: Int) throws -> Outcome {
    var hostile = HostileUnit(wire, seed: seed)
    var outcome = Outcome()
    let line = try Line(wire)
    for _ in 0..<frames {
      let unit = UInt8.random(in: 1...247, using: &hostile.random)
      let request = hostile.request()
      let exchange = BusSession.Exchange(unit: unit, request: request, timeout: 2_000_000)
      var asked = 0
      do throws(ModbusLine.Failure) {
        let result = try line.line.exchange(exchange) { _ in
          asked += 1
          guard asked == 1 else { return line.isReadable ? .answer : .over }
          let reply = hostile.reply(to: request, unit: unit, sent: line.request())
          line.send(reply)
          return reply.isEmpty ? .over : .answer
        }
        switch result {
        case .answer(.registers(let registers)):
          outcome.answered += 1
          guard case .read(let table, let address, _) = request else { continue }
          let wanted = registers.indices.map { HostileUnit.value(unit, table, Int(address) + $0) }
          if registers != wanted, outcome.wrong.count < 10 {
            outcome.wrong.append("\(wire) \(unit) \(request): \(registers)")
          }
        case .answer(.written): outcome.answered += 1
        case .answer(.exception): outcome.refused += 1
        case .timeout, .garbled, .interrupted: outcome.passedOver += 1
        }
      } catch {
        throw Unmet(description: "\(wire) was lost: \(error)")
      }
    }
    return outcome
  }
}

extension HostileFrameTests {
  /// A line of the driver's and the other end of it.
  private final class Line {
    let line: ModbusLine
    private let far: Int32
    private let terminal: PseudoTerminal?
    private let peer: LoopbackSocket?

    init(_ wire: HostileUnit.Wire) throws {
      switch wire {
      case .serial:
        let terminal = try PseudoTerminal()
        (self.terminal, peer) = (terminal, nil)
        far = terminal.master
        line = try ModbusLine.open(.init(path: terminal.path, baud: 115_200))
      case .tcp:
        let listener = try LoopbackSocket.listen()
        let address = Endpoint(host: "127.0.0.1", port: listener.port).addresses(isNumeric: true)[0]
        let socket = try StreamSocket(connectingTo: address)
        let peer = try listener.accept()
        (terminal, self.peer) = (nil, peer)
        far = peer.descriptor
        line = try ModbusLine.take(socket, transaction: 0)
      }
    }

    /// What the driver sent; waits for it.
    func request() -> [UInt8] {
      var entry = pollfd(fd: far, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, 10_000) > 0 else { return [] }
      var buffer = [UInt8](repeating: 0, count: 600)
      let count = read(far, &buffer, buffer.count)
      return Array(buffer[..<max(0, count)])
    }

    func send(_ bytes: [UInt8]) { _ = write(far, bytes, bytes.count) }

    /// Something more has come.
    var isReadable: Bool {
      var entry = pollfd(fd: line.descriptor, events: Int16(POLLIN), revents: 0)
      return poll(&entry, 1, 1) > 0
    }
  }
}
