import Config
import Model
import Rules

extension EngineStatus {
  /// Writes the members `fix`, `zones`, `rules`, `counters`.
  ///
  /// - Parameter position: The device whose fix stands as `fix`.
  func write(to writer: inout JSONWriter, position: String?) {
    if let fix = fixes.first(where: { $0.device == position }) ?? fixes.first {
      writer.key("fix")
      write(fix, to: &writer)
    }
    writer.key("zones")
    writer.beginArray()
    for zone in zones {
      writer.beginObject()
      writer.member("id", zone.id)
      if let name = zone.name { writer.member("name", name) }
      writer.member("side", zone.side.rawValue)
      writer.member("last_known_side", zone.lastKnownSide.rawValue)
      if let since = zone.since { writer.member("for", seconds: time - since) }
      writer.endObject()
    }
    writer.endArray()
    writer.key("rules")
    writer.beginArray()
    for rule in rules {
      writer.beginObject()
      writer.member("name", rule.name)
      writer.member("raised", rule.firings)
      if let isUp = rule.isUp { writer.member("state", isUp ? "up" : "down") }
      if rule.isUnknown { writer.member("condition", "unknown") }
      if let since = rule.since { writer.member("for", seconds: time - since) }
      if rule.dropped > 0 { writer.member("dropped", rule.dropped) }
      if let last = rule.lastFired { writer.member("last_raised_ago", seconds: time - last) }
      writer.endObject()
    }
    writer.endArray()
    writer.key("counters")
    writer.beginObject()
    for counter in counters where counter.count > 0 { writer.member(counter.name, counter.count) }
    writer.endObject()
  }

  private func write(_ fix: FixStatus, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("device", fix.device)
    if let position = fix.position {
      writer.member("latitude", position.latitude, decimals: 7)
      writer.member("longitude", position.longitude, decimals: 7)
      if let speed = position.speed { writer.member("speed", speed, decimals: 2) }
      if let course = position.course { writer.member("heading", course, decimals: 1) }
      writer.member("estimated_error", position.estimatedError, decimals: 1)
      if let satellites = position.satellites { writer.member("satellites", satellites) }
      if let time = position.time { writer.member("timestamp", "\(time)") }
    }
    if let accepted = fix.acceptedAt { writer.member("age", seconds: time - accepted) }
    writer.endObject()
  }
}
