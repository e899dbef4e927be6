import CMosquitto
import Foundation
import Glibc
import Synchronization

/// A receiver with a session that the broker keeps, so that it misses nothing while it or the broker is away.
final class Subscriber: Sendable {
  struct Message: Sendable {
    var topic: String
    var payload: [UInt8]
    var isRetained: Bool

    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(payload))) as? [String: Any] ?? [:] }
  }

  private struct State: Sendable {
    var messages: [Message] = []
    var isSubscribed = false
    var isStopping = false
    var hasStopped = false
  }

  private let state = Mutex(State())
  private let topics: [String]
  private let user: (name: String, password: String)?
  private let port: Int

  init(port: Int, topics: [String] = ["#"], user: (name: String, password: String)? = nil) {
    self.port = port
    self.topics = topics
    self.user = user
    mosquitto_lib_init()
    Thread.detachNewThread { self.run() }
  }

  var messages: [Message] { state.withLock { $0.messages } }
  var isSubscribed: Bool { state.withLock { $0.isSubscribed } }

  /// Every record that came, in order, with repeats: singly or in batches.
  var records: [[String: Any]] {
    messages.flatMap { message -> [[String: Any]] in
      let json = message.json
      switch json["type"] as? String {
      case "batch":
        let records = json["messages"] as? [[String: Any]] ?? []
        return records
      case .some: return [json]
      case nil: return []
      }
    }
  }

  var seqs: [Int] { records.compactMap { $0["seq"] as? Int } }

  func statuses(_ suffix: String = "/status") -> [[String: Any]] {
    messages.filter { $0.topic.hasSuffix(suffix) }.map(\.json)
  }

  func stop() {
    state.withLock { $0.isStopping = true }
  }

  private func run() {
    let handle = mosquitto_new("subscriber-\(port)", false, Unmanaged.passUnretained(self).toOpaque())!
    if let user { mosquitto_username_pw_set(handle, user.name, user.password) }
    mosquitto_connect_callback_set(handle) { handle, user, code in
      guard code == 0 else { return }
      let me = Unmanaged<Subscriber>.fromOpaque(user!).takeUnretainedValue()
      for topic in me.topics { mosquitto_subscribe(handle, nil, topic, 1) }
    }
    mosquitto_subscribe_callback_set(handle) { _, user, _, _, _ in
      Unmanaged<Subscriber>.fromOpaque(user!).takeUnretainedValue().state.withLock { $0.isSubscribed = true }
    }
    mosquitto_message_callback_set(handle) { _, user, message in
      let me = Unmanaged<Subscriber>.fromOpaque(user!).takeUnretainedValue()
      let message = message!.pointee
      let payload = UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
      let received = Message(
        topic: String(cString: message.topic), payload: Array(payload), isRetained: message.retain)
      me.state.withLock { $0.messages.append(received) }
    }
    mosquitto_connect(handle, "127.0.0.1", Int32(port), 10)
    while !state.withLock({ $0.isStopping }) {
      if mosquitto_loop(handle, 20, 100) != 0 {
        state.withLock { $0.isSubscribed = false }
        poll(nil, 0, 10)
        mosquitto_reconnect(handle)
      }
    }
    mosquitto_destroy(handle)
  }
}
