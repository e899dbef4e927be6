import Glibc
import Model
import NIOCore
import Synchronization
import Threads

/// One connection as others see it: a box that the event loop empties.
final class WebSocketLink: Link {
  struct Ending: Sendable {
    var reason: String
    var isOrderly: Bool
  }

  /// Bounded by the delivery's window: it hands over no more than may be in flight.
  private struct Outbox: Sendable {
    var messages = MessageQueue()
    /// No more than commands that were taken.
    var responses: [(CommandReply, [UInt8])] = []
    var ending: Ending?
    /// The loop has been asked to look.
    var isAnnounced = false

    /// What is to be done at once, the ending behind all of it; `nil` when all is taken.
    mutating func take() -> Work? {
      guard isAnnounced else { return nil }
      var work = Work(messages: messages.takePart(), responses: responses)
      responses = []
      guard messages.isEmpty else { return work }
      work.ending = ending
      isAnnounced = false
      return work
    }
  }

  private struct Work {
    var messages: [(OutgoingMessage, [UInt8])]
    var responses: [(CommandReply, [UInt8])]
    var ending: Ending?
  }

  /// What an attempt needs that can't be had without blocking.
  struct Preparation: Sendable {
    var token: String?
    /// Socket.IO's.
    var auth: [(name: String, value: String)] = []
    var plan: ApproachPlan
  }

  let options: WebSocketOptions
  let isText: Bool
  let sink: @Sendable (LinkEvent) -> Void
  let loop: any EventLoop
  private let outbox = Mutex(Outbox())
  private let connection: NIOLoopBoundBox<WebSocketConnection?>

  /// - Parameter isText: whether the format's messages are.
  init(options: WebSocketOptions, isText: Bool, sink: @escaping @Sendable (LinkEvent) -> Void) {
    self.options = options
    self.isText = isText
    self.sink = sink
    loop = UplinkEventLoop.shared
    connection = .makeEmptyBox(valueType: WebSocketConnection.self, eventLoop: loop)
  }

  func send(_ message: OutgoingMessage, payload: [UInt8]) {
    put { $0.messages.append(message, payload: payload) }
  }

  /// There is no place to keep it: that the gateway is there the server knows by the connection, and the rest is in each batch.
  func publish(status: [UInt8]) {}

  func respond(_ message: [UInt8], to reply: CommandReply) {
    put { $0.responses.append((reply, message)) }
  }

  func close(reason: String, farewell: [UInt8]?) {
    put { box in
      // A second, harder close may overtake one that waits for the server, never the other way round.
      if box.ending == nil || farewell == nil { box.ending = Ending(reason: reason, isOrderly: farewell != nil) }
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
      connection.send(work.messages)
      connection.respond(work.responses)
      if let ending = work.ending { connection.close(ending) }
    }
  }

  var ending: Ending? { outbox.withLock { $0.ending } }

  /// Begins on a thread of its own, and goes on on the loop, which keeps the link alive until it has reported `down`.
  func start() {
    do throws(DedicatedThread.Failure) {
      try DedicatedThread.start(name: "websocket", stackSize: 1 << 20) {
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
    let connection = WebSocketConnection(self, preparation)
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
    let address = options.address
    let limits = ApproachLimits(
      connectSeconds: options.limits.connectSeconds, handshakeSeconds: options.limits.handshakeSeconds,
      head: options.limits.head)
    var token: String?
    var auth: [(name: String, value: String)] = []
    do throws(Secret.Failure) {
      token = try options.token?.read()
      if case .socketIO(let socketIO) = options.dialect {
        for member in socketIO.auth { auth.append((member.name, try member.value.read())) }
      }
    } catch {
      return .failed(.local(error.text))
    }
    switch ApproachPlan.make(
      host: address.host, port: address.port, authority: address.authority, proxy: options.proxy, tls: options.tls,
      limits: limits, sink: sink)
    {
    case .ready(let plan): return .ready(Preparation(token: token, auth: auth, plan: plan))
    case .failed(let closure): return .failed(closure)
    }
  }
}
