public import Model

/// A number for each lane.
public struct LaneCounts: Hashable, Sendable {
  private var values = PerLane<UInt64>(repeating: 0)

  public init() {}

  public subscript(_ lane: Lane) -> UInt64 {
    get { values[lane] }
    set { values[lane] = newValue }
  }

  /// Over all lanes.
  public var total: UInt64 { Lane.allCases.reduce(0) { $0 &+ self[$1] } }

  public static func + (a: LaneCounts, b: LaneCounts) -> LaneCounts { a.combined(with: b, &+) }

  static func - (a: LaneCounts, b: LaneCounts) -> LaneCounts { a.combined(with: b, &-) }

  private func combined(with other: LaneCounts, _ operation: (UInt64, UInt64) -> UInt64) -> LaneCounts {
    var result = LaneCounts()
    for lane in Lane.allCases { result[lane] = operation(self[lane], other[lane]) }
    return result
  }

  public static func += (a: inout LaneCounts, b: LaneCounts) { a = a + b }

  /// The lanes with a number other than 0.
  public var lanes: LaneSet {
    var set: LaneSet = []
    for lane in Lane.allCases where self[lane] > 0 { set.insert(LaneSet(lane)) }
    return set
  }
}
