import Config
import Model

/// One connection of an edge node (Sparkplug 3.0) as a value without socket or clock: what the broker says in, what to say out.
///
/// It is up, for the delivery, from its births on; they wait for the primary host where one is named. Data goes with QoS 0, as the
/// specification has it, so each message waits for the answer to a QoS 1 message that was sent behind it on the same connection. When the primary host leaves,
/// nothing more is settled and the connection ends; what was out comes again in the next one.
struct SparkplugSession {
  enum Action: Hashable {
    /// Retained never. `question`: it is acknowledged, and the answer is to be handed to `answered` with that number.
    case publish(topic: String, payload: [UInt8], atLeastOnce: Bool = false, question: UInt64? = nil)
    /// With QoS 1.
    case subscribe(String)
    case event(LinkEvent)
    /// Everything before is to be sent, then the broker told that we leave. The last action there is.
    case leave(Closure)
  }

  /// Now, on both clocks.
  struct Moment {
    var boot: BootTime
    /// As the box's own clock has it, right or wrong.
    var utc: Timestamp
  }

  private enum State: Hashable { case opening, held, born, ended }

  /// Messages that may be out before the first of them is settled.
  static let mostInFlight = 1000
  /// Rebirths that hosts ask for come no faster: each may be as large as an hour of data.
  static let rebirthEvery = Interval.seconds(5)
  private static let rebirth = "Node Control/Rebirth"

  let options: SparkplugOptions
  /// Joins the birth to the death that the broker holds: from 0 to 255, one more with each connection, and round again
  /// (tck-id-message-flow-edge-node-birth-publish-will-message-payload-bdSeq).
  let deathNumber: UInt8
  private var state = State.opening
  private var seq: UInt8 = 0
  private var capabilities = LinkCapabilities(messagesInFlight: mostInFlight)
  private var detail = ""
  private var barrier = DeliveryBarrier()
  /// The node's generation that the births told, and each family's revision.
  private var bornGeneration: UInt64 = 0
  private var born: [SparkplugReport.Place: UInt64] = [:]
  /// Devices that are down, and born for the sake of what was kept of them.
  private var visiting: [String] = []
  private var lastBirth: BootTime?
  private var rebirthDue: BootTime?
  private var told: Set<String> = []

  /// - Parameter connection: its number, from 0, over restarts as well.
  init(_ options: SparkplugOptions, connection: UInt64) {
    self.options = options
    deathNumber = UInt8(truncatingIfNeeded: connection)
  }

  /// What the broker is to publish when we vanish, with QoS 1 and not retained.
  var will: (topic: String, payload: [UInt8]) {
    let metric = SparkplugMetric(
      name: "bdSeq", timestamp: Timestamp(milliseconds: 0), kind: .int64, value: .int64(Int64(deathNumber)))
    return (
      options.topic(.nodeDeath), SparkplugPayload.bytes(timestamp: nil, metrics: [metric], seq: nil)
    )
  }

  /// The broker has accepted us.
  mutating func opened(
    _ capabilities: LinkCapabilities, detail: String, node: inout SparkplugNode, now: Moment
  ) -> [Action] {
    guard state == .opening else { return [] }
    self.capabilities = capabilities
    self.capabilities.messagesInFlight = Self.mostInFlight
    self.detail = "Sparkplug B over \(detail)"
    let commands = Action.subscribe(options.topic(.nodeCommand))
    guard let host = options.primaryHost, let topic = options.hostTopic else {
      return [commands] + comeUp(node: node, now: now)
    }
    state = .held
    return [commands, .subscribe(topic), .event(.held("waits for the primary host \(host)"))]
  }

  private mutating func comeUp(node: SparkplugNode, now: Moment) -> [Action] {
    state = .born
    let births = births(node: node, now: now)
    return state == .born ? births + [.event(.up(capabilities, detail: detail))] : births
  }

  /// The node's birth and those of its devices that are there (tck-id-payloads-dbirth-order).
  private mutating func births(node: SparkplugNode, now: Moment) -> [Action] {
    seq = 0
    born = [.node: node[.node].revision]
    bornGeneration = node.generation
    visiting = []
    lastBirth = now.boot
    rebirthDue = nil
    let fixed = [
      SparkplugMetric(name: "bdSeq", timestamp: now.utc, kind: .int64, value: .int64(Int64(deathNumber))),
      // Without an alias (tck-id-operational-behavior-data-commands-rebirth-name-aliases).
      SparkplugMetric(name: Self.rebirth, timestamp: now.utc, kind: .boolean, value: .boolean(false)),
    ]
    let birth = SparkplugPayload.bytes(
      timestamp: now.utc, metrics: fixed + node[.node].birth(now: now.utc), seq: 0)
    let all =
      [.publish(topic: options.topic(.nodeBirth), payload: birth)]
      + node.deviceNames.filter { !node.isDown($0) }.map { deviceBirth($0, node: node, now: now) }
    return fit(all) ?? all
  }

