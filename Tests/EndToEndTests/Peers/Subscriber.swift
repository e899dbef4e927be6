import CMosquitto
import Foundation

/// A subscriber to everything that the gateway publishes, over libmosquitto, which keeps what came in the order it came.
///
/// It reconnects for ever. A broker without persistence forgets its session when it stops, so whoever restarts the broker lets the
/// gateway at it only after `waitUntilSubscribed`: a message published before that would be acknowledged and gone.
final class Subscriber: @unchecked Sendable {
  /// One message as it came.
  struct Message: Sendable {
    var topic: String
    var payload: [UInt8]
    var isRetained: Bool
    var time: Instant
  }

  private static let library: Int32 = mosquitto_lib_init()

  private let port: Int
  private let topic: String
  private let lock = NSLock()
  private var received: [Message] = []
  /// Marks asked for, and the last that came back.
  private var marksAsked = 0
  private var markHeard = 0
  private var stopped = false
  private var ended = false

  init(port: Int, topic: String = "waypost/#", in bench: Bench) throws {
    _ = Self.library
    self.port = port
    self.topic = topic
    let thread = Thread { [self] in listen() }
    thread.start()
    bench.atEnd { [self] in
      lock.withLock { stopped = true }
      try? Wait.until("the subscriber to end") { lock.withLock { ended } }
    }
    try waitUntilSubscribed()
  }

  /// Waits until what is published from now on comes here, also where the broker was restarted and the end of the old connection hasn't been
  /// noticed yet.
  func waitUntilSubscribed(within seconds: Double = 60) throws { try catchUp(within: seconds) }

  /// Waits until everything that the broker has acknowledged so far is in `messages`: a mark that it is given now comes behind.
  func catchUp(within seconds: Double = 120) throws {
    let mark = lock.withLock {
      marksAsked += 1
      return marksAsked
    }
    try Wait.until("the subscriber to have all", within: seconds) { lock.withLock { markHeard >= mark } }
  }

  /// Within `topic`, and deeper than anybody's but such as this one's: no record is called so.
  private var markTopic: String { "\(topic.dropLast())-/-/-/\(Self.markName)" }
  private static let markName = "mark-of-the-judge"

  /// Everything received so far, in order.
  var messages: [Message] { lock.withLock { received } }

  private func listen() {
    let this = Unmanaged.passUnretained(self).toOpaque()
    let client = mosquitto_new("judge-\(getpid())-\(port)-\(abs(topic.hashValue))", false, this)
    defer {
      mosquitto_destroy(client)
      lock.withLock { ended = true }
    }
    mosquitto_message_callback_set(client) { _, context, message in
      guard let message = message?.pointee, let topic = message.topic else { return }
      let payload = message.payload.map {
        Array(UnsafeRawBufferPointer(start: $0, count: Int(message.payloadlen)))
      }
      Subscriber.of(context)?.take(
        Message(topic: String(cString: topic), payload: payload ?? [], isRetained: message.retain, time: .now))
    }
    var connected = false
    var marked = 0
    while !lock.withLock({ stopped }) {
      if !connected {
        marked = lock.withLock { markHeard }
        connected =
          mosquitto_connect(client, "127.0.0.1", Int32(port), 60) == MOSQ_ERR_SUCCESS.code
          && mosquitto_subscribe(client, nil, topic, 1) == MOSQ_ERR_SUCCESS.code
        if connected { Socket.closeOnExec(mosquitto_socket(client)) } else { poll(nil, 0, 20) }
        continue
      }
      if lock.withLock({ marksAsked }) > marked {
        marked = lock.withLock { marksAsked }
        let text = "\(marked)"
        _ = mosquitto_publish(client, nil, markTopic, Int32(text.utf8.count), text, 1, false)
      }
      connected = mosquitto_loop(client, 20, 1) == MOSQ_ERR_SUCCESS.code
    }
    mosquitto_disconnect(client)
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> Subscriber? {
    context.map { Unmanaged<Subscriber>.fromOpaque($0).takeUnretainedValue() }
  }

  private func take(_ message: Message) {
    lock.withLock {
      guard message.topic.hasSuffix(Self.markName) else { return received.append(message) }
      // Of another subscriber's it isn't the number that counts.
      guard message.topic == markTopic, let mark = Int(String(decoding: message.payload, as: UTF8.self)) else { return }
      markHeard = max(markHeard, mark)
    }
  }
}

extension mosq_err_t {
  fileprivate var code: Int32 { Int32(rawValue) }
}
