import Model
import Testing

@testable import Inputs

/// A bus read by hand: pymodbus' server.
@Suite(.enabled(if: ModbusServer.isInstalled, "needs python3-pymodbus"), .timeLimit(.minutes(10)))
struct ModbusProbeTests {
  private func words(_ unit: Int, _ table: ModbusMetric.Table, _ range: ClosedRange<Int>) -> [UInt16] {
    range.map { UInt16(ModbusServer.value(unit, table, $0)) }
  }

  @Test func unitsAndRegistersAreFoundPastWhatIsNotThere() throws {
    let port = try LoopbackSocket.freePort()
    let server = try ModbusServer(
      port: port, [3: ["holding": [[0, 9], [40, 99]], "coil": [[0, 12]]], 7: ["input": [[5, 6]]]])
    // Whoever is there is waited for, however long that takes on a busy machine; whoever isn't, isn't.
    let probe = try ModbusProbe(.tcp(host: "127.0.0.1", port: port), timeout: .seconds(60))
    let impatient = try ModbusProbe(.tcp(host: "127.0.0.1", port: port), timeout: .milliseconds(500))
    #expect(try probe.isThere(3) == .registers(words(3, .holding, 0...0)))
    #expect(try probe.isThere(7) == .refused("illegal data address"))
    #expect(try impatient.isThere(4) == .silent)

    let found = try probe.read(3, .holding, 0...120)
    #expect(found.refusal == nil)
    #expect(found.runs.map(\.first) == [0, 40])
    #expect(found.runs.map(\.registers) == [words(3, .holding, 0...9), words(3, .holding, 40...99)])
    #expect(try probe.read(3, .coil, 0...12).runs.first?.registers == words(3, .coil, 0...12))
    #expect(try probe.read(3, .input, 0...9).refusal == .refused("illegal data address"))
    #expect(try impatient.read(9, .holding, 0...99).refusal == .silent)
    server.stop()
    #expect(throws: ModbusProbe.Trouble.self) {
      for _ in 0..<3 { _ = try probe.isThere(3) }
    }
  }

  @Test func lineThatIsNotThereIsTold() {
    #expect(throws: ModbusProbe.Trouble(description: "missing")) {
      _ = try ModbusProbe(
        .rtu(path: "/dev/ttyNowhere", baud: 9600, parity: .none, stopBits: 1), timeout: .milliseconds(100))
    }
    #expect(throws: ModbusProbe.Trouble(description: "refused")) {
      _ = try ModbusProbe(.tcp(host: "127.0.0.1", port: 1), timeout: .milliseconds(100))
    }
  }
}
