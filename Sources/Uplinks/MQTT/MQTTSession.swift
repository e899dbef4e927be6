import Deflate
import Model

/// One connection of MQTT as a value without socket or clock: bytes and the time in, bytes and events out.
///
/// Whatever the broker says, no answer is reported that fits nothing, nothing comes after the end, and what is held is one packet of at
/// most `MQTTFrames.limit` bytes and what the delivery's window lets it have. No more is out than the broker's receive maximum.
struct MQTTSession {
  enum Action: Hashable {
    case bytes([UInt8])
    case event(LinkEvent)
    case news(MQTTNews)
    /// Everything before is to be flushed, then the connection closed. The last action there is.
    case end(Closure, MQTTAttempt.Remedy?)
  }

  private enum State: Hashable {
    case idle
    case connecting(until: BootTime)
    case open(since: BootTime)
    /// We have said that we go, and wait for the broker to hang up.
    case closing(until: BootTime, Closure)
    case ended
  }

  static let answerLimit = Interval.seconds(20)
  static let closeLimit = Interval.seconds(2)
  /// A broker that throws us out for another client does so at once, since each comes back at once.
  private static let fight = Interval.seconds(10)
  /// Unanswered messages under 3.1.1, which has no receive maximum, and the most that we make use of under 5.
  static let mostInFlight = 100

  private let requests: MQTTRequests
  private let password: String?
  /// For messages: `broker.example.com:8883`.
  private let destination: String
  private var link = ""
  private var state = State.idle
  private var frames = MQTTFrames()
  private var isFirst = true

  /// What is out, by the packets' numbers.
  private var out: [UInt16: MQTTOutgoing.Purpose] = [:]
  private var subscriptions: [UInt16: String] = [:]
  private var lastNumber: UInt16 = 0
  /// In order; while the broker's receive maximum is reached.
  private var waiting: [MQTTOutgoing] = []
  private var waitingStatus: [UInt8]?
  private var receiveMaximum = Self.mostInFlight
  private var maximumPacket: Int?
  private var retains: Bool

  private var keepalive: Interval
  private var sentAt = BootTime.zero
  private var heardAt = BootTime.zero
  /// While nothing was heard since.
  private var pingedAt: BootTime?
  private var strays = StrayTally()
  private var hasToldForeign = false

  private var options: MQTTOptions { requests.options }
  private var isV5: Bool { requests.attempt.version == .v5 }

  /// - Parameter will: what the broker is to say when we vanish; `nil`: that the gateway is offline.
  init(
    _ options: MQTTOptions, _ attempt: MQTTAttempt, will: MQTTWill? = nil, password: String?, destination: String
  ) {
    requests = MQTTRequests(options: options, attempt: attempt, will: will ?? .offline(options.topics))
    self.password = password
    self.destination = destination
    keepalive = .seconds(Double(options.keepalive))
    retains = attempt.retains
  }

  /// - Parameter link: what the connection is beneath, for people: “WebSocket, TLSv1.3”, or nothing.
  mutating func opened(link: String, now: BootTime) -> [Action] {
    guard state == .idle else { return [] }
    self.link = link
    state = .connecting(until: now + Self.answerLimit)
    heardAt = now
    return [bytes(requests.connect(password: password), now)]
  }

  // MARK: What comes

  mutating func received(_ more: some Collection<UInt8>, now: BootTime) -> [Action] {
    guard state != .ended, state != .idle else { return [] }
    heardAt = now
    pingedAt = nil
    if isFirst, let byte = more.first {
      isFirst = false
      // CONNACK, or AUTH or DISCONNECT of MQTT 5.
      guard [0x20, 0xF0, 0xE0].contains(byte) else { return strange(Array(more.prefix(32))) }
    }
    frames.append(more)
    var actions: [Action] = []
    do throws(MQTTFault) {
      while state != .ended, let (first, body) = try frames.next() {
        let packet = try MQTTPacket(first: first, body: body, version: requests.attempt.version)
        actions += try take(packet, now: now)
      }
    } catch {
      actions += fail(error)
    }
    return actions
  }

  private mutating func strange(_ bytes: [UInt8]) -> [Action] {
    let text = bytes.prefix { (32..<127).contains($0) }
    let said = text.isEmpty ? "" : ", it says “\(String(decoding: text, as: UTF8.self))”"
    return end(.garbage("what answers at \(destination) does not speak MQTT\(said)"))
  }

