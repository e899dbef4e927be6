import Model

/// Where a level stands: a state machine that is told what its condition says, and says when it goes up and down.
///
/// Down, only what raises it counts; up, only what brings it down. Told the same again, with no wait at its end, it doesn't change:
/// the engine may therefore ask a rule as often as it likes.
struct LevelState: Hashable, Sendable {
  var isUp = false
  /// Up without its actions, since `limit` dropped them.
  var isMuted = false
  /// When `isUp` last changed.
  var since: EngineTime?
  /// Since when what would change it holds.
  var holdsSince: EngineTime?
  /// Since when that is unknown.
  var unknownSince: EngineTime?
  /// By when it is to be asked again: something that it reads was set by itself or by a later rule, or it has just changed and what
  /// counts now was never asked.
  var owedAt: EngineTime?
  /// False until it was asked for the first time.
  var wasAsked = false
  /// What its raising opened.
  var open: [OpenEvent] = []

  /// The waits of a rule, and of its state.
  struct Waits {
    var hold: Interval
    var clear: Interval
    /// For how long what is unknown leaves a wait running.
    var patience: Interval
    var cooldownUntil: EngineTime?
  }

  enum Turn: Hashable { case up, down }

  /// What counts now said `outcome` at `time`. The level itself is turned by `turn`, since a limit may mute it.
  mutating func take(_ outcome: Outcome, at time: EngineTime, _ waits: Waits) -> Turn? {
    wasAsked = true
    owedAt = nil
    switch outcome {
    case .unknown:
      let since = unknownSince ?? time
      unknownSince = since
      if time - since >= waits.patience { holdsSince = nil }
      return nil
    case .fails:
      unknownSince = nil
      holdsSince = nil
      return nil
    case .holds:
      if let since = unknownSince, time - since >= waits.patience { holdsSince = nil }
      unknownSince = nil
      let since = holdsSince ?? time
      holdsSince = since
      guard time - since >= (isUp ? waits.clear : waits.hold) else { return nil }
      if !isUp, let until = waits.cooldownUntil, time < until { return nil }
      return isUp ? .down : .up
    }
  }

  mutating func turn(_ turn: Turn, at time: EngineTime) {
    isUp = turn == .up
    isMuted = false
    since = time
    holdsSince = nil
    unknownSince = nil
    owedAt = time.nextSecond
    open = []
  }

  /// After a stop of unknown length nobody knows how long anything held.
  mutating func startAnew() {
    holdsSince = nil
    unknownSince = nil
  }

  /// When it is to be asked at the latest though nothing changes.
  func due(_ waits: Waits) -> EngineTime? {
    var due = owedAt
    if let holdsSince {
      var end: EngineTime
      if let unknownSince {
        end = unknownSince + waits.patience
      } else {
        end = holdsSince + (isUp ? waits.clear : waits.hold)
        if !isUp, let until = waits.cooldownUntil { end = max(end, until) }
      }
      due = due.map { min($0, end) } ?? end
    }
    return due
  }
}

extension EngineTime {
  /// The next whole second of engine time, later than this moment.
  var nextSecond: EngineTime {
    let second: Int64 = 1_000_000_000
    return EngineTime(nanoseconds: (nanoseconds / second + 1) * second)
  }
}

extension LevelState {
  func write(to writer: inout PackedWriter) {
    writer.write(byte: (isUp ? 1 : 0) | (isMuted ? 2 : 0) | (wasAsked ? 4 : 0))
    for time in [since, holdsSince, unknownSince, owedAt] { writer.write(optional: time) { $0.write($1.nanoseconds) } }
    writer.write(UInt64(open.count))
    for event in open {
      writer.write(event.id)
      writer.write(event.type)
      writer.write(byte: event.severity.rawValue)
    }
  }

  init(from reader: inout PackedReader) throws(PackingError) {
    let flags = try reader.byte()
    guard flags < 8 else { throw .malformed(offset: reader.offset) }
    isUp = flags & 1 != 0
    isMuted = flags & 2 != 0
    wasAsked = flags & 4 != 0
    since = try reader.optional { r throws(PackingError) in try r.engineTime() }
    holdsSince = try reader.optional { r throws(PackingError) in try r.engineTime() }
    unknownSince = try reader.optional { r throws(PackingError) in try r.engineTime() }
    owedAt = try reader.optional { r throws(PackingError) in try r.engineTime() }
    for _ in 0..<(try reader.count(upTo: 64)) {
      let id = try reader.string()
      let type = try reader.string()
      guard let severity = GeneralEvent.Severity(rawValue: try reader.byte()) else {
        throw .malformed(offset: reader.offset - 1)
      }
      open.append(OpenEvent(id: id, type: type, severity: severity))
    }
  }
}
