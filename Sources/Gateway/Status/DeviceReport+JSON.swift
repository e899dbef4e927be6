import Config
import Model
import Rules

extension DeviceReport {
  /// Writes the device as an object.
  ///
  /// - Parameter state: What it said of itself last; `nil` where it never did.
  func write(to writer: inout JSONWriter, state: EngineStatus.DeviceStatus?) {
    writer.beginObject()
    writer.member("name", name)
    writer.member("state", state.map { $0.isUp ? "up" : "down" } ?? "unknown")
    if let reason = state?.reason { writer.member("reason", reason) }
    if let heardAgo { writer.member("heard_ago", seconds: heardAgo) }
    writer.key("signals")
    writer.beginArray()
    for signal in signals {
      writer.beginObject()
      writer.member("metric", signal.metric)
      writer.member("quality", signal.quality.name)
      if let value = signal.value { writer.member("value", value) }
      if let unit = signal.unit { writer.member("unit", unit) }
      if let age = signal.age { writer.member("age", seconds: age) }
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }
}
