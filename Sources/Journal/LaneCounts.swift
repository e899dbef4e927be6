public import Model

/// A number for each lane.
///
/// Four numbers and not a `SIMD4<UInt64>`, which has to lie at a multiple of 32: where one lived across an `await`, the compiler (Swift 6.3.1)
/// gave the function's frame no room for that, and the heap was damaged.
public struct LaneCounts: Hashable, Sendable {
  private var event: UInt64 = 0
  private var position: UInt64 = 0
  private var reading: UInt64 = 0
  private var other: UInt64 = 0

  public init() {}

  public subscript(_ lane: Lane) -> UInt64 {
    get {
      switch lane {
      case .event: event
      case .position: position
      case .reading: reading
      case .other: other
      }
    }
    set {
      switch lane {
      case .event: event = newValue
      case .position: position = newValue
      case .reading: reading = newValue
      case .other: other = newValue
      }
    }
  }

  /// Over all lanes.
  public var total: UInt64 { event &+ position &+ reading &+ other }

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
