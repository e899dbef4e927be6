import Config

/// The central server of the demonstration: keeps the set of what it has by identity, as every receiver should.
struct DemoReceiver {
  private struct Identity: Hashable {
    var journal: String
    var seq: Int
  }

  private var seen: Set<Identity> = []
  /// Records that came again.
  private(set) var repeats = 0
  /// Events, each counted once.
  private(set) var events = 0

  /// Different records so far.
  var count: Int { seen.count }

  /// Takes a message's body. Returns what to say of the events in it.
  mutating func take(_ body: String) -> [String] {
    var diagnostics = Diagnostics()
    guard let message = JSON.parse(SourceFile(path: "message", text: body), diagnostics: &diagnostics) else {
      return []
    }
    guard message["type"]?.text == "batch" else { return takeRecord(message, journal: message["journal"]?.text ?? "") }
    let journal = message["journal"]?.text ?? ""
    return message["messages"].items.flatMap { takeRecord($0, journal: journal) }
  }

  private mutating func takeRecord(_ record: JSONNode, journal: String) -> [String] {
    guard let seq = record["seq"]?.number, let number = Int(exactly: seq) else { return [] }
    guard seen.insert(Identity(journal: record["journal"]?.text ?? journal, seq: number)).inserted else {
      repeats += 1
      return []
    }
    guard let event = record["event"] else { return [] }
    events += 1
    if record["type"]?.text == "geofence_event" {
      return ["\(event["event_type"].text) \(event["geofence_id"].text), rule \(event["rule"].text)"]
    }
    return ["\(event["type"].text), rule \(event["rule"].text)"]
  }
}

extension String {
  /// After as many spaces as bring it to `width`.
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
