import Geo

/// A track for drawing, of bounded size however long the drive.
struct DrivenTrack: Sendable {
  /// So many points are drawn at most.
  static let limit = 20_000
  /// After so long without a fix nobody knows how it went between, milliseconds; as long as zones keep a side that they knew.
  static let standardGap: Int64 = 30_000
  /// A parked receiver wanders; only from so many metres on does it count as way.
  private static let jitter = 20.0

  /// In order of time, each later than the one before.
  private(set) var points: [TracePoint] = []
  /// How many were taken.
  private(set) var count = 0
  /// How far a point that was left out may be from the line at its time, metres: an upper bound. 0: all are there.
  private(set) var error = 0.0
  /// The way, metres.
  private(set) var length = 0.0
  private let gap: Int64?
  private var counted: Coordinate?
  private var isInterrupted = true
  private var last: TracePoint?

  /// - Parameter gap: The longest stretch between two points of one piece, milliseconds; `nil`: any.
  init(gap: Int64? = standardGap) { self.gap = gap }

  /// The way goes on elsewhere: the next point begins a piece.
  mutating func interrupt() { isInterrupted = true }

  /// Takes a point; one that is not later than the last is passed over.
  mutating func add(_ point: TracePoint) {
    var point = point
    if let last {
      guard point.milliseconds > last.milliseconds else { return }
      if let gap, point.milliseconds - last.milliseconds > gap { isInterrupted = true }
      if point.speed == nil, !isInterrupted {
        let seconds = Double(point.milliseconds - last.milliseconds) / 1000
        point.speed = Geodesic.distance(last.coordinate, point.coordinate) / seconds
      }
    }
    point.beginsPiece = isInterrupted
    isInterrupted = false
    count += 1
    measure(to: point.coordinate)
    last = point
    points.append(point)
    if points.count >= 2 * Self.limit { thin() }
  }

  /// No more points come.
  mutating func finish() {
    if points.count > Self.limit { thin() }
  }

  private mutating func measure(to place: Coordinate) {
    guard let from = counted else {
      counted = place
      return
    }
    let way = Geodesic.distance(from, place)
    guard way >= Self.jitter else { return }
    length += way
    counted = place
  }

  /// What an earlier thinning left out is off by the sum of both.
  private mutating func thin() {
    let (kept, tolerance) = TrackThinning.thinned(points, to: Self.limit)
    points = kept
    error += tolerance
  }
}
