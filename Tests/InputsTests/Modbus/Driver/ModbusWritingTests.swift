import Model
import Testing

@testable import Inputs

/// Writes to pymodbus' units, over TCP and a serial line.
@Suite(
  .serialized, .enabled(if: ModbusServer.isInstalled, "python3-pymodbus, python3-serial or socat is not installed"))
struct ModbusWritingTests {
  private static let ranges: ModbusServer.Ranges = ["holding": [[0, 30]], "coil": [[0, 10]]]
  private static let unit: BusUnit.Settings = {
    let metrics = [
      ModbusMetric(name: "relay", table: .coil, address: 3, type: .bool, access: .readWrite),
      ModbusMetric(name: "horn", table: .coil, address: 4, type: .bool, pulse: .milliseconds(200), access: .readWrite),
      ModbusMetric(name: "level", table: .holding, address: 7, type: .int16, scale: 0.1, access: .readWrite),
      ModbusMetric(name: "power", table: .holding, address: 10, type: .float32, access: .readWrite),
      ModbusMetric(name: "far", table: .holding, address: 99, type: .uint16, access: .readWrite),
    ]
    // However long pymodbus takes: what isn't answered in time is written again.
    return BusUnit.Settings(
      device: "u1", unit: 1, metrics: metrics, map: metrics, every: .milliseconds(300), timeout: .seconds(20))
  }()

  private func writeAll(_ input: ModbusInput, _ server: ModbusServer, _ sink: CollectingSink) async throws {
    let task = Task { try await input.run(into: sink) }
    try await onThread {
      try demand(sink.wait { $0.contains { $0.metric == "power" && $0.quality == .good } }, "\(sink.contents)")
    }
    let deadline = BootClock.now + 300_000_000_000
    #expect(await input.write("relay", .boolean(true), before: deadline) == .done)
    #expect(try server.ask("get 1 coil 3") == "1")
    #expect(await input.write("relay", .boolean(false), before: deadline) == .done)
    #expect(try server.ask("get 1 coil 3") == "0")
    #expect(await input.write("level", .number(-3.7), before: deadline) == .done)
    #expect(try server.ask("get 1 holding 7") == "\(UInt16(bitPattern: -37))")
    #expect(await input.write("power", .number(1.5), before: deadline) == .done)
    #expect(try server.ask("get 1 holding 10") == "\(0x3FC0)")
    #expect(await input.write("far", .number(1), before: deadline) == .failed(reason: "illegal data address"))
    #expect(await input.write("relay", .boolean(true), before: BootClock.now) == .expired)
    let start = BootClock.now
    #expect(await input.write("horn", .boolean(true), before: deadline) == .done)
    #expect(BootClock.now - start >= 200_000_000)
    #expect(try server.ask("get 1 coil 4") == "0")
    #expect(try server.ask("count 1 coil 4") == "2")
    task.cancel()
    try await task.value
    #expect(await input.write("relay", .boolean(true), before: deadline) == .failed(reason: "stopped"))
  }

  @Test func writesArriveOverTCP() async throws {
    let server = try ModbusServer(port: try LoopbackSocket.freePort(), [1: Self.ranges])
    defer { server.stop() }
    let input = ModbusInput(Self.unit, over: .tcp(Endpoint(host: "127.0.0.1", port: server.port)))
    try await writeAll(input, server, CollectingSink())
  }

  @Test func writesArriveOverASerialLine() async throws {
    let pair = try SerialPair()
    let server = try ModbusServer(path: pair.far, [1: Self.ranges])
    defer { server.stop() }
    let input = ModbusInput(Self.unit, over: .serial(.init(path: pair.near, baud: 115_200)))
    try await writeAll(input, server, CollectingSink())
  }

  @Test func aGatewayThatStopsWithinAPulseTakesItBack() async throws {
    var unit = Self.unit
    unit.metrics[1].pulse = .seconds(250)
    let server = try ModbusServer(port: try LoopbackSocket.freePort(), [1: Self.ranges])
    defer { server.stop() }
    let input = ModbusInput(unit, over: .tcp(Endpoint(host: "127.0.0.1", port: server.port)))
    let sink = CollectingSink()
    let (written, write) = AsyncStream.makeStream(of: WriteOutcome.self)
    let ending = try await whileRunning(input, into: sink) {
      try demand(sink.wait { $0.count > 3 }, "\(sink.contents)")
      Task {
        write.yield(await input.write("horn", .boolean(true), before: BootClock.now + 300_000_000_000))
        write.finish()
      }
      try eventually("the horn blows") { (try? server.ask("count 1 coil 4")) == "1" }
    }
    #expect(ending < .seconds(1))
    // The gateway waits for it no longer than 0.8 s, which may be too short for pymodbus.
    try await onThread { try eventually("the horn is silent") { (try? server.ask("get 1 coil 4")) == "0" } }
    #expect(await written.first { _ in true } == .done)
  }
}
