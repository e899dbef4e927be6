import Deflate
import Glibc
import Synchronization
import Threads

/// One connection as others see it: a box that the loop's thread empties.
final class MQTTLink: Link {
  struct Publish: Sendable {
    var id: UInt64
    var topic: String
    var payload: [UInt8]
    var isDeflated: Bool
  }

  /// The answer to a command.
  struct Response: Sendable {
    var topic: String
    var payload: [UInt8]
    var correlation: [UInt8]?
  }

  struct Ending: Sendable {
    var reason: String
    var farewell: [UInt8]?
  }

  /// Bounded by the delivery's window: it hands over no more than may be in flight.
  struct Outbox: Sendable {
    var messages: [Publish] = []
    /// No more than commands that were taken.
    var responses: [Response] = []
    /// What the Sparkplug session makes of them.
    var records: [OutgoingMessage] = []
    var status: [UInt8]?
    var ending: Ending?
  }

  let options: MQTTOptions
  let edge: SparkplugEdge?
  let sink: @Sendable (LinkEvent) -> Void
  let wakeUp = WakeUp()
  private let outbox = Mutex(Outbox())

  init(options: MQTTOptions, edge: SparkplugEdge? = nil, sink: @escaping @Sendable (LinkEvent) -> Void) {
    self.options = options
    self.edge = edge
    self.sink = sink
  }

  func send(_ message: OutgoingMessage, payload: [UInt8]) {
    if edge != nil {
      outbox.withLock { $0.records.append(message) }
      wakeUp.signal()
      return
    }
    var topic = options.topics.topic(for: message.route)
    var payload = payload
    var isDeflated = false
    if options.deflatesBatches, case .batch = message.route, let small = Deflater(.balanced).deflate(payload) {
      payload = small
      topic += "/z"
      isDeflated = true
    }
    let publish = Publish(id: message.id, topic: topic, payload: payload, isDeflated: isDeflated)
    outbox.withLock { $0.messages.append(publish) }
    wakeUp.signal()
  }

  func publish(status: [UInt8]) {
    outbox.withLock { $0.status = status }
    wakeUp.signal()
  }

  func respond(_ message: [UInt8], to reply: CommandReply) {
    guard case .topic(let topic, let correlation) = reply else { return }
    outbox.withLock { $0.responses.append(Response(topic: topic, payload: message, correlation: correlation)) }
    wakeUp.signal()
  }

  func close(reason: String, farewell: [UInt8]?) {
    outbox.withLock { box in
      // A second, harder close may overtake one that waits for the broker, never the other way round.
      if box.ending == nil || farewell == nil { box.ending = Ending(reason: reason, farewell: farewell) }
    }
    wakeUp.signal()
  }

  /// What came since the last call. The ending stays.
  func takeOutbox() -> Outbox {
    outbox.withLock { box in
      let taken = box
      box.messages = []
      box.records = []
      box.status = nil
      box.responses = []
      return taken
    }
  }

  var ending: Ending? { outbox.withLock { $0.ending } }

  /// Starts the loop's thread, which keeps the link alive until it has reported `down`.
  func start() {
    do throws(DedicatedThread.Failure) {
      // Names are looked up on it, so that the system's name service plug-ins need their room too.
      try DedicatedThread.start(name: "mqtt", stackSize: 1 << 20) { self.sink(.down(MQTTLoop.run(self))) }
    } catch {
      sink(.down(.local("no thread for the connection: \(String(cString: strerror(error.code)))")))
    }
  }
}
