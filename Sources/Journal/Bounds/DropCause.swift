import Model

/// Why records were given up. Each is counted, and told by a `gap` record.
public enum DropCause: UInt8, Hashable, Sendable, CaseIterable {
  /// The journal's byte limit.
  case limit = 0
  /// Older than the uplink's `keep`.
  case keep = 1
  /// Damaged on disk.
  case repair = 2
  /// Larger than a record may be.
  case size = 3
  /// Left out where what is left still tells the track or the course of a value, within a bound that the `gap` record states.
  case thinned = 4
  /// The operator gave up what waited for an uplink.
  case told = 5

  /// As it stands in the `gap` record.
  public var name: String {
    switch self {
    case .limit: "limit"
    case .keep: "keep"
    case .repair: "repair"
    case .size: "size"
    case .thinned: "thinned"
    case .told: "told"
    }
  }
}

/// Records given up since the journal was made, by cause and lane.
public struct DropCounts: Hashable, Sendable {
  private var counts = [LaneCounts](repeating: LaneCounts(), count: DropCause.allCases.count)

  public init() {}

  public subscript(_ cause: DropCause) -> LaneCounts {
    get { counts[Int(cause.rawValue)] }
    set { counts[Int(cause.rawValue)] = newValue }
  }

  public var total: UInt64 { counts.reduce(0) { $0 + $1.total } }
}
