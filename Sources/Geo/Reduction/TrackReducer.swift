/// Picks from a track, in one pass, the fixes that a receiver needs to redraw it: where it goes in straight lines from each fix kept to
/// the next, at an even pace, it is nowhere farther than `bound` metres from where a fix was at that fix's time.
///
/// That is the synchronised Euclidean distance, not the distance to the line: who is asked where the vehicle was at ten past eight is
/// told so within the bound. After the last fix kept, A, a fix at P, t seconds later, confines the velocity of the line that leads on
/// from A to a disc of radius `bound`/t around (P − A)/t. A fix can end the line while its own velocity lies in all discs so far; the
/// first that cannot ends it at the fix before. Of the discs the inscribed polygons of 16 sides are intersected (the method: X. Lin and
/// others, "One-pass trajectory simplification using the synchronous Euclidean distance", *VLDB Journal* 28, 2019).
///
/// **How strict.** The bound holds as measured on the ellipsoid, on the whole Earth: distances in the plane are scaled so that each is
/// at least as long as the way on WGS 84, whatever the segment's length and latitude, the antimeridian and the poles included. Lines are
/// straight in longitude and latitude, as borders of zones are. A hundredth of the bound is kept in reserve, so that from a bound of
/// 1 m on it also holds of coordinates rounded to seven decimals, as JSON has them, and below latitude 85° where the receiver draws
/// straight lines on the sphere (geodesics) or in Web Mercator: segments are kept so short that the difference is within the reserve.
///
/// **What it costs.** Constant memory, no allocation, some 50 ns a fix. The sum of the times that fixes are held back is not bounded: a
/// vehicle at an even pace is one line for ever. Call `keepLast` for that.
public struct TrackReducer: Hashable, Sendable {
  /// Metres, above 0.
  public let bound: Double

  /// What has been taken since the last fix kept, for saving; `nil` before the first fix and after `end`.
  public private(set) var segment: Segment?

  /// A place at a moment of one clock.
  public struct Point: Hashable, Sendable {
    /// Milliseconds since any moment, the same for all points of a track.
    public var milliseconds: Int64
    public var coordinate: Coordinate

    public init(milliseconds: Int64, coordinate: Coordinate) {
      self.milliseconds = milliseconds
      self.coordinate = coordinate
    }
  }

  /// A line that leads on from the last fix kept.
  public struct Segment: Hashable, Sendable {
    /// The last fix kept.
    public fileprivate(set) var anchor: Point
    /// The last fix taken; the anchor itself where there was none since.
    public fileprivate(set) var last: Point
    public fileprivate(set) var region: VelocityRegion
    fileprivate let scale: LatitudeScale

    /// From what was saved.
    public init(anchor: Point, last: Point, region: VelocityRegion) {
      self.anchor = anchor
      self.last = last
      self.region = region
      scale = LatitudeScale(anchoredAt: anchor.coordinate.latitude)
    }

    fileprivate init(at point: Point) { self.init(anchor: point, last: point, region: VelocityRegion()) }

    /// Whether the last fix was not kept so far.
    public var isPending: Bool { last.milliseconds != anchor.milliseconds }
  }

  /// What a fix's coming decides; what is kept is kept for good.
  public enum Step: Hashable, Sendable {
    /// Nothing: the fix is the last one now.
    case waits
    /// The last fix before this one is kept, and this one is the last now.
    case keepsPrevious
    /// This one is kept.
    case keepsThis
    /// The last one before it and this one are kept.
    case keepsBoth
    /// This one is left out: it is of the same moment as the last one, which stays the last.
    case leavesOut

    public var keepsTheOneBefore: Bool { self == .keepsPrevious || self == .keepsBoth }
    public var keepsTheNewOne: Bool { self == .keepsThis || self == .keepsBoth }
  }

  /// - Parameters:
  ///   - bound: metres; `nil` is returned where it is not finite and above 0.
  ///   - segment: what was saved of a reducer of the same bound.
  public init?(bound: Double, resuming segment: Segment? = nil) {
    guard bound > 0, bound.isFinite else { return nil }
    self.bound = bound
    self.segment = segment
  }

  /// Takes the track's next fix and tells which are kept.
  ///
  /// The first is, and so is one that is earlier than the one before it: there the clock was set, and another track begins. Of two fixes
  /// of the same moment the second is kept where no line can be near enough to both.
  public mutating func take(_ point: Point) -> Step {
    guard var segment else {
      segment = Segment(at: point)
      return .keepsThis
    }
    let (elapsed, overflow) = point.milliseconds.subtractingReportingOverflow(segment.last.milliseconds)
    let (length, tooLong) = point.milliseconds.subtractingReportingOverflow(segment.anchor.milliseconds)
    guard elapsed >= 0, !overflow, !tooLong else { return restart(at: point) }
    if elapsed == 0 { return takeAgain(point, after: length) }
    var motion = segment.motion(to: point, after: length)
    if segment.region.isEverything || admits(motion, segment) {
      confine(&segment, by: motion)
      segment.last = point
      self.segment = segment
      return .waits
    }
    segment = Segment(at: segment.last)
    motion = segment.motion(to: point, after: elapsed)
    confine(&segment, by: motion)
    segment.last = point
    self.segment = segment
    return .keepsPrevious
  }

