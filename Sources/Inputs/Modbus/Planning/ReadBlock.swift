/// Registers, or bits, that one request reads, and the metrics that are in them.
struct ReadBlock: Hashable, Sendable {
  var table: ModbusMetric.Table
  var address: UInt16
  var count: Int
  /// By their ranks in the planner, ascending; at least one.
  var metrics: [Int]

  var request: ModbusRequest { .read(table, address: address, count: count) }
}