  /// A birth that the broker can't take makes all that would follow it worthless.
  private mutating func fit(_ actions: [Action]) -> [Action]? {
    guard let most = capabilities.maximumPayload else { return nil }
    for case .publish(let topic, let payload, _, _) in actions where payload.count > most {
      state = .ended
      let text = "a birth of \(payload.count) bytes, for \(topic), is larger than the broker takes (\(most))"
      return [.leave(.local(text))]
    }
    return nil
  }

  private mutating func deviceBirth(_ device: String, node: SparkplugNode, now: Moment) -> Action {
    let family = node[.device(device)]
    born[.device(device)] = family.revision
    return publish(.deviceBirth, device: device, family.birth(now: now.utc), now: now)
  }

  private mutating func deviceDeath(_ device: String, now: Moment) -> Action {
    born[.device(device)] = nil
    visiting.removeAll { $0 == device }
    return publish(.deviceDeath, device: device, [], now: now)
  }

  /// Each message of the node and its devices has the number after the last one's.
  private mutating func publish(
    _ verb: SparkplugOptions.Verb, device: String? = nil, _ metrics: [SparkplugMetric], now: Moment
  ) -> Action {
    seq &+= 1
    return .publish(
      topic: options.topic(verb, device: device),
      payload: SparkplugPayload.bytes(timestamp: now.utc, metrics: metrics, seq: seq))
  }

  /// A record goes, behind the births that tell what it needs.
  mutating func send(_ message: OutgoingMessage, node: inout SparkplugNode, now: Moment) -> [Action] {
    guard state == .born else { return [] }
    guard case .record(let record) = message.route else {
      return [.event(.refused(message.id, .rejected("a batch can't go by Sparkplug")))]
    }
    let report = SparkplugReport(record.body)
    guard node.declare(report) else {
      let text = "the node has more than \(SparkplugNode.mostMetrics) metrics"
      return [.event(.refused(message.id, .rejected(text)))]
    }
    var actions: [Action] = []
    if bornGeneration != node.generation || born[.node] != node[.node].revision {
      actions += births(node: node, now: now)
    }
    var device: String?
    if case .device(let name) = report.place {
      device = name
      if state == .born, born[report.place] != node[report.place].revision {
        if node.isDown(name), !visiting.contains(name) { visiting.append(name) }
        let birth = deviceBirth(name, node: node, now: now)
        actions += fit([birth]) ?? [birth]
      }
    }
    guard state == .born else { return actions }
    var timestamp = now.utc
    if case .utc(let time) = record.moment { timestamp = time }
    let metrics = node.data(report, at: timestamp, late: message.isLate, properties: Self.identity(of: record))
    let before = seq
    let data = publish(device == nil ? .nodeData : .deviceData, device: device, metrics, now: now)
    if case .publish(_, let payload, _, _) = data, let most = capabilities.maximumPayload, payload.count > most {
      // It doesn't go, and so uses up no number.
      seq = before
      let refusal = Refusal.tooLarge("larger than the broker takes (\(payload.count) bytes)")
      return actions + [.event(.refused(message.id, refusal))]
    }
    actions.append(data)
    if let turn = report.turn {
      node.note(turn, by: record.identity.seq)
      actions += follow(turn.device, node: node, now: now)
    }
    barrier.sent(message.id)
    return actions + question()
  }

  /// What tells a record from every other, and when it was where its time isn't known.
  static func identity(of record: StoredRecord) -> [SparkplugProperty] {
    var properties = [
      SparkplugProperty("waypost_journal", record.identity.journal),
      SparkplugProperty("waypost_seq", .uint64(record.identity.seq)),
    ]
    if case .unsynchronised(let boot, let uptime) = record.moment {
      properties += [
        SparkplugProperty("boot", boot),
        SparkplugProperty("uptime", .double((uptime.seconds * 1000).rounded() / 1000)),
      ]
    }
    return properties
  }

  /// The device's own birth or death, where a record has told that it came or went.
  private mutating func follow(_ device: String, node: SparkplugNode, now: Moment) -> [Action] {
    let place = SparkplugReport.Place.device(device)
    if node.isDown(device) {
      return born[place] == nil || visiting.contains(device) ? [] : [deviceDeath(device, now: now)]
    }
    visiting.removeAll { $0 == device }
    return born[place] == nil ? [deviceBirth(device, node: node, now: now)] : []
  }

  private mutating func question() -> [Action] {
    guard let number = barrier.question() else { return [] }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("type", "sync")
    writer.member("gateway", options.node)
    writer.member("number", number)
    writer.endObject()
    return [.publish(topic: options.sync, payload: writer.bytes, atLeastOnce: true, question: number)]
  }