  /// Keeps the last fix taken, whatever comes. Returns false where it was kept already, or there is none.
  public mutating func keepLast() -> Bool {
    guard let segment, segment.isPending else { return false }
    self.segment = Segment(at: segment.last)
    return true
  }

  /// Keeps the last fix taken, as `keepLast`, and begins another track with the next: nothing is drawn over a gap.
  public mutating func end() -> Bool {
    defer { segment = nil }
    return segment?.isPending ?? false
  }

  // MARK: Steps

  private mutating func restart(at point: Point) -> Step {
    let kept: Step = segment?.isPending ?? false ? .keepsBoth : .keepsThis
    segment = Segment(at: point)
    return kept
  }

  /// A fix of the same moment as the last one.
  private mutating func takeAgain(_ point: Point, after length: Int64) -> Step {
    guard var segment else { return .waits }
    guard segment.isPending else {
      if Geodesic.distance(segment.anchor.coordinate, point.coordinate) < bound * (1 - Self.reserve) {
        return .leavesOut
      }
      return restart(at: point)
    }
    confine(&segment, by: segment.motion(to: point, after: length))
    let end = segment.motion(to: segment.last, after: length)
    guard admits(end, segment) else { return restart(at: point) }
    self.segment = segment
    return .leavesOut
  }

  /// Whether the line may end there.
  @inline(__always)
  private func admits(_ motion: Motion, _ segment: Segment) -> Bool {
    segment.region.contains(east: motion.east, north: motion.north)
      && abs(motion.turn) <= Self.widestTurn
      && motion.squaredLength * max(motion.scale.tangent, segment.scale.tangent) <= drawingLimit
  }

  @inline(__always)
  private func confine(_ segment: inout Segment, by motion: Motion) {
    // A plane in which no distance near the fix is shorter than on the ellipsoid has the scales of the latitude that the line may be at,
    // `bound` away: the parallels' radius changes by no more than a metre a metre there, the meridians' by a hundredth of that.
    let slack = bound * Ellipsoid.radiansPerDegree
    let stretch = max(
      (motion.scale.east + 1.02 * slack) / segment.scale.east,
      (motion.scale.north + 0.011 * slack) / segment.scale.north)
    segment.region.confine(
      toEast: motion.east, north: motion.north, radius: bound * (1 - Self.reserve) / (stretch * motion.seconds))
  }

  // MARK: Limits

  /// The part of the bound that is kept for rounding, of coordinates above all, and for other ways of drawing a line.
  private static let reserve = 0.01

  /// What seven decimals of a degree can be wrong in both directions together, metres.
  private static let rounding = 0.008

  /// Degrees of longitude; receivers take the shorter way round, which at 180° nobody can tell.
  private static let widestTurn = 179.0

  /// L² tan φ may be so much, square metres, for a segment of length L that reaches latitude φ.
  ///
  /// Between points L apart a line of longitude and latitude, the geodesic and a straight line in Mercator are, at equal times, within
  /// 1.16 L² tan φ / 8R of one another: that is the most of |v|² L²/8 for the accelerations tan φ/R · (2 v_x v_y, −v_x²) that a point
  /// has in longitude and latitude when it goes along a geodesic at an even pace.
  private var drawingLimit: Double {
    let drawing = max(0.2 * Self.reserve * bound, Self.reserve * bound - Self.rounding)
    return drawing * 8 * Ellipsoid.smallestRadius / 1.25
  }
}

extension TrackReducer {
  /// How to get from the anchor to a fix, in the plane of the anchor's scales.
  fileprivate struct Motion {
    /// Metres per second.
    var east: Double
    var north: Double
    var seconds: Double
    /// Degrees of longitude.
    var turn: Double
    /// Square metres.
    var squaredLength: Double
    /// At the fix.
    var scale: LatitudeScale
  }
}

extension TrackReducer.Segment {
  @inline(__always)
  fileprivate func motion(to point: TrackReducer.Point, after milliseconds: Int64) -> TrackReducer.Motion {
    var turn = point.coordinate.longitude - anchor.coordinate.longitude
    if turn > 180 { turn -= 360 } else if turn < -180 { turn += 360 }
    let (x, y) = (turn * scale.east, (point.coordinate.latitude - anchor.coordinate.latitude) * scale.north)
    let seconds = Double(milliseconds) / 1000
    return TrackReducer.Motion(
      east: x / seconds, north: y / seconds, seconds: seconds, turn: turn, squaredLength: x * x + y * y,
      scale: LatitudeScale(at: point.coordinate.latitude))
  }
}
