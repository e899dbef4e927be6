import Geo
import Model

/// What the engine remembers of one signal that a report policy throttles.
struct ReportState: Hashable, Sendable {
  /// When the last report was decided, and what it said.
  var sentAt: EngineTime
  var sent: SentContent
  /// The newest observation, where it was not sent.
  var held: Held?
  /// When `every` ends for `held`.
  var everyDue: EngineTime?
  /// When `at_least` sends `held`, or, of a track, too long a silence.
  var atLeastDue: EngineTime?
  /// Where a policy with `max_error` holds: `held` is its last fix, if that was not sent.
  var track: TrackState?

  struct Held: Hashable, Sendable {
    /// When it came in; the moment that it speaks of, unless `stamp` knows better.
    var at: EngineTime
    /// The fix's own time, if it can be believed, or UTC frozen before a reboot of unknown length.
    var stamp: Timestamp?
    var content: ReportedContent
  }

  var due: EngineTime? {
    switch (everyDue, atLeastDue) {
    case (let a?, let b?): min(a, b)
    case (let a, let b): a ?? b
    }
  }

  mutating func drop() {
    held = nil
    everyDue = nil
    atLeastDue = nil
  }

  /// The policies are others now: the track's last fix, if it was not sent, goes at once.
  mutating func endTrack(at time: EngineTime) {
    track = nil
    atLeastDue = nil
    everyDue = held.map { _ in time }
  }
}

extension ReportState {
  func write(to writer: inout PackedWriter) {
    writer.write(sentAt.nanoseconds)
    writer.write(sent)
    writer.write(optional: held) {
      $0.write($1.at.nanoseconds)
      $0.write(optional: $1.stamp) { $0.write($1.milliseconds) }
      $0.write($1.content)
    }
    writer.write(optional: everyDue) { $0.write($1.nanoseconds) }
    writer.write(optional: atLeastDue) { $0.write($1.nanoseconds) }
    track?.write(to: &writer)
  }

  /// The layout of its row: without a track it is the first one, which knew nothing of them.
  var layout: UInt8 { track == nil ? StateLayout.version : StateLayout.reportVersion }

  /// - Parameter layout: of the row.
  init(from reader: inout PackedReader, layout: UInt8) throws(PackingError) {
    sentAt = EngineTime(nanoseconds: try reader.signed())
    sent = try reader.sentContent()
    held = try reader.optional { r throws(PackingError) in
      Held(
        at: EngineTime(nanoseconds: try r.signed()),
        stamp: try r.optional { r throws(PackingError) in Timestamp(milliseconds: try r.signed()) },
        content: try r.reportedContent())
    }
    everyDue = try reader.optional { r throws(PackingError) in EngineTime(nanoseconds: try r.signed()) }
    atLeastDue = try reader.optional { r throws(PackingError) in EngineTime(nanoseconds: try r.signed()) }
    if layout > StateLayout.version { track = try TrackState(from: &reader) }
    guard held != nil || (everyDue == nil && atLeastDue == nil) else { throw .malformed(offset: reader.offset) }
    // A track without its last fix, or the other way round, could promise what was never sent.
    if let track, (held != nil) != (track.reducer.segment?.isPending ?? false) {
      throw .malformed(offset: reader.offset)
    }
  }
}
