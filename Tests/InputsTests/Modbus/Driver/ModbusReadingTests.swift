import Config
import Model
import Testing

@testable import Inputs

/// The whole driver against pymodbus' servers.
@Suite(
  .serialized, .enabled(if: ModbusServer.isInstalled, "python3-pymodbus, python3-serial or socat is not installed"))
struct ModbusReadingTests {
  private static let ranges: ModbusServer.Ranges = [
    "holding": [[0, 199]], "input": [[0, 99]], "coil": [[0, 99]], "discrete": [[0, 99]],
  ]

  private static let connection = ModbusConnection.SerialSettings(path: "", baud: 115_200)

  private static func unit(_ name: String, _ unit: UInt8, every: Interval = .milliseconds(100)) -> BusUnit.Settings {
    let metrics =
      [0, 1, 9, 60, 199].map { ModbusMetric(name: "h\($0)", table: .holding, address: $0, type: .uint16) }
      + [0, 7, 99].map { ModbusMetric(name: "i\($0)", table: .input, address: $0, type: .uint16) }
      + [0, 1, 8, 99].map { ModbusMetric(name: "c\($0)", table: .coil, address: $0, type: .bool) }
      + [3, 4, 17].map { ModbusMetric(name: "d\($0)", table: .discrete, address: $0, type: .bool) }
    // However long pymodbus takes: an answer that comes too late is another matter.
    return BusUnit.Settings(
      device: name, unit: unit, metrics: metrics, map: metrics, every: every, timeout: .seconds(20))
  }

  private static func expected(_ unit: BusUnit.Settings) -> Set<Observation.Content> {
    Set(
      unit.metrics.map { metric in
        let value = ModbusServer.value(Int(unit.unit), metric.table, Int(metric.address))
        return .reading(
          device: unit.device, metric: metric.name,
          value: metric.table.isBits ? .boolean(value == 1) : .number(Double(value)), quality: .good)
      })
  }

  @Test func allTablesAreReadOverTCP() async throws {
    let port = try LoopbackSocket.freePort()
    let server = try ModbusServer(port: port, [5: Self.ranges])
    let sink = CollectingSink()
    let unit = Self.unit("meter", 5)
    let input = ModbusInput(unit, over: .tcp(Endpoint(host: "127.0.0.1", port: port)))
    let ending = try await whileRunning(input, into: sink) {
      try demand(sink.wait { $0.count > 100 }, "\(sink.contents)")
    }
    #expect(ending < .seconds(1))
    #expect(sink.contents.first == .device(name: "meter", isUp: true, reason: nil))
    #expect(Set(sink.contents.dropFirst()) == Self.expected(unit))
    server.stop()
  }

  @Test func severalUnitsShareASerialLine() async throws {
    let pair = try SerialPair()
    let server = try ModbusServer(path: pair.far, [1: Self.ranges, 2: Self.ranges, 247: Self.ranges])
    let sink = CollectingSink()
    let units = [Self.unit("a", 1), Self.unit("b", 2), Self.unit("c", 247)]
    let connection = ModbusConnection.serial(.init(path: pair.near, baud: 115_200))
    try await whileRunning(units.map { ModbusInput($0, over: connection) }, into: sink) {
      try demand(
        sink.wait { contents in units.allSatisfy { Self.expected($0).isSubset(of: contents) } }, "\(sink.contents)")
    }
    let ups = Set(units.map { Observation.Content.device(name: $0.device, isUp: true, reason: nil) })
    #expect(Set(sink.contents) == units.reduce(ups) { $0.union(Self.expected($1)) })
    server.stop()
  }
}
