import Config
import Model
import Rules

extension RuleExplanation {
  /// Writes the member `explanation`.
  /// - Parameter now: The moment of which it tells.
  func write(to writer: inout JSONWriter, at now: EngineTime) {
    writer.key("explanation")
    writer.beginObject()
    writer.member("rule", name)
    if let description { writer.member("description", description) }
    writer.key("on")
    writer.beginArray()
    for trigger in triggers { writer.string(trigger) }
    writer.endArray()
    if let isUp { writer.member("state", isUp ? "up" : "down") }
    if isMuted { writer.member("muted", true) }
    if let since { writer.member("for", seconds: now - since) }
    writer.member("raised", firings)
    writer.member("dropped", dropped)
    if let lastFired { writer.member("last_raised_ago", seconds: now - lastFired) }
    writer.key("conditions")
    writer.beginArray()
    for condition in conditions {
      writer.beginObject()
      writer.member("key", condition.key)
      writer.member("counts", condition.counts)
      writer.key("parts")
      writer.beginArray()
      for part in condition.parts { part.write(to: &writer) }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
    writer.key("waits")
    writer.beginArray()
    for wait in waits {
      writer.beginObject()
      writer.member("for", wait.kind.rawValue)
      if let name = wait.name { writer.member("name", name) }
      writer.member("left", seconds: wait.left)
      writer.endObject()
    }
    writer.endArray()
    if !writes.isEmpty {
      writer.key("writes")
      writer.beginArray()
      for write in writes {
        writer.beginObject()
        writer.member("key", write.key)
        writer.member("signal", write.signal)
        writer.member("text", write.text)
        if let value = write.value { writer.member("value", value) }
        if let refusal = write.refusal { writer.member("refused", refusal) }
        writer.endObject()
      }
      writer.endArray()
    }
    writer.key("open_events")
    writer.beginArray()
    for id in openEvents { writer.string(id) }
    writer.endArray()
    writer.endObject()
  }
}

extension ExpressionPart {
  /// Writes the part as an object.
  fileprivate func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("text", text)
    writer.member("depth", depth)
    if let value { writer.member("value", value) }
    if !readings.isEmpty {
      writer.key("reads")
      writer.beginArray()
      for reading in readings {
        writer.beginObject()
        writer.member("name", reading.name)
        if let value = reading.value { writer.member("value", value) }
        if let unknown = reading.unknown { writer.member("unknown", unknown) }
        writer.endObject()
      }
      writer.endArray()
    }
    writer.endObject()
  }
}
