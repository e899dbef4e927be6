import Geo
import Model

/// The track of a signal that a policy reduces: what `ReportState.held` is the last fix of.
struct TrackState: Hashable, Sendable {
  var reducer: TrackReducer
  /// Which clock its fixes' times are of.
  var clock: Fix.Clock
  /// When the last fix came in.
  var lastAt: EngineTime

  /// - Parameter bound: metres.
  init?(bound: Double, clock: Fix.Clock, at time: EngineTime) {
    guard let reducer = TrackReducer(bound: bound) else { return nil }
    self.reducer = reducer
    self.clock = clock
    lastAt = time
  }

  /// Whether a fix that comes in at `time` is no part of this track: after `silence`, by either clock, nobody knows the way; times of
  /// different clocks cannot be compared.
  func isOver(at time: EngineTime, for fix: Fix, silence: Interval) -> Bool {
    guard clock == fix.clock, time - lastAt < silence else { return true }
    guard let last = reducer.segment?.last else { return true }
    return fix.seconds(since: Fix(clock: clock, milliseconds: last.milliseconds, coordinate: last.coordinate))
      >= silence.seconds
  }
}

extension TrackReducer.Point {
  init(_ fix: Fix) { self.init(milliseconds: fix.milliseconds, coordinate: fix.coordinate) }
}

extension TrackState {
  func write(to writer: inout PackedWriter) {
    writer.write(reducer.bound)
    writer.write(byte: clock.rawValue)
    writer.write(lastAt.nanoseconds)
    writer.write(optional: reducer.segment) { writer, segment in
      for point in [segment.anchor, segment.last] {
        writer.write(Fix(clock: clock, milliseconds: point.milliseconds, coordinate: point.coordinate))
      }
      let region = segment.region
      writer.write(optional: region.isEverything ? nil : region) { writer, region in
        for index in region.low.indices { writer.write(region.low[index]) }
        for index in region.high.indices { writer.write(region.high[index]) }
      }
    }
  }

  init(from reader: inout PackedReader) throws(PackingError) {
    let bound = try reader.double()
    guard let clock = Fix.Clock(rawValue: try reader.byte()) else { throw .malformed(offset: reader.offset - 1) }
    self.clock = clock
    lastAt = EngineTime(nanoseconds: try reader.signed())
    let segment = try reader.optional { r throws(PackingError) -> TrackReducer.Segment in
      let anchor = TrackReducer.Point(try r.fix())
      let last = TrackReducer.Point(try r.fix())
      let region = try r.optional { r throws(PackingError) in try Self.region(&r) }
      guard last.milliseconds >= anchor.milliseconds else { throw .malformed(offset: r.offset) }
      return TrackReducer.Segment(anchor: anchor, last: last, region: region ?? VelocityRegion())
    }
    guard let reducer = TrackReducer(bound: bound, resuming: segment) else { throw .malformed(offset: reader.offset) }
    self.reducer = reducer
  }

  private static func region(_ reader: inout PackedReader) throws(PackingError) -> VelocityRegion {
    var low = SIMD8<Double>()
    var high = SIMD8<Double>()
    for index in low.indices { low[index] = try reader.double() }
    for index in high.indices { high[index] = try reader.double() }
    guard let region = VelocityRegion(low: low, high: high) else { throw .malformed(offset: reader.offset) }
    return region
  }
}
