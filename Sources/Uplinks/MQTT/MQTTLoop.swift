import CMosquitto
import Glibc
import Trust

/// The thread of one connection: makes the handle, drives it, and ends it. Nothing else ever touches the handle.
///
/// The callbacks run inside `mosquitto_loop_read` on this same thread and reach this object by the handle's user data.
final class MQTTLoop {
  /// How an attempt with one version of the protocol ended.
  private enum Outcome {
    case ended(Closure)
    /// The broker doesn't speak this version, or hung up on hearing it.
    case wrongVersion(Closure)
  }

  private static let connectSeconds: Int64 = 10
  private static let connackSeconds: Int64 = 20
  private static let farewellSeconds: Int64 = 2
  /// Unanswered messages under 3.1.1, which has no receive maximum, and the most that we make use of under 5.
  static let mostInFlight = 100

  /// `mosquitto_lib_init` is not thread-safe; a static is initialised once.
  private static let library: Int32 = mosquitto_lib_init()

  let link: MQTTLink
  let version: MQTTVersion
  let handle: OpaquePointer
  /// Outlives the handle, whose connection tells it what happens.
  let tls: TLSContext?

  // Written by the callbacks.
  var connack: Closure?
  var isVersionUnknown = false
  var isUp = false
  var disconnected: Closure?
  /// Our ids by libmosquitto's message ids.
  var messages: [Int32: UInt64] = [:]
  var statusIDs: Set<Int32> = []
  /// Answers to commands that the broker hasn't taken yet.
  var responseIDs: Set<Int32> = []
  /// Where it speaks as an edge node of Sparkplug: what it says, and the numbers of its questions and topics by libmosquitto's message ids.
  var sparkplug: SparkplugSession?
  var questions: [Int32: UInt64] = [:]
  var subscriptions: [Int32: String] = [:]
  /// How this connection ends by our own will.
  var leaving: Closure?
  /// What the session wanted to say and couldn't.
  var sparkplugFailure: Closure?

  private var isEnding = false

  /// Connects, serves the link until it ends, and says how. Blocks; runs on the link's thread.
  static func run(_ link: MQTTLink) -> Closure {
    guard library == MOSQ_ERR_SUCCESS.asCode else { return .local("libmosquitto can't be initialised") }
    let secret: String?
    do throws(Secret.Failure) {
      secret = try link.options.password?.read()
    } catch {
      return .local(error.text)
    }
    let tls: TLSContext?
    do throws(TLSFailure) {
      tls = try link.options.tls?.context(host: link.options.host)
    } catch {
      link.sink(.secured(TLSStatus(failure: error)))
      return .local(error.description)
    }
    if let tls { link.sink(.secured(TLSStatus(certificateEnds: tls.certificate?.notAfter))) }
    let addresses: [String]
    do throws(HostAddress.Failure) {
      addresses = try HostAddress.resolve(link.options.host)
    } catch {
      return .local(error.text)
    }
    var closure = Closure.local("“\(link.options.host)” has no address")
    for version in link.options.versions {
      let outcome = attempt(link, version: version, addresses: addresses, password: secret, tls: tls)
      switch outcome {
      case .ended(let how): return how
      case .wrongVersion(let how): closure = how
      }
      if link.ending != nil { break }
    }
    return closure
  }

  private static func attempt(
    _ link: MQTTLink, version: MQTTVersion, addresses: [String], password: String?, tls: TLSContext?
  ) -> Outcome {
    var last = Closure.local("“\(link.options.host)” has no address")
    for address in addresses {
      if let ending = link.ending { return .ended(.local(ending.reason)) }
      guard let loop = MQTTLoop(link, version: version, password: password, tls: tls) else {
        return .ended(.local("no memory for a connection"))
      }
      switch loop.connect(to: address) {
      case nil: return loop.serve()
      case let failure? where tls?.failure != nil || tls?.isEstablished == true: return .ended(failure)
      case let failure?: last = failure
      }
    }
    return .ended(last)
  }

