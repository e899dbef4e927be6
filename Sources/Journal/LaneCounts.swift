public import Model

/// A number for each lane.
public struct LaneCounts: Hashable, Sendable {
  private var values = SIMD4<UInt64>(repeating: 0)

  public init() {}

  public subscript(_ lane: Lane) -> UInt64 {
    get { values[Int(lane.rawValue)] }
    set { values[Int(lane.rawValue)] = newValue }
  }

  /// Over all lanes.
  public var total: UInt64 { values.wrappedSum() }

  public static func + (a: LaneCounts, b: LaneCounts) -> LaneCounts {
    var sum = a
    sum.values &+= b.values
    return sum
  }

  static func - (a: LaneCounts, b: LaneCounts) -> LaneCounts {
    var difference = a
    difference.values &-= b.values
    return difference
  }

  public static func += (a: inout LaneCounts, b: LaneCounts) { a = a + b }

  /// The lanes with a number other than 0.
  public var lanes: LaneSet {
    var set: LaneSet = []
    for lane in Lane.allCases where self[lane] > 0 { set.insert(LaneSet(lane)) }
    return set
  }
}
