import Model

/// What the engine remembers of a rule.
struct RuleState: Hashable, Sendable {
  /// How often it was set off or raised.
  var firings: UInt64 = 0
  var lastFired: EngineTime?
  /// How often `limit` or `cooldown` dropped it.
  var dropped: UInt64 = 0
  /// When it was set off or raised last, newest last; no more than its `limit` counts.
  var recent: [EngineTime] = []
  /// Before this it is not raised, or set off, again.
  var cooldownUntil: EngineTime?
  /// The level, where it is one.
  var level = LevelState()
  /// The newest value that each `change` knows.
  var seen: [SeenValue] = []
  /// Visits for which `dwell` fired.
  var dwelt: [DwellMark] = []
  /// When `every` is next.
  var nextTick: EngineTime?

  struct SeenValue: Hashable, Sendable {
    var signal: String
    var value: Value
  }

  struct DwellMark: Hashable, Sendable {
    var zone: String
    /// When that visit began.
    var since: EngineTime
  }
}

/// An event that a rule's raising opened, to be closed when it goes down.
struct OpenEvent: Hashable, Sendable {
  var id: String
  var type: String
  var severity: GeneralEvent.Severity
}

extension RuleState {
  /// Layout 2. Layout 1 had the first two only.
  func write(to writer: inout PackedWriter) {
    writer.write(firings)
    writer.write(optional: lastFired) { $0.write($1.nanoseconds) }
    writer.write(dropped)
    writer.write(UInt64(recent.count))
    for time in recent { writer.write(time.nanoseconds) }
    writer.write(optional: cooldownUntil) { $0.write($1.nanoseconds) }
    level.write(to: &writer)
    writer.write(UInt64(seen.count))
    for value in seen {
      writer.write(value.signal)
      writer.write(value.value)
    }
    writer.write(UInt64(dwelt.count))
    for mark in dwelt {
      writer.write(mark.zone)
      writer.write(mark.since.nanoseconds)
    }
    writer.write(optional: nextTick) { $0.write($1.nanoseconds) }
  }

  init(from reader: inout PackedReader, layout: UInt8) throws(PackingError) {
    firings = try reader.unsigned()
    lastFired = try reader.optional { r throws(PackingError) in try r.engineTime() }
    guard layout >= 2 else { return }
    dropped = try reader.unsigned()
    for _ in 0..<(try reader.count(upTo: UInt64(RuleReader.limitCount))) { recent.append(try reader.engineTime()) }
    cooldownUntil = try reader.optional { r throws(PackingError) in try r.engineTime() }
    level = try LevelState(from: &reader)
    for _ in 0..<(try reader.count(upTo: 1000)) {
      seen.append(SeenValue(signal: try reader.string(), value: try reader.value()))
    }
    for _ in 0..<(try reader.count(upTo: 1_000_000)) {
      dwelt.append(DwellMark(zone: try reader.string(), since: try reader.engineTime()))
    }
    nextTick = try reader.optional { r throws(PackingError) in try r.engineTime() }
  }
}

extension PackedReader {
  mutating func engineTime() throws(PackingError) -> EngineTime { EngineTime(nanoseconds: try signed()) }

  /// A number of things, refused where there cannot be so many.
  mutating func count(upTo limit: UInt64) throws(PackingError) -> UInt64 {
    let count = try unsigned()
    guard count <= limit else { throw .malformed(offset: offset) }
    return count
  }
}