  private mutating func fail(_ fault: MQTTFault) -> [Action] {
    if case .connecting = state {
      return end(.garbage("what answers at \(destination) does not speak MQTT as it should: it \(fault.words)"))
    }
    let goodbye: [Action] = isV5 ? [.bytes(requests.disconnect(fault.code.rawValue))] : []
    return goodbye + end(.garbage("the broker broke the rules of MQTT: it \(fault.words)"))
  }

  private mutating func take(_ packet: MQTTPacket, now: BootTime) throws(MQTTFault) -> [Action] {
    guard case .connecting = state else { return try takeOpen(packet, now: now) }
    switch packet {
    case .accepted(_, let properties): return accepted(properties, now: now)
    case .refused(let code, let isOfV5, let properties):
      let closure = MQTTReason.closure(connack: code, isV5: isOfV5, properties)
      // Old brokers say 1, and some say it, or that all is well, in their own version.
      if isV5, code == 0x84 || code == 1 || code == 0 { return end(closure, .olderVersion) }
      return end(closure, isV5 && code == 0x9A && requests.attempt.retains ? .withoutRetain : nil)
    case .disconnected(let code, let properties):
      return end(MQTTReason.closure(disconnect: code, properties))
    default: throw .violation("sent something before it had accepted the connection")
    }
  }

  private mutating func accepted(_ properties: MQTTProperties, now: BootTime) -> [Action] {
    if properties.maximumQoS == 0 {
      return [.bytes(requests.disconnect(0x9B))]
        + end(.local("the broker takes messages of QoS 0 only, of which nobody would know whether they have arrived"))
    }
    state = .open(since: now)
    if let seconds = properties.serverKeepalive, seconds > 0 {
      keepalive = min(keepalive, .seconds(Double(seconds)))
    }
    if properties.retainAvailable == false { retains = false }
    if let most = properties.receiveMaximum { receiveMaximum = min(Self.mostInFlight, Int(most)) }
    maximumPacket = properties.maximumPacket.map { Int($0) }
    var detail = isV5 ? "MQTT 5" : "MQTT 3.1.1"
    if !link.isEmpty { detail += " over \(link)" }
    // One place is kept for the status.
    let capabilities = LinkCapabilities(
      messagesInFlight: max(1, receiveMaximum - 1),
      maximumPayload: maximumPacket.map { max(1, $0 - requests.overhead) })
    let commands = options.commands.map { subscribe($0.filter, now: now) } ?? []
    guard options.sparkplug == nil else { return [.news(.accepted(capabilities, detail: detail))] + commands }
    return [.event(.up(capabilities, detail: detail))] + commands
  }

  private mutating func takeOpen(_ packet: MQTTPacket, now: BootTime) throws(MQTTFault) -> [Action] {
    switch packet {
    case .publishAnswer(let number, let code, let reason):
      return answered(number, code, reason, now: now)
    case .published(let message): return received(message, now: now)
    case .pong: return []
    case .disconnected(let code, let properties):
      if case .closing(_, let closure) = state { return end(closure) }
      return end(MQTTReason.closure(disconnect: code, properties))
    case .accepted, .refused: throw .violation("accepted the connection a second time")
    case .subscribeAnswer(let number, let codes):
      guard let filter = subscriptions.removeValue(forKey: number) else { return stray(now) }
      guard let code = codes.first, code >= 0x80 else { return [] }
      let reason = MQTTReason.text(code)
      if filter == options.commands?.filter {
        return [.event(.notice("the broker lets no commands through: \(reason)"))]
      }
      return [.news(.refused(subscription: filter, reason: reason))]
    case .unsubscribeAnswer: return stray(now)
    }
  }

  private mutating func answered(_ number: UInt16, _ code: UInt8, _ reason: String?, now: BootTime) -> [Action] {
    guard let purpose = out.removeValue(forKey: number) else { return stray(now) }
    let refusal = MQTTReason.refusal(puback: code, detail: reason)
    var actions: [Action] = []
    switch (purpose, refusal) {
    case (.records(let id), let refusal?): actions = [.event(.refused(id, refusal))]
    case (.records(let id), nil):
      actions = [.event(.acknowledged(id, unheard: code == MQTTReason.noMatchingSubscribers))]
    case (.status, let refusal?): actions = [.event(.notice("status refused: \(refusal.text)"))]
    case (.response, let refusal?):
      actions = [.event(.notice("the answer to a command was refused: \(refusal.text)"))]
    case (.question(let question?), let refusal): actions = [.news(.answered(question: question, refusal))]
    case (.status, nil), (.response, nil), (.question(nil), _): break
    }
    return actions + flush(now)
  }