  /// The broker has answered a question; `refusal`: it would not take it.
  mutating func answered(
    _ number: UInt64, refusal: Refusal? = nil, node: SparkplugNode, now: Moment
  ) -> [Action] {
    guard state == .born else { return [] }
    let through = barrier.answered(number)
    if let refusal {
      return through.map { .event(.refused($0, Self.aboutTheWay(refusal, topic: options.sync))) }
    }
    var actions: [Action] = through.map { .event(.acknowledged($0, unheard: false)) } + question()
    if barrier.isClear { actions += visiting.map { deviceDeath($0, now: now) } }
    return actions
  }

  /// What the broker has against the question says nothing of the records before it: none of them is ever given up for it.
  private static func aboutTheWay(_ refusal: Refusal, topic: String) -> Refusal {
    let text = "\(refusal.text), of the topic \(topic)"
    if case .notAuthorized = refusal { return .notAuthorized(text) }
    return .busy(text)
  }

  /// A message came on a topic that we asked for; anything may stand there.
  mutating func received(
    topic: String, payload: [UInt8], isRetained: Bool, node: inout SparkplugNode, now: Moment
  ) -> [Action] {
    guard state == .held || state == .born else { return [] }
    if topic == options.hostTopic { return host(payload, node: &node, now: now) }
    guard topic == options.topic(.nodeCommand) else { return notice("a message on a topic that nobody asked for") }
    guard !isRetained else { return notice("a command that the broker kept; it is passed over") }
    let commands: [SparkplugPayload.Command]
    do throws(ProtobufReader.Damage) {
      commands = try SparkplugPayload.commands(payload)
    } catch {
      return notice("a command that can't be read: \(error.what)")
    }
    var actions: [Action] = []
    if commands.contains(where: { $0.name != Self.rebirth }) {
      actions += notice("a command that this node doesn't know; it knows \(Self.rebirth)")
    }
    guard state == .born, commands.contains(where: { $0.name == Self.rebirth && $0.flag == true }) else {
      return actions
    }
    if let lastBirth, now.boot - lastBirth < Self.rebirthEvery {
      rebirthDue = lastBirth + Self.rebirthEvery
      return actions
    }
    return actions + births(node: node, now: now)
  }

  private mutating func host(_ payload: [UInt8], node: inout SparkplugNode, now: Moment) -> [Action] {
    guard let name = options.primaryHost else { return [] }
    guard let said = HostState.parse(payload) else {
      return notice("a STATE of the primary host \(name) that is none of Sparkplug 3.0")
    }
    guard node.heeds(said) else {
      return notice("a STATE of the primary host \(name) that is older than the one before; it is passed over")
    }
    switch (state, said.isOnline) {
    case (.held, true): return comeUp(node: node, now: now)
    case (.born, false): return end(.local("the primary host \(name) is offline"), now: now)
    default: return []
    }
  }

  /// Once for each text in a connection.
  private mutating func notice(_ what: String) -> [Action] {
    told.insert(what).inserted ? [.event(.notice("the broker sent \(what)"))] : []
  }

  /// Subscribing to a topic failed: without the host's state nothing may go, without commands only rebirths can't be asked for.
  mutating func refused(subscription topic: String, _ reason: String) -> [Action] {
    guard state == .held || state == .born else { return [] }
    guard topic == options.hostTopic else {
      return [.event(.notice("the broker lets nobody command the node on \(topic): \(reason)"))]
    }
    state = .ended
    return [.leave(.notAuthorized("the broker doesn't let us read \(topic): \(reason)"))]
  }

  /// The inventory may have changed, or the time for something have come.
  mutating func advance(node: SparkplugNode, now: Moment) -> [Action] {
    guard state == .born else { return [] }
    let isDue = rebirthDue.map { now.boot >= $0 } ?? false
    return isDue || bornGeneration != node.generation ? births(node: node, now: now) : []
  }

  /// When `advance` should be called though nothing happens.
  var deadline: BootTime? { state == .born ? rebirthDue : nil }

  /// We leave in good order.
  mutating func farewell(_ reason: String, now: Moment) -> [Action] { end(.local(reason), now: now) }

  /// The node's death comes from itself, since the broker says nothing of who leaves in good order
  /// (tck-id-operational-behavior-edge-node-intentional-disconnect-ndeath).
  private mutating func end(_ closure: Closure, now: Moment) -> [Action] {
    let wasBorn = state == .born
    state = .ended
    guard wasBorn else { return [.leave(closure)] }
    let death = will
    return [
      .publish(topic: death.topic, payload: death.payload, atLeastOnce: true), .leave(closure),
    ]
  }
}
