import Foundation

/// mosquitto, and a subscriber behind it.
final class BrokerReceiver: Receiver, @unchecked Sendable {
  /// What the payloads are.
  enum Format: String { case json, owntracks, sparkplug }

  let name: String
  private let format: Format
  private let broker: Broker
  private let subscriber: Subscriber
  private let mqtt: MQTTMeddler
  private let lock = NSLock()
  private var taken = 0
  private var records: [ReceivedRecord] = []
  private var host = SparkplugHost()

  init(_ format: Format, in bench: Bench) throws {
    self.format = format
    name = "mqtt/\(format.rawValue)"
    mqtt = MQTTMeddler { message in
      if message.topic.hasSuffix("/status") { return [] }
      return format == .owntracks
        ? [try ReceivedRecord(ownTracks: message)] : try ReceivedRecord.records(in: [message])
    }
    broker = try Broker(in: bench, persists: true)
    subscriber = try Subscriber(
      port: broker.port, topic: format == .sparkplug ? "spBv1.0/#" : "waypost/#", in: bench)
  }

  var port: Int { broker.port }
  var meddler: (any Meddler)? { mqtt }
  var answersForRecords: Bool { format != .sparkplug }
  var tellsLate: Bool { format != .sparkplug }
  var isVerbatim: Bool { true }
  var types: Set<String>? { format == .json ? nil : ["position", "geofence_event"] }

  func destination(port: Int) -> String {
    let node = format == .sparkplug ? ", sparkplug: { group: fleet }" : ""
    return "mqtt: { url: \"mqtt://127.0.0.1:\(port)\"\(node) }\n    format: \(format.rawValue)"
  }

  var received: [ReceivedRecord] {
    get throws {
      let messages = subscriber.messages
      return try lock.withLock {
        records += try records(in: Array(messages[taken...]))
        taken = messages.count
        return records
      }
    }
  }

  private func records(in messages: [Subscriber.Message]) throws -> [ReceivedRecord] {
    switch format {
    case .sparkplug: try messages.compactMap { try host.record(in: $0) }
    case .json: try ReceivedRecord.records(in: messages)
    case .owntracks: try messages.filter { !$0.topic.hasSuffix("/status") }.map { try ReceivedRecord(ownTracks: $0) }
    }
  }

  var batches: [ReceivedBatch] {
    get throws { format == .json ? try ReceivedBatch.batches(in: subscriber.messages) : [] }
  }

  var refusals: Refusals { mqtt.refusals }
  func pace(_ answersPerSecond: Double?) { mqtt.set(pace: answersPerSecond) }
  func refuse(_ isOn: Bool) { mqtt.set(refusing: isOn) }
  func stop() throws {
    if !answersForRecords { try settle() }
    try broker.stop()
  }

  func start() throws {
    try broker.start()
    // What is published while nobody is subscribed would be acknowledged and gone; a session that was kept is as good.
    try subscriber.waitUntilSubscribed()
  }

  func stopForgetting() throws {
    try settle()
    try broker.stop()
    broker.forget()
  }

  /// mosquitto answers when it has queued a message for the subscriber.
  func settle() throws { try subscriber.catchUp() }
}

extension ReceivedRecord {
  /// A location or transition of OwnTracks with the keys of ours beside.
  init(ownTracks message: Subscriber.Message) throws {
    let object = try WireValue.parse(message.payload)
    let types = ["location": "position", "transition": "geofence_event"]
    guard let type = object["_type"]?.text.flatMap({ types[$0] }), let gateway = object["gateway"]?.text,
      let journal = object["journal"]?.text, let seq = object["seq"]?.number
    else { throw Failure("no record of OwnTracks: \(String(decoding: message.payload, as: UTF8.self))") }
    self.init(
      identity: Identity(gateway: gateway, journal: journal, seq: Int(seq)), type: type,
      isLate: object["late"]?.flag ?? false, content: object.without(Self.identityMembers), object: object,
      time: message.time)
  }
}
