import Glibc
import NIOCore
import Synchronization
import Threads

/// One connection as others see it: a box that the event loop empties.
final class MQTTLink: Link {
  struct Ending: Sendable {
    var reason: String
    var farewell: [UInt8]?
  }

  /// What is to be done at once.
  struct Work: Sendable {
    var messages: [(OutgoingMessage, [UInt8])] = []
    /// Answers to commands, no more than were taken: topic, answer, correlation data.
    var responses: [(topic: String, payload: [UInt8], correlation: [UInt8]?)] = []
    var status: [UInt8]?
    /// Behind all of it.
    var ending: Ending?
  }

  /// Bounded by the delivery's window: it hands over no more than may be in flight.
  private struct Outbox: Sendable {
    var messages = MessageQueue()
    var responses: [(topic: String, payload: [UInt8], correlation: [UInt8]?)] = []
    var status: [UInt8]?
    var ending: Ending?
    /// The loop has been asked to look.
    var isAnnounced = false

    /// `nil` when all is taken.
    mutating func take() -> Work? {
      guard isAnnounced else { return nil }
      var work = Work(messages: messages.takePart(), responses: responses, status: status)
      responses = []
      status = nil
      guard messages.isEmpty else { return work }
      work.ending = ending
      isAnnounced = false
      return work
    }
  }

  /// What an attempt needs that can't be had without blocking.
  struct Preparation: Sendable {
    var password: String?
    var plan: ApproachPlan
  }

  let options: MQTTOptions
  /// Where it speaks as an edge node of Sparkplug.
  let edge: SparkplugEdge?
  /// Of the connection, for that edge node.
  let number: UInt64
  let sink: @Sendable (LinkEvent) -> Void
  let loop: any EventLoop
  private let outbox = Mutex(Outbox())
  private let connection: NIOLoopBoundBox<MQTTConnection?>

  init(options: MQTTOptions, edge: SparkplugEdge?, number: UInt64, sink: @escaping @Sendable (LinkEvent) -> Void) {
    self.options = options
    self.edge = edge
    self.number = number
    self.sink = sink
    loop = UplinkEventLoop.shared
    connection = .makeEmptyBox(valueType: MQTTConnection.self, eventLoop: loop)
  }

  func send(_ message: OutgoingMessage, payload: [UInt8]) {
    put { $0.messages.append(message, payload: payload) }
  }

  func publish(status: [UInt8]) {
    put { $0.status = status }
  }

  func respond(_ message: [UInt8], to reply: CommandReply) {
    guard case .topic(let topic, let correlation) = reply else { return }
    put { $0.responses.append((topic, message, correlation)) }
  }

  func close(reason: String, farewell: [UInt8]?) {
    put { box in
      // A second, harder close may overtake one that waits for the broker, never the other way round.
      if box.ending == nil || farewell == nil { box.ending = Ending(reason: reason, farewell: farewell) }
    }
  }

  private func put(_ change: (inout sending Outbox) -> Void) {
    let isFirst = outbox.withLock { box in
      change(&box)
      defer { box.isAnnounced = true }
      return !box.isAnnounced
    }
    if isFirst { loop.execute { self.serve() } }
  }

  /// On the loop: does what was asked for since the last time.
  private func serve() {
    while let work = outbox.withLock({ $0.take() }) {
      guard let connection = connection.value else { continue }
      connection.send(work)
      if let ending = work.ending { connection.close(ending) }
    }
  }

  private var ending: Ending? { outbox.withLock { $0.ending } }

  /// Begins on a thread of its own, and goes on on the loop, which keeps the link alive until it has reported `down`.
  func start() {
    do throws(DedicatedThread.Failure) {
      // Names are looked up on it, so that the system's name service plug-ins need their room too.
      try DedicatedThread.start(name: "mqtt", stackSize: 1 << 20) {
        switch self.prepare() {
        case .ready(let preparation): self.loop.execute { self.connect(preparation) }
        case .failed(let closure): self.sink(.down(closure))
        }
      }
    } catch {
      sink(.down(.local("no thread for the connection: \(String(cString: strerror(error.code)))")))
    }
  }

  private func connect(_ preparation: Preparation) {
    let connection = MQTTConnection(self, preparation)
    self.connection.value = connection
    if let ending { return connection.close(ending) }
    connection.connect()
  }

  /// On the loop: it is over.
  func ended(_ closure: Closure) {
    connection.value = nil
    sink(.down(closure))
  }

  private enum Prepared {
    case ready(Preparation)
    case failed(Closure)
  }

  /// Blocks.
  private func prepare() -> Prepared {
    let password: String?
    do throws(Secret.Failure) {
      password = try options.password?.read()
    } catch {
      return .failed(.local(error.text))
    }
    switch ApproachPlan.make(
      host: options.host, port: options.port, authority: options.authority, proxy: options.proxy, tls: options.tls,
      limits: ApproachLimits(), sink: sink)
    {
    case .ready(let plan): return .ready(Preparation(password: password, plan: plan))
    case .failed(let closure): return .failed(closure)
    }
  }
}
