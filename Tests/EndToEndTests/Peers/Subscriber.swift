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
  private var isSubscribed = false
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

  func waitUntilSubscribed(within seconds: Double = 10) throws {
    try Wait.until("the subscription", within: seconds) { lock.withLock { isSubscribed } }
  }

  /// True while the broker has acknowledged the subscription.
  var subscribed: Bool { lock.withLock { isSubscribed } }

  /// Everything received so far, in order.
  var messages: [Message] { lock.withLock { received } }

  private func listen() {
    let this = Unmanaged.passUnretained(self).toOpaque()
    let client = mosquitto_new("judge-\(getpid())-\(port)-\(abs(topic.hashValue))", false, this)
    defer {
      mosquitto_destroy(client)
      lock.withLock { ended = true }
    }
    mosquitto_subscribe_callback_set(client) { _, context, _, _, _ in
      Subscriber.of(context)?.set(subscribed: true)
    }
    mosquitto_disconnect_callback_set(client) { _, context, _ in Subscriber.of(context)?.set(subscribed: false) }
    mosquitto_message_callback_set(client) { _, context, message in
      guard let message = message?.pointee, let topic = message.topic else { return }
      let payload = message.payload.map {
        Array(UnsafeRawBufferPointer(start: $0, count: Int(message.payloadlen)))
      }
      Subscriber.of(context)?.take(
        Message(topic: String(cString: topic), payload: payload ?? [], isRetained: message.retain, time: .now))
    }
    var connected = false
    while !lock.withLock({ stopped }) {
      if !connected {
        set(subscribed: false)
        connected =
          mosquitto_connect(client, "127.0.0.1", Int32(port), 60) == MOSQ_ERR_SUCCESS.code
          && mosquitto_subscribe(client, nil, topic, 1) == MOSQ_ERR_SUCCESS.code
        if connected { Socket.closeOnExec(mosquitto_socket(client)) } else { poll(nil, 0, 20) }
        continue
      }
      connected = mosquitto_loop(client, 20, 1) == MOSQ_ERR_SUCCESS.code
    }
    mosquitto_disconnect(client)
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> Subscriber? {
    context.map { Unmanaged<Subscriber>.fromOpaque($0).takeUnretainedValue() }
  }

  private func set(subscribed: Bool) { lock.withLock { isSubscribed = subscribed } }
  private func take(_ message: Message) { lock.withLock { received.append(message) } }
}

extension mosq_err_t {
  fileprivate var code: Int32 { Int32(rawValue) }
}
