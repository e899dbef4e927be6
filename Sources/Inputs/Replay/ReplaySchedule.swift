import Model

/// When each point of a track is due, as a pure value: no clock, no wait.
///
/// The fixes keep the times they were recorded with, so that speeds and crossings come out as they were, whatever the factor. Each further round
/// moves them on by the track's length and a second, since time that goes backwards would be refused. A track without dates is dated from the moment
/// it is begun.
struct ReplaySchedule: Sendable {
  private let points: [TrackPoint]
  private let factor: Double
  private let loops: Bool
  /// Added to every time of the first round.
  private let shift: Interval
  private let span: Interval
  private var index = 0
  private var round: Int64 = 0

  /// Tracks without a date begin on 1970-01-01; nothing real is older than GPS.
  private static let firstDate = Timestamp(milliseconds: 315_964_800_000)

  /// - Parameters:
  ///   - factor: how much faster than it was recorded; above 0.
  ///   - now: the moment at which a track without dates begins.
  init(_ track: Track, factor: Double, loops: Bool, now: Timestamp) {
    points = track.points
    self.factor = factor
    self.loops = loops
    span = Interval(nanoseconds: track.duration.nanoseconds + 1_000_000_000)
    let first = track.positions.lazy.compactMap(\.time).first
    shift = first.map { $0 < Self.firstDate ? now - $0 : .zero } ?? .zero
  }

  /// The next point and when it is due, counted from the beginning; `nil` at the end.
  mutating func next() -> TrackPoint? {
    if index == points.count {
      guard loops, !points.isEmpty else { return nil }
      index = 0
      round += 1
    }
    var point = points[index]
    index += 1
    let laps = Interval(nanoseconds: span.nanoseconds &* round)
    if case .position(let device, var position) = point.content {
      position.time = position.time.map { $0 + shift + laps }
      point.content = .position(device: device, position)
    }
    point.offset = .seconds((point.offset.seconds + laps.seconds) / factor)
    return point
  }
}
