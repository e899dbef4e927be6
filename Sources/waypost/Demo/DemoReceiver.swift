import Config

/// What the demonstration's server has: the set of records by identity, as every receiver should keep it.
struct DemoReceiver {
  /// What a message is answered with.
  struct Answer: Equatable {
    /// The JSON that tells the gateway that all of it is kept; `nil` where nothing is to be acknowledged.
    var acknowledgement: String?
    /// What to say of the events in it.
    var news: [String] = []
  }

  private struct Identity: Hashable {
    var journal: String
    var seq: Int
  }

  private var seen: Set<Identity> = []
  /// Records that came again.
  private(set) var repeats = 0
  /// The highest number of a record, which the gateway kept in any case; 0 before there is one.
  private(set) var highest = 0
  /// Events, each counted once.
  private(set) var events = 0

  /// Different records so far.
  var count: Int { seen.count }

  /// Takes a message's body.
  mutating func take(_ body: String) -> Answer {
    var diagnostics = Diagnostics()
    guard let message = JSON.parse(SourceFile(path: "message", text: body), diagnostics: &diagnostics) else {
      return Answer()
    }
    let journal = message["journal"]?.text ?? ""
    guard message["type"]?.text == "batch" else {
      guard let seq = Self.whole(message["seq"]) else { return Answer() }
      return Answer(
        acknowledgement: #"{"type":"ack","seq":\#(seq)}"#, news: takeRecord(message, seq: seq, journal: journal))
    }
    var answer = Answer()
    for record in message["messages"].items {
      guard let seq = Self.whole(record["seq"]) else { continue }
      answer.news += takeRecord(record, seq: seq, journal: record["journal"]?.text ?? journal)
    }
    answer.acknowledgement = Self.whole(message["batch"]).map { #"{"type":"ack","batch":\#($0)}"# }
    return answer
  }

  private static func whole(_ node: JSONNode?) -> Int? { node?.number.flatMap { Int(exactly: $0) } }

  private mutating func takeRecord(_ record: JSONNode, seq: Int, journal: String) -> [String] {
    guard seen.insert(Identity(journal: journal, seq: seq)).inserted else {
      repeats += 1
      return []
    }
    highest = max(highest, seq)
    guard let event = record["event"] else { return [] }
    events += 1
    if record["type"]?.text == "geofence_event" {
      return ["\(event["event_type"].text) \(event["geofence_id"].text), rule \(event["rule"].text)"]
    }
    return ["\(event["type"].text), rule \(event["rule"].text)"]
  }
}