  private init?(_ link: MQTTLink, version: MQTTVersion, password: String?, tls: TLSContext?) {
    guard let handle = mosquitto_new(link.options.clientID, true, nil) else { return nil }
    self.link = link
    self.version = version
    self.handle = handle
    self.tls = tls
    mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
    let options = link.options
    mosquitto_int_option(
      handle, MOSQ_OPT_PROTOCOL_VERSION, version == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311)
    mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1)
    // The library's own bound of 20 would make it queue; the delivery's window and the broker's receive maximum bound us.
    mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, 65535)
    if let username = options.username { mosquitto_username_pw_set(handle, username, password) }
    // Without its defaults, which it would insist on, the library changes nothing of it. It is given a numeric address; the name for SNI and the
    // host check is the context's own.
    if let tls {
      mosquitto_int_option(handle, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0)
      mosquitto_void_option(handle, MOSQ_OPT_SSL_CTX, tls.opaque)
    }
    if let edge = link.edge {
      let session = SparkplugSession(edge.options, deathNumber: edge.withNode { $0.connect() })
      let will = session.will
      mosquitto_will_set(handle, will.topic, Int32(will.payload.count), will.payload, 1, false)
      sparkplug = session
    } else {
      let will = Array(#"{"online":false}"#.utf8)
      mosquitto_will_set(handle, options.topics.status, Int32(will.count), will, 1, true)
    }
    setCallbacks()
    setCommandCallbacks()
  }

  deinit { mosquitto_destroy(handle) }

  /// Connects TCP; what went wrong, or `nil`.
  private func connect(to address: String) -> Closure? {
    tls?.reset()
    let code = mosquitto_connect_bind_async(
      handle, address, Int32(link.options.port), Int32(link.options.keepalive), nil)
    let number = errno
    if let number = tls?.socketError { return handshakeFailure(code, number) ?? Self.unreachable(address, number) }
    guard code == MOSQ_ERR_SUCCESS.asCode else {
      if let failure = handshakeFailure(code, number) { return failure }
      return code == MOSQ_ERR_ERRNO.asCode
        ? Self.unreachable(address, number) : .local("libmosquitto: \(MQTTReason.words(code))")
    }
    let deadline = Self.seconds() + Self.connectSeconds
    while true {
      if let ending = link.ending { return .local(ending.reason) }
      let descriptor = mosquitto_socket(handle)
      guard descriptor >= 0 else { return Self.unreachable(address, ECONNREFUSED) }
      let events = wait(descriptor, for: Int16(POLLOUT), until: deadline)
      if events != 0 {
        var failure: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &size)
        guard failure != 0 else { return nil }
        return handshakeFailure(MOSQ_ERR_ERRNO.asCode, failure) ?? Self.unreachable(address, failure)
      }
      if Self.seconds() >= deadline { return Self.unreachable(address, ETIMEDOUT) }
    }
  }

  private static func unreachable(_ address: String, _ number: Int32) -> Closure {
    .local("can't reach \(address): \(String(cString: strerror(number)).lowercased())")
  }

  /// From the CONNECT to the end.
  private func serve() -> Outcome {
    let connackBy = Self.seconds() + Self.connackSeconds
    var farewellBy = Int64.max
    while true {
      let box = link.takeOutbox()
      if isUp, !isEnding {
        if let failure = send(box) { return .ended(failure) }
      }
      if let ending = box.ending, !isEnding {
        guard isUp, let farewell = ending.farewell else { return .ended(.local(ending.reason)) }
        if sparkplug == nil {
          publishStatus(farewell)
          leaving = .local(ending.reason)
        } else if let failure = endSparkplug(ending.reason) {
          return .ended(failure)
        }
      }
      if isUp, !isEnding, let failure = advanceSparkplug() { return .ended(failure) }
      if leaving != nil, !isEnding {
        isEnding = true
        farewellBy = Self.seconds() + Self.farewellSeconds
        _ = mosquitto_disconnect(handle)
      }
      let descriptor = mosquitto_socket(handle)
      guard descriptor >= 0 else { return ended(code: MOSQ_ERR_NO_CONN.asCode, number: 0) }
      let wanted = Int16(POLLIN) | (mosquitto_want_write(handle) ? Int16(POLLOUT) : 0)
      let limit = isEnding ? farewellBy : (isUp ? Int64.max : connackBy)
      let events = wait(descriptor, for: wanted, until: isTextWaiting ? 0 : min(limit, Self.seconds() + 1))
      if tls == nil, !isUp, events & Int16(POLLIN) != 0, let garbage = firstBytes(descriptor) { return .ended(garbage) }
      var code = MOSQ_ERR_SUCCESS.asCode
      // Many acknowledgements come in one segment; the library reads them one packet at a call of its own reckoning.
      if events & ~Int16(POLLOUT) != 0 || isTextWaiting { code = mosquitto_loop_read(handle, 100) }
      if code == MOSQ_ERR_SUCCESS.asCode, events & Int16(POLLOUT) != 0 { code = mosquitto_loop_write(handle, 100) }
      if code == MOSQ_ERR_SUCCESS.asCode, mosquitto_socket(handle) >= 0 { code = mosquitto_loop_misc(handle) }
      let number = errno
      if !isUp, let failure = handshakeFailure(events) { return .ended(failure) }
      if code != MOSQ_ERR_SUCCESS.asCode || disconnected != nil { return ended(code: code, number: number) }
      if !isUp, Self.seconds() >= connackBy {
        return .ended(
          .garbage("what answers at \(destination) did not accept an MQTT connection within \(Self.connackSeconds) s"))
      }
      if isEnding, Self.seconds() >= farewellBy { return ended(code: code, number: 0) }
    }
  }

  /// What a server says that can't be MQTT: the library would wait for as many bytes as it takes the second one to announce.
  private func firstBytes(_ descriptor: Int32) -> Closure? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
    // CONNACK, or AUTH or DISCONNECT of MQTT 5.
    guard count > 0, ![0x20, 0xF0, 0xE0].contains(bytes[0]) else { return nil }
    let text = bytes[..<count].prefix { (32..<127).contains($0) }
    let said = text.isEmpty ? "" : ", it says “\(String(decoding: text, as: UTF8.self))”"
    return .garbage("what answers at \(destination) does not speak MQTT\(said)")
  }

  var destination: String { "\(link.options.host):\(link.options.port)" }

  private func ended(code: Int32, number: Int32) -> Outcome {
    if let leaving { return .ended(leaving) }
    if let ending = link.ending { return .ended(.local(ending.reason)) }
    if isVersionUnknown { return .wrongVersion(connack ?? .peer("the broker does not speak this version of MQTT")) }
    if let connack { return .ended(connack) }
    if let disconnected { return .ended(disconnected) }
    if let tls {
      if let failure = tls.failure { return .ended(insecure(failure)) }
      // Not a word of MQTT was exchanged, so it says nothing about versions of it.
      if !tls.isEstablished { return .ended(insecure(.hungUp)) }
    }
    // A broker of old refuses MQTT 5 by an answer of its own version, which is too short for one of MQTT 5: newer libraries take it for damaged.
    if !isUp, version == .v5, code == MOSQ_ERR_MALFORMED_PACKET.asCode {
      return .wrongVersion(.peer("the broker's answer is none of MQTT 5"))
    }
    let closure = MQTTReason.closure(error: code, number: number, isUp: isUp, destination: destination)
    // Old brokers hang up on a CONNECT of a version that they don't know.
    if !isUp, case .peer = closure {
      if let failure = tls?.hangUp { return .wrongVersion(insecure(failure)) }
      return .wrongVersion(.peer("the broker closed the connection before accepting it"))
    }
    return .ended(closure)
  }

  /// Waits for the socket or the wake-up; the socket's events.
  private func wait(_ descriptor: Int32, for events: Int16, until deadline: Int64) -> Int16 {
    var descriptors = [
      pollfd(fd: descriptor, events: events, revents: 0),
      pollfd(fd: link.wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    let seconds = max(0, min(1, deadline - Self.seconds()))
    // A signal ends the wait early, which costs a turn of the loop.
    guard poll(&descriptors, 2, Int32(seconds * 1000)) > 0 else { return 0 }
    if descriptors[1].revents != 0 { link.wakeUp.clear() }
    return descriptors[0].revents
  }

  private func send(_ box: MQTTLink.Outbox) -> Closure? {
    // The births say how the node is.
    if sparkplug != nil { return sendSparkplug(box.records) }
    if let status = box.status { publishStatus(status) }
    publish(box.responses)
    for message in box.messages {
      var id: Int32 = 0
      var properties: OpaquePointer?
      if message.isDeflated, version == .v5 {
        mosquitto_property_add_string(
          &properties, Int32(MQTT_PROP_CONTENT_TYPE.rawValue), "application/json; encoding=deflate")
      }
      let code = mosquitto_publish_v5(
        handle, &id, message.topic, Int32(message.payload.count), message.payload, 1, false, properties)
      let number = errno
      mosquitto_property_free_all(&properties)
      switch mosq_err_t(code) {
      case MOSQ_ERR_SUCCESS: messages[id] = message.id
      case MOSQ_ERR_OVERSIZE_PACKET, MOSQ_ERR_PAYLOAD_SIZE:
        link.sink(.refused(message.id, .tooLarge("larger than the broker takes (\(message.payload.count) bytes)")))
      case MOSQ_ERR_INVAL, MOSQ_ERR_MALFORMED_UTF8, MOSQ_ERR_QOS_NOT_SUPPORTED:
        link.sink(
          .refused(message.id, .rejected("can't be published on “\(message.topic)”: \(MQTTReason.words(code))")))
      default:
        return MQTTReason.closure(error: code, number: number, isUp: true, destination: destination)
      }
    }
    return nil
  }

  private func publishStatus(_ status: [UInt8]) {
    var id: Int32 = 0
    let code = mosquitto_publish_v5(
      handle, &id, link.options.topics.status, Int32(status.count), status, 1, true, nil)
    if code == MOSQ_ERR_SUCCESS.asCode {
      statusIDs.insert(id)
    } else {
      link.sink(.notice("status not published: \(MQTTReason.words(code))"))
    }
  }

  /// Whole seconds on the boot clock.
  private static func seconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec)
  }
}