  private mutating func received(_ message: MQTTInbound, now: BootTime) -> [Action] {
    var actions: [Action] = []
    if let id = message.id { actions.append(bytes(requests.received(id), now)) }
    let command = options.commands?.event(
      topic: message.topic, payload: message.payload, isRetained: message.isRetained,
      responseTopic: message.properties.responseTopic, correlation: message.properties.correlationData)
    if let command { return actions + [.event(command)] }
    guard options.sparkplug == nil else { return actions + [.news(.message(message))] }
    // Nobody has asked for it: told once in a connection, otherwise passed over.
    guard !hasToldForeign else { return actions }
    hasToldForeign = true
    let words = "the broker sent a message on “\(ServerMessage.clean(message.topic))”, for which nobody has asked"
    return actions + [.event(.notice("\(words); it is passed over"))]
  }

  private mutating func stray(_ now: BootTime) -> [Action] {
    strays.add()
    return told(now)
  }

  private mutating func told(_ now: BootTime) -> [Action] {
    strays.told(now: now).compactMap { if case .event(let event) = $0 { .event(event) } else { nil } }
  }

  // MARK: What goes

  mutating func send(_ message: OutgoingMessage, payload: [UInt8], now: BootTime) -> [Action] {
    guard case .open = state else { return [] }
    var topic = options.topics.topic(for: message.route)
    var payload = payload
    var isDeflated = false
    if options.deflatesBatches, case .batch = message.route, let small = Deflater(.balanced).deflate(payload) {
      payload = small
      topic += "/z"
      isDeflated = true
    }
    let purpose = MQTTOutgoing.Purpose.records(message.id)
    return publish(
      MQTTOutgoing(
        purpose: purpose, topic: topic, payload: payload, properties: requests.properties(isDeflated: isDeflated)),
      now: now)
  }

  /// Publishes with QoS 1, as soon as the broker's receive maximum lets it.
  mutating func publish(_ message: MQTTOutgoing, now: BootTime) -> [Action] {
    guard case .open = state else { return [] }
    waiting.append(message)
    return flush(now)
  }

  /// Publishes with QoS 0, at once.
  mutating func publishUnanswered(topic: String, payload: [UInt8], now: BootTime) -> [Action] {
    guard case .open = state else { return [] }
    let packet = requests.publish(topic: topic, id: nil, MQTTProperties(), payload: payload)
    if let maximumPacket, packet.count > maximumPacket {
      return [.bytes(requests.disconnect())]
        + end(.local("a message on \(topic) is larger than the broker takes (\(packet.count) bytes)"))
    }
    return [bytes(packet, now)]
  }

  /// Answers a command.
  mutating func respond(topic: String, payload: [UInt8], correlation: [UInt8]?, now: BootTime) -> [Action] {
    var properties = MQTTProperties()
    properties.contentType = "application/json"
    properties.correlationData = correlation
    return publish(MQTTOutgoing(purpose: .response, topic: topic, payload: payload, properties: properties), now: now)
  }

  mutating func subscribe(_ filter: String, now: BootTime) -> [Action] {
    guard case .open = state else { return [] }
    let number = nextNumber()
    subscriptions[number] = filter
    return [bytes(requests.subscribe(filter, id: number), now)]
  }

  /// The newest replaces one that has not gone yet.
  mutating func publish(status: [UInt8], now: BootTime) -> [Action] {
    guard case .open = state else { return [] }
    waitingStatus = status
    return flush(now)
  }

  private var hasRoom: Bool { out.count < receiveMaximum }

  private mutating func flush(_ now: BootTime) -> [Action] {
    guard case .open = state else { return [] }
    var actions: [Action] = []
    if let status = waitingStatus, hasRoom {
      waitingStatus = nil
      let message = MQTTOutgoing(
        purpose: .status, topic: options.topics.status, payload: status, isRetained: retains)
      actions.append(publishNow(message, now))
    }
    var gone = 0
    while gone < waiting.count, hasRoom {
      actions.append(publishNow(waiting[gone], now))
      gone += 1
    }
    waiting.removeFirst(gone)
    return actions
  }

