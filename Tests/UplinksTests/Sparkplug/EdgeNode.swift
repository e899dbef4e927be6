import Model
import Testing

@testable import Uplinks

/// An edge node on virtual time, with a host that believes nothing: it keeps aliases as births gave them, and counts.
struct EdgeNode {
  var node = SparkplugNode()
  var session: SparkplugSession
  var now = BootTime.zero
  /// Before the one that is there.
  private var connections: UInt64 = 0
  /// Ahead of boot time, as a wall clock is.
  static let epoch: Int64 = 1_770_301_800_000

  private(set) var topics: [String] = []
  private(set) var payloads: [SeenPayload] = []
  private(set) var events: [LinkEvent] = []
  /// Of the last message of data.
  private(set) var bytes = 0
  private(set) var subscriptions: [String] = []
  private(set) var left: Closure?
  /// Questions without an answer.
  private(set) var questions: [UInt64] = []
  /// All that were ever asked, as they went.
  private(set) var syncs: [String] = []
  private(set) var faults: [String] = []

  private var seq: UInt64?
  private var aliases: [String: [UInt64: String]] = [:]

  init(primaryHost: String? = nil, inventory: UplinkInventory = EdgeNode.inventory) {
    node.learn(inventory)
    let options = SparkplugOptions(
      group: "fleet", node: "truck-005", primaryHost: primaryHost, sync: "waypost/truck-005/sync")
    session = SparkplugSession(options, connection: 0)
  }

  static let inventory = UplinkInventory(
    devices: SignalCatalogue(devices: [
      .init(name: "gps", givesPosition: true, staleAfter: .seconds(5)),
      .init(
        name: "reefer", givesPosition: false,
        metrics: [
          .init(name: "temperature", kind: .number, unit: "Cel"), .init(name: "door", kind: .boolean),
          .init(name: "label", kind: .text),
        ], staleAfter: .seconds(30)),
    ]), eventTypes: ["cold_chain"])

  var moment: SparkplugSession.Moment {
    .init(boot: now, utc: Timestamp(milliseconds: Self.epoch + now.nanoseconds / 1_000_000))
  }

  mutating func connectAgain() {
    connections += 1
    session = SparkplugSession(session.options, connection: connections)
    (left, seq, questions, aliases) = (nil, nil, [], [:])
    open()
  }

  mutating func open(most: Int? = nil) {
    take(
      session.opened(
        LinkCapabilities(messagesInFlight: 20, maximumPayload: most), detail: "MQTT 5", node: &node, now: moment))
  }

  mutating func send(
    _ id: UInt64, _ body: Record.Body, late: Bool = false, at second: Int64 = 0,
    moment recordMoment: StoredRecord.Moment? = nil
  ) {
    let record = StoredRecord(
      identity: RecordIdentity(journal: "k7f3q2", seq: id),
      moment: recordMoment ?? .utc(Timestamp(milliseconds: Self.epoch + second * 1000)), body: body)
    var message = OutgoingMessage(id: id, route: .record(record), seqs: [id])
    message.isLate = late
    take(session.send(message, node: &node, now: moment))
  }

  mutating func answer(_ number: UInt64, refusal: Refusal? = nil) {
    questions.removeAll { $0 == number }
    take(session.answered(number, refusal: refusal, node: node, now: moment))
  }

  mutating func state(_ text: String, host: String = "scada") {
    take(
      session.received(
        topic: "spBv1.0/STATE/\(host)", payload: Array(text.utf8), isRetained: true, node: &node, now: moment))
  }

  mutating func command(_ payload: [UInt8], isRetained: Bool = false) {
    take(
      session.received(
        topic: "spBv1.0/fleet/NCMD/truck-005", payload: payload, isRetained: isRetained, node: &node, now: moment))
  }

  mutating func rebirth() {
    let metric = SparkplugMetric(
      name: "Node Control/Rebirth", timestamp: moment.utc, kind: .boolean, value: .boolean(true))
    command(SparkplugPayload.bytes(timestamp: moment.utc, metrics: [metric], seq: nil))
  }

  mutating func pass(_ interval: Interval) {
    now = now + interval
    take(session.advance(node: node, now: moment))
  }

  mutating func learn(_ inventory: UplinkInventory) {
    node.learn(inventory)
    take(session.advance(node: node, now: moment))
  }

