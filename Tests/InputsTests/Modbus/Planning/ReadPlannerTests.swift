import Model
import Testing

@testable import Inputs

@Suite struct ReadPlannerTests {
  private func metric(
    _ table: ModbusMetric.Table, _ address: UInt16, _ type: RegisterType = .uint16,
    access: ModbusMetric.Access = .read
  ) -> ModbusMetric {
    ModbusMetric(name: "m\(address)", table: table, address: address, type: type, access: access)
  }

  private func requests(_ planner: ReadPlanner) -> [ModbusRequest] {
    planner.blocks(planner.metrics.indices).map(\.request)
  }

  @Test func neighboursAndSmallHolesAreReadTogether() {
    let planner = ReadPlanner([metric(.holding, 20), metric(.holding, 0, .float32), metric(.holding, 3)])
    #expect(requests(planner) == [.read(.holding, address: 0, count: 21)])
  }

  @Test func aLargeHoleOrAnotherTableSeparates() {
    let planner = ReadPlanner([metric(.holding, 0), metric(.holding, 18), metric(.input, 1)])
    #expect(
      requests(planner) == [
        .read(.holding, address: 0, count: 1), .read(.holding, address: 18, count: 1),
        .read(.input, address: 1, count: 1),
      ])
  }

  @Test func aBlockKeepsToTheUnitsLimit() {
    let planner = ReadPlanner(
      (0..<10).map { metric(.input, $0 * 2, .uint32) }, limits: .init(registers: 7, gap: 16))
    #expect(requests(planner).map(\.shape.bytes) == [12, 12, 12, 4])
  }

  @Test func aWholeProtocolsWorthFitsInOneRequestAndOneMoreDoesNot() {
    let full = ReadPlanner((0..<125).map { metric(.holding, $0) })
    #expect(requests(full) == [.read(.holding, address: 0, count: 125)])
    let more = ReadPlanner((0..<126).map { metric(.holding, $0) })
    #expect(requests(more).count == 2)
    let bits = ReadPlanner((0..<2001).map { metric(.coil, $0, .bool) })
    #expect(requests(bits) == [.read(.coil, address: 0, count: 2000), .read(.coil, address: 2000, count: 1)])
  }

  @Test func registersThatMayOnlyBeWrittenAreNeverReadAlong() {
    let map = [metric(.holding, 0), metric(.holding, 2, access: .write), metric(.holding, 4)]
    let planner = ReadPlanner(map)
    #expect(planner.metrics.count == 2)
    #expect(requests(planner).map(\.shape.bytes) == [2, 2])
    // Also where nobody asks for it.
    let part = ReadPlanner([map[0], map[2]], map: map)
    #expect(requests(part).count == 2)
  }

  @Test func metricsOfTheSameRegisterAreReadOnce() {
    let planner = ReadPlanner([metric(.holding, 5), metric(.holding, 5), metric(.holding, 4, .uint32)])
    #expect(requests(planner) == [.read(.holding, address: 4, count: 2)])
  }

  @Test func aSplitIsAtTheHolesFirstAndThenInTheMiddle() throws {
    var planner = ReadPlanner([0, 1, 4, 5, 6].map { metric(.holding, $0) })
    let whole = try #require(planner.blocks(0..<5).first)
    let parts = planner.split(whole)
    #expect(parts.map(\.request) == [.read(.holding, address: 0, count: 2), .read(.holding, address: 4, count: 3)])
    #expect(planner.split(parts[1]).map(\.count) == [1, 2])
    #expect(planner.blocks(0..<5).map(\.count) == [2, 1, 2])
    // A part of them isn't joined over a split either.
    #expect(planner.blocks([1, 2]).count == 2)
    #expect(planner.split(planner.block(of: [0])).isEmpty)
  }

  /// Whatever the map and the limits: each metric is in exactly one block, whole, and no block is too long.
  @Test(arguments: 0..<200) func everyMetricIsInOneBlockWithinTheLimits(_ seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let types: [RegisterType] = [.uint16, .int32, .float64, .string(bytes: 20)]
    let map = (0..<60).map { _ -> ModbusMetric in
      let table = ModbusMetric.Table.allCases.randomElement(using: &random) ?? .holding
      return metric(
        table, .random(in: 0...300, using: &random),
        table.isBits ? .bool : types.randomElement(using: &random) ?? .uint16,
        access: table.isWritable && Int.random(in: 0..<8, using: &random) == 0 ? .write : .read)
    }
    var planner = ReadPlanner(
      map,
      limits: .init(
        registers: .random(in: 10...125, using: &random), bits: .random(in: 1...2000, using: &random),
        gap: .random(in: 0...30, using: &random)))
    for _ in 0..<20 {
      let wanted = planner.metrics.indices.filter { _ in Bool.random(using: &random) }
      let blocks = planner.blocks(wanted)
      #expect(blocks.flatMap(\.metrics) == wanted)
      for block in blocks {
        #expect(block.count <= (block.table.isBits ? planner.limits.bits : planner.limits.registers))
        let addresses = Int(block.address)..<Int(block.address) + block.count
        #expect(addresses.upperBound <= 65_536)
        for rank in block.metrics {
          #expect(planner.metrics[rank].table == block.table)
          #expect(addresses.contains(planner.metrics[rank].addresses.lowerBound))
          #expect(planner.metrics[rank].addresses.upperBound <= addresses.upperBound)
        }
        // What may only be written is read along only where something that is wanted covers it.
        for metric in map where !metric.access.isReadable && metric.table == block.table {
          for address in metric.addresses where addresses.contains(address) {
            #expect(block.metrics.contains { planner.metrics[$0].addresses.contains(address) })
          }
        }
      }
      if let block = blocks.randomElement(using: &random) { _ = planner.split(block) }
    }
  }
}
