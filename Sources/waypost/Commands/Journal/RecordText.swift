import Config

/// A record of the wire's JSON as a line for a person.
enum RecordText {
  static func line(_ record: JSONNode) -> String {
    let time = record["timestamp"]?.string ?? "up \(StatusText.age(Optional(record)["uptime"].number))"
    return record["seq"].text.padded(to: 9) + time.padded(to: 26) + record["type"].text.padded(to: 16) + content(record)
  }

  /// What it says, without when and which.
  static func content(_ record: JSONNode) -> String {
    switch record["type"].text {
    case "position":
      let place = record["location"]
      var text =
        "\(record["device"].text) \(place["latitude"].number.fixed(5)), \(place["longitude"].number.fixed(5))"
      if let speed = record["speed"]?.number { text += ", \((speed * 3.6).fixed(0)) km/h" }
      return text
    case "reading":
      let quality = record["quality"].text
      return "\(record["device"].text).\(record["metric"].text) = \(value(record["value"])) \(record["unit"].text)"
        + (quality == "good" ? "" : " (\(quality))")
    case "geofence_event":
      return "\(record["event"]["event_type"].text) \(record["event"]["geofence_id"].text)"
    case "event":
      return "\(record["event"]["type"].text) \(record["event"]["state"].text), \(record["event"]["severity"].text)"
    case "device":
      let reason = record["reason"].map { ": \($0.text)" } ?? ""
      return "\(record["device"].text) is \(record["state"].text)\(reason)"
    case "gap":
      return
        "\(record["count"].text) of \(record["first"].text)–\(record["last"].text) won't come: \(record["reason"].text)"
    case "time": return "clock of boot \(record["boot"].text)"
    default: return ""
    }
  }

  static func value(_ node: JSONNode?) -> String {
    if case .boolean(let flag)? = node?.content { return flag ? "true" : "false" }
    return node == nil ? "–" : node.text
  }
}