  private mutating func publishNow(_ message: MQTTOutgoing, _ now: BootTime) -> Action {
    let number = nextNumber()
    let packet = requests.publish(
      topic: message.topic, id: number, isRetained: message.isRetained, message.properties, payload: message.payload)
    guard let maximumPacket, packet.count > maximumPacket else {
      out[number] = message.purpose
      return bytes(packet, now)
    }
    let words = "larger than the broker takes (\(packet.count) bytes; \(maximumPacket) are allowed)"
    switch message.purpose {
    case .records(let id): return .event(.refused(id, .tooLarge(words)))
    case .status: return .event(.notice("status not published: \(words)"))
    case .response: return .event(.notice("the answer to a command could not be published: \(words)"))
    case .question(let question?): return .news(.answered(question: question, .tooLarge(words)))
    case .question(nil): return .event(.notice("a message on \(message.topic) not published: \(words)"))
    }
  }

  /// A few hundred of 65,535 are in use.
  private mutating func nextNumber() -> UInt16 {
    repeat {
      lastNumber = lastNumber == .max ? 1 : lastNumber + 1
    } while out[lastNumber] != nil || subscriptions[lastNumber] != nil
    return lastNumber
  }

  private mutating func bytes(_ packet: [UInt8], _ now: BootTime) -> Action {
    sentAt = now
    return .bytes(packet)
  }

  // MARK: The end, and the time

  /// We end it in good order; what waits for the broker's receive maximum doesn't go any more.
  mutating func leave(_ closure: Closure, now: BootTime) -> [Action] {
    guard case .open = state else { return end(closure) }
    waiting = []
    state = .closing(until: now + Self.closeLimit, closure)
    return [.bytes(requests.disconnect())]
  }

  /// The same, with that as the last status.
  mutating func close(_ closure: Closure, farewell: [UInt8], now: BootTime) -> [Action] {
    guard case .open = state else { return end(closure) }
    waitingStatus = farewell
    waiting = []
    var actions = flush(now)
    // What doesn't fit any more the broker says for us: disconnect with will message.
    actions.append(.bytes(requests.disconnect(waitingStatus == nil ? 0 : 0x04)))
    state = .closing(until: now + Self.closeLimit, closure)
    return actions
  }

  /// The broker hung up.
  /// - Parameter reason: why, where something beneath knows; asked only while the broker has not accepted us.
  mutating func hungUp(_ reason: @autoclosure () -> Closure?, now: BootTime) -> [Action] {
    switch state {
    case .idle, .ended: return end(.peer("the broker closed the connection"))
    case .closing(_, let closure): return end(closure)
    case .connecting:
      // Old brokers hang up on a CONNECT of a version that they don't know.
      return end(
        reason() ?? .peer("the broker closed the connection before accepting it"), isV5 ? .olderVersion : nil)
    case .open(let since):
      let isFight = now - since < Self.fight && out.values.allSatisfy { $0 == .status }
      let hint = isFight ? "; another client may have come with the client id “\(options.clientID)”" : ""
      return end(.peer("the broker closed the connection\(hint)"))
    }
  }

  private mutating func end(_ closure: Closure, _ remedy: MQTTAttempt.Remedy? = nil) -> [Action] {
    guard state != .ended else { return [] }
    state = .ended
    waiting = []
    frames = MQTTFrames()
    return [.end(closure, remedy)]
  }

  mutating func advance(to now: BootTime) -> [Action] {
    switch state {
    case .idle, .ended: return []
    case .connecting(let until):
      guard now >= until else { return [] }
      let seconds = Int(Self.answerLimit.seconds)
      return end(.garbage("what answers at \(destination) did not accept an MQTT connection within \(seconds) s"))
    case .closing(let until, let closure): return now >= until ? end(closure) : []
    case .open:
      if let pingedAt, now - pingedAt >= keepalive {
        return end(.local("no answer to a ping within the keepalive"))
      }
      var actions = told(now)
      if pingedAt == nil, now >= pingDue {
        pingedAt = now
        actions.append(bytes(MQTTRequests.ping, now))
      }
      return actions
    }
  }

  /// Also while we send without an answer, so that a broker that has gone silent is found out.
  private var pingDue: BootTime { min(sentAt, heardAt) + keepalive }

  /// When `advance` should be called though nothing happens; `nil` once it has ended.
  var deadline: BootTime? {
    switch state {
    case .idle, .ended: return nil
    case .connecting(let until), .closing(let until, _): return until
    case .open:
      let own = pingedAt.map { $0 + keepalive } ?? pingDue
      return strays.deadline.map { min($0, own) } ?? own
    }
  }
}
