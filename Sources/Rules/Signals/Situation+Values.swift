import CEL
import Geo
import Model

extension Situation {
  /// What a slot holds at this instant; `nil` where it is unknown.
  func lookUp(_ number: Int) -> CEL.Value? {
    store.plan.sources.indices.contains(number) ? value(store.plan.sources[number]) : nil
  }

  /// The same, for whoever has no number.
  func value(of slot: Slot) -> CEL.Value? { store.plan.number(of: slot).flatMap { lookUp($0) } }

  private func value(_ source: SignalPlan.Source) -> CEL.Value? {
    switch source {
    case .absent: return nil
    case .reading(let entry): return store.isFresh(entry, at: time) ? converted(source) : nil
    case .field(let entry, .fix): return .bool(isPosition(entry) && store.isFresh(entry, at: time))
    case .field(let entry, _), .motion(let entry, _, _):
      return isPosition(entry) && store.isFresh(entry, at: time) ? converted(source) : nil
    case .system(let source): return system(source)
    case .variable(let index): return store.variables[index].map { Self.converted($0) }
    case .hasVariable(let index): return .bool(store.variables[index] != nil)
    case .trigger(let field):
      let text =
        switch field {
        case .zone: trigger?.zone
        case .device: trigger?.device
        case .name: trigger?.name
        }
      return text.map { .string($0) }
    case .argument(let name): return trigger?.arguments.first { $0.name == name }.map { Self.converted($0.value) }
    case .inZone(let indices): return isInside(indices).map { .bool($0) }
    case .timeInZone(let indices): return timeInside(indices).map { .double($0) }
    case .distance(let indices): return distance(indices).map { .double($0) }
    case .count(let index): return .double(store.counts[index].count(before: time))
    case .has(.field(let entry, .fix)), .has(.motion(let entry, _, .fix)):
      return .bool(isPosition(entry) && store.isFresh(entry, at: time))
    case .has(let source): return .bool(value(source) != nil)
    case .age(let entry): return store.entries[entry].map { .double((time - $0.at).seconds) }
    case .quality(let entry, let source):
      let quality = store.quality(entry, at: time)
      // A fix without an altitude has no altitude.
      if quality == .good, value(source) == nil { return .string(Quality.never.name) }
      return .string(quality.name)
    case .previous(let cell, let entry):
      guard store.isFresh(entry, at: time) else { return nil }
      return store.previous[cell].before.map { Self.converted($0) }
    case .window(let window, let function): return store.windows[window].value(function, at: time).map { .double($0) }
    case .zones: return zonesInside
    case .now: return instant.map { .timestamp($0) }
    case .localTime(let zone): return localTime(zone)
    }
  }

  /// UTC, while the clock is trusted.
  private var instant: CEL.Value.Timestamp? {
    guard let utc = clock.utc(at: time) else { return nil }
    let (seconds, milliseconds) = utc.milliseconds.quotientAndRemainder(dividingBy: 1000)
    let isBefore = milliseconds < 0
    do {
      return try CEL.Value.Timestamp(
        seconds: isBefore ? seconds - 1 : seconds,
        nanoseconds: Int32(isBefore ? milliseconds + 1000 : milliseconds) * 1_000_000)
    } catch {
      // Beyond the year 9999: no time that anything could be compared with.
      return nil
    }
  }

  private func localTime(_ zone: String) -> CEL.Value? {
    do { return try instant.map { .timestamp(try $0.shown(in: zone)) } } catch { return nil }
  }

  private func isPosition(_ entry: Int) -> Bool {
    if case .position? = store.entries[entry]?.content { true } else { false }
  }

  private func converted(_ source: SignalPlan.Source) -> CEL.Value? {
    store.value(of: source, at: time).map { Self.converted($0) }
  }

  private static func converted(_ value: Model.Value) -> CEL.Value {
    switch value {
    case .number(let number): .double(number)
    case .boolean(let flag): .bool(flag)
    case .text(let text): .string(text)
    }
  }

  private func system(_ source: SystemSignal.Source) -> CEL.Value? {
    switch source {
    case .clock: .bool(clock.utcAtZero != nil)
    case .link: .bool(!store.system.links.isEmpty)
    case .uptime: .double((time - store.system.startedAt).seconds)
    case .restarted: .bool(time - store.system.startedAt < SystemSignal.restartedFor)
    case .reading: nil
    }
  }

  // MARK: Zones

  private var zonesInside: CEL.Value? {
    guard zones.knowsAny else { return nil }
    var inside: [CEL.Value] = []
    for zone in zones.inside where zones.knownSide(of: zone) == .inside {
      inside.append(.string(zones.plan.zones[zone].id))
    }
    return .list(inside)
  }

  /// True inside any of them; unknown where one that may be is unknown.
  private func isInside(_ set: ZoneSet) -> Bool? {
    if set.isLarge {
      if zones.inside.contains(where: { set.contains($0) && zones.knownSide(of: $0) == .inside }) { return true }
      return zones.isUnsure(of: set) ? nil : false
    }
    var isSure = true
    for zone in set.zones {
      switch zones.knownSide(of: zone) {
      case .inside: return true
      case .outside: break
      case nil: isSure = false
      }
    }
    return isSure ? false : nil
  }

  /// Seconds since the zone was entered, of several the longest; 0 outside.
  private func timeInside(_ set: ZoneSet) -> Double? {
    guard let isInside = isInside(set) else { return nil }
    guard isInside else { return 0 }
    var longest = 0.0
    for zone in zones.inside where set.contains(zone) && zones.knownSide(of: zone) == .inside {
      if let since = zones.state(of: zone).since { longest = max(longest, (time - since).seconds) }
    }
    return longest
  }

  /// Metres to the nearest border, negative inside.
  private func distance(_ set: ZoneSet) -> Double? {
    guard let entry = store.plan.zonePosition, store.isFresh(entry, at: time),
      case .position(let position)? = store.entries[entry]?.content, position.isUsable
    else { return nil }
    return set.distance(
      from: Coordinate(latitude: position.latitude, longitude: position.longitude), in: zones.plan)
  }
}
