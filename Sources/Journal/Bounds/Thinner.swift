import Geo
import Model

/// Picks from a stretch of records, in their order, those that a step of thinning leaves out.
struct Thinner {
  private struct Track: Hashable {
    var device: String
    /// Whose clock the points are of: one track never mixes them.
    var clock: Int
  }

  private struct Signal: Hashable {
    var device: String
    var metric: String
  }

  /// The places in `records` of those that go. The first of each track and signal stays, and of each track the last, so that stretches
  /// join on to one another.
  static func surplus(_ records: [Record], _ stage: ThinningStage) -> [Int] {
    switch stage {
    case .positions(let bound, _): surplusPositions(records, bound: bound)
    case .readings(let interval): surplusReadings(records, interval)
    }
  }

  private static func surplusPositions(_ records: [Record], bound: Double) -> [Int] {
    var tracks: [Track: [(place: Int, point: TrackReducer.Point)]] = [:]
    for (place, record) in records.enumerated() {
      guard case .position(let device, let position) = record.body, position.isUsable else { continue }
      let (clock, milliseconds) =
        if let time = position.time { (0, time.milliseconds) } else if let time = record.timestamp {
          (1, time.milliseconds)
        } else { (2, record.time.nanoseconds / 1_000_000) }
      tracks[Track(device: device, clock: clock), default: []].append(
        (
          place,
          TrackReducer.Point(
            milliseconds: milliseconds,
            coordinate: Coordinate(latitude: position.latitude, longitude: position.longitude))
        ))
    }
    var surplus: [Int] = []
    for track in tracks.values {
      let kept = Set(TrackReducer.keptIndices(of: track.map(\.point), bound: bound))
      for index in track.indices where !kept.contains(index) { surplus.append(track[index].place) }
    }
    return surplus.sorted()
  }

  private static func surplusReadings(_ records: [Record], _ interval: Interval) -> [Int] {
    var last: [Signal: (bucket: Int64, value: Value?, quality: Quality)] = [:]
    var surplus: [Int] = []
    for (place, record) in records.enumerated() {
      guard case .reading(let device, let metric, let value, _, let quality) = record.body else { continue }
      let signal = Signal(device: device, metric: metric)
      let bucket = record.time.nanoseconds / interval.nanoseconds
      // A switch has no average: what isn't a number stays wherever it changes.
      if let kept = last[signal], kept.bucket == bucket, kept.quality == quality,
        kept.value == value || (kept.value?.isNumber ?? false) && (value?.isNumber ?? false)
      {
        surplus.append(place)
      } else {
        last[signal] = (bucket, value, quality)
      }
    }
    return surplus
  }
}

extension Value {
  fileprivate var isNumber: Bool { if case .number = self { true } else { false } }
}
