/// A record as it arrived at the subscriber.
struct ReceivedRecord: Hashable, Sendable {
  /// What names it for ever.
  struct Identity: Hashable, Sendable, CustomStringConvertible {
    var gateway: String
    var journal: String
    var seq: Int
    var description: String { "\(journal)/\(seq)" }
  }

  var identity: Identity
  var type: String
  var isLate: Bool
  /// The wire form without what depends on the delivery: gateway, journal, seq, late.
  var content: String
  var object: WireValue
  var time: Instant

  /// What a record's bytes are compared without.
  static let identityMembers: Set<String> = ["gateway", "journal", "seq", "late"]

  /// The records in the subscriber's messages, in order of arrival; batches are taken apart. Anything that is no JSON or lacks an
  /// identity is an error: a server could do nothing with it. Status messages are passed over.
  static func records(in messages: [Subscriber.Message]) throws -> [ReceivedRecord] {
    try messages.flatMap { message -> [ReceivedRecord] in
      if message.topic.hasSuffix("/status") { return [] }
      return try records(in: try WireValue.parse(message.payload), time: message.time)
    }
  }

  /// The records of one message: a batch, or a record alone.
  static func records(in object: WireValue, time: Instant) throws -> [ReceivedRecord] {
    guard object["type"]?.text == "batch" else {
      return [try ReceivedRecord(object, gateway: nil, journal: nil, time: time)]
    }
    guard let elements = object["messages"]?.elements else { throw Failure("a batch without messages") }
    return try elements.map {
      try ReceivedRecord($0, gateway: object["gateway"]?.text, journal: object["journal"]?.text, time: time)
    }
  }

  init(_ object: WireValue, gateway: String?, journal: String?, time: Instant) throws {
    guard let gateway = object["gateway"]?.text ?? gateway, let journal = object["journal"]?.text ?? journal,
      let seq = object["seq"]?.number, let type = object["type"]?.text
    else {
      throw Failure("a record without type, gateway, journal or seq: \(String(decoding: object.raw, as: UTF8.self))")
    }
    self.init(
      identity: Identity(gateway: gateway, journal: journal, seq: Int(seq)), type: type,
      isLate: object["late"]?.flag ?? false, content: object.without(Self.identityMembers), object: object, time: time)
  }

  init(
    identity: Identity, type: String, isLate: Bool, content: String, object: WireValue,
    time: Instant = Instant(seconds: 0)
  ) {
    self.identity = identity
    self.type = type
    self.isLate = isLate
    self.content = content
    self.object = object
    self.time = time
  }

  /// The lane it travels in (wire.md).
  var lane: String {
    switch type {
    case "event", "geofence_event": "event"
    case "position", "reading": type
    default: "other"
    }
  }

  /// The event's id, with its state where it has one: raising and clearing share an id.
  var event: String? {
    // OwnTracks' transitions have it beside a word for what happened.
    if object["_type"]?.text == "transition" { return object["id"]?.text }
    guard let event = object["event"], let id = event["id"]?.text else { return nil }
    return event["state"]?.text.map { "\(id) \($0)" } ?? id
  }
}
