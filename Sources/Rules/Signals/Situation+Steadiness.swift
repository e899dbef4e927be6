import Model

/// How what a slot holds goes on if nothing but time passes.
extension Situation {
  private static let never = EngineTime(nanoseconds: .max)

  /// Until when, this moment not among it, a slot holds what it holds now; its own time where that changes all the while. What changes
  /// at a moment that the engine waits for anyway, as a signal that turns stale, counts as steady.
  func steadyUntil(_ number: Int) -> EngineTime {
    guard store.plan.sources.indices.contains(number) else { return Self.never }
    switch store.plan.sources[number] {
    case .age(let entry): return store.entries[entry] == nil ? Self.never : time
    case .now, .localTime: return clock.utcAtZero == nil ? Self.never : time
    case .timeInZone: return grows(number) ? time : Self.never
    case .count(let index): return store.counts[index].steadyUntil(at: time)
    case .window(let index, _): return store.windows[index].steadyUntil(at: time)
    case .system(.uptime): return time
    case .system(.restarted):
      let end = store.system.startedAt + SystemSignal.restartedFor
      return time < end ? end : Self.never
    case .absent, .reading, .field, .motion, .system, .variable, .hasVariable, .has, .trigger, .argument, .inZone,
      .zones, .distance, .quality, .previous:
      return Self.never
    }
  }

  /// Whether a slot holds a number of seconds that grows as time passes.
  func grows(_ number: Int) -> Bool {
    guard store.plan.sources.indices.contains(number) else { return false }
    switch store.plan.sources[number] {
    case .age(let entry): return store.entries[entry] != nil
    case .system(.uptime): return true
    case .timeInZone(let set):
      return zones.inside.contains { set.contains($0) && zones.knownSide(of: $0) == .inside }
    default: return false
    }
  }

  /// When UTC comes to its next whole minute; `nil` while the clock is not trusted.
  var nextMinute: EngineTime? {
    guard let utc = clock.utc(at: time) else { return nil }
    let minute: Int64 = 60_000
    let into = (utc.milliseconds % minute + minute) % minute
    // UTC is in milliseconds, and so up to one of them early.
    return max(time, time + .milliseconds(minute - into - 1))
  }
}

extension SignalWindow {
  /// Until the oldest of its buckets may leave it; the end of time where it has none.
  func steadyUntil(at time: EngineTime) -> EngineTime {
    let newest = max(0, time.nanoseconds) / width
    let holds = buckets.contains { $0.map { $0.number > newest - Int64(Self.bucketCount) } ?? false }
    return holds ? EngineTime(nanoseconds: (newest + 1) * width) : EngineTime(nanoseconds: .max)
  }
}

extension EventWindow {
  /// The same; what was counted at this very instant counts from the next.
  func steadyUntil(at time: EngineTime) -> EngineTime {
    let newest = max(0, time.nanoseconds) / width
    let live = buckets.compactMap(\.self).filter { $0.number > newest - Int64(SignalWindow.bucketCount) }
    if live.contains(where: { $0.lastAt == time }) { return time }
    return live.isEmpty ? EngineTime(nanoseconds: .max) : EngineTime(nanoseconds: (newest + 1) * width)
  }
}