  mutating func farewell() { take(session.farewell("stopping", now: moment)) }
  mutating func refuse(subscription topic: String) { take(session.refused(subscription: topic, "no")) }

  /// What was said since the last call, as `VERB` or `VERB/DEVICE`.
  mutating func verbs() -> [String] {
    defer { topics = [] }
    return topics.map { topic in
      let parts = topic.split(separator: "/").map(String.init)
      return parts[0] == "spBv1.0" ? ([parts[2]] + parts.dropFirst(4)).joined(separator: "/") : topic
    }
  }

  mutating func takeEvents() -> [LinkEvent] {
    defer { events = [] }
    return events
  }

  private mutating func take(_ actions: [SparkplugSession.Action]) {
    for action in actions {
      if left != nil { faults.append("said something after leaving: \(action)") }
      switch action {
      case .subscribe(let topic): subscriptions.append(topic)
      case .event(let event): events.append(event)
      case .leave(let closure): left = closure
      case .publish(let topic, let payload, let atLeastOnce, let question):
        topics.append(topic)
        if let question {
          questions.append(question)
          syncs.append(String(decoding: payload, as: UTF8.self))
        }
        guard topic.hasPrefix("spBv1.0/") else { continue }
        bytes = payload.count
        do {
          let seen = try SeenPayload(payload)
          payloads.append(seen)
          judge(topic, seen, atLeastOnce: atLeastOnce)
        } catch {
          faults.append("\(topic): \(error)")
        }
      }
    }
  }

  /// What the specification asks of each message.
  private mutating func judge(_ topic: String, _ payload: SeenPayload, atLeastOnce: Bool) {
    let verb = String(topic.split(separator: "/")[2])
    let family = topic.split(separator: "/").dropFirst(4).first.map(String.init) ?? ""
    if verb == "NDEATH" {
      if payload.seq != nil || payload.metrics.map(\.name) != ["bdSeq"] || !atLeastOnce {
        faults.append("a bad NDEATH")
      }
      aliases = [:]
      seq = nil
      return
    }
    if atLeastOnce { faults.append("\(verb) with QoS 1") }
    if payload.timestamp == nil { faults.append("\(verb) without a timestamp") }
    if verb == "NBIRTH" {
      aliases = [:]
      if payload.seq != 0 { faults.append("NBIRTH with seq \(payload.seq as Any)") }
    } else if let seq, payload.seq != (seq + 1) % 256 {
      faults.append("\(verb) with seq \(payload.seq as Any) after \(seq)")
    } else if seq == nil {
      faults.append("\(verb) before NBIRTH")
    }
    seq = payload.seq
    if payload.metrics.contains(where: { $0.timestamp == nil }) { faults.append("a metric without a timestamp") }
    if payload.metrics.contains(where: { $0.isNull == ($0.value != nil) }) { faults.append("a metric without a value") }
    switch verb {
    case "NBIRTH", "DBIRTH":
      if payload.metrics.contains(where: { $0.name == nil || $0.kind == nil }) {
        faults.append("\(verb) without names")
      }
      if payload.metrics.contains(where: \.isHistorical) { faults.append("history in \(verb)") }
      let named = payload.metrics.compactMap { metric in metric.alias.map { ($0, metric.name ?? "") } }
      aliases[family] = Dictionary(uniqueKeysWithValues: named)
      if Set(aliases.values.flatMap(\.keys)).count != aliases.values.reduce(0, { $0 + $1.count }) {
        faults.append("an alias stands for two")
      }
    case "DDEATH":
      if aliases.removeValue(forKey: family) == nil { faults.append("a death without a birth: \(family)") }
    default:
      for metric in payload.metrics {
        if metric.name != nil || metric.kind != nil { faults.append("\(verb) with a name") }
        if metric.alias.flatMap({ aliases[family]?[$0] }) == nil { faults.append("\(verb) of what is not born") }
      }
    }
  }

  /// The metrics of the last message, by the names that births gave them.
  func last() -> [String: SeenPayload.Metric] {
    guard let payload = payloads.last else { return [:] }
    let names = aliases.values.reduce(into: [UInt64: String]()) { $0.merge($1) { a, _ in a } }
    return payload.metrics.reduce(into: [:]) { $0[$1.name ?? $1.alias.flatMap { names[$0] } ?? "?"] = $1 }
  }
}
