import Model

/// What a device's numbers mean: `{ 0: off, 1: on }`. All values are of one kind.
enum ValueMap {
  /// Of the values; of an empty map, which no reader gives, a number.
  static func kind(_ map: [Int64: Value]) -> SignalCatalogue.Metric.Kind {
    switch map.first?.value {
    case .boolean: .boolean
    case .text: .text
    case .number, nil: .number
    }
  }

  /// The values, each once, in the order of their numbers.
  static func choices(_ map: [Int64: Value]) -> [Value] {
    var seen: Set<Value> = []
    return map.keys.sorted().compactMap { key in map[key].flatMap { seen.insert($0).inserted ? $0 : nil } }
  }

  /// The number that stands for a value; of several the least.
  static func key(of value: Value, in map: [Int64: Value]) -> Int64? {
    map.filter { $0.value == value }.keys.min()
  }
}
