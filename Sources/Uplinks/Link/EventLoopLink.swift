import Glibc
import NIOCore
import Synchronization
import Threads

/// An attempt at a connection and what comes of it, on the event loop alone. Once it is over it says so by `EventLoopLink.ended`.
protocol LinkConnection: AnyObject {
  func connect()
  func send(_ work: LinkOutbox.Work)
  /// May come before `connect`, which then doesn't.
  func close(_ ending: LinkOutbox.Ending)
}

/// One connection as others see it: a box that the event loop empties.
final class EventLoopLink: Link {
  /// What an attempt needs that can't be had without blocking, or why there is none.
  enum Prepared {
    case ready(@Sendable (EventLoopLink) -> any LinkConnection)
    case failed(Closure)
  }

  let sink: @Sendable (LinkEvent) -> Void
  let loop: any EventLoop
  private let outbox = Mutex(LinkOutbox())
  private let connection: NIOLoopBoundBox<(any LinkConnection)?>

  init(sink: @escaping @Sendable (LinkEvent) -> Void) {
    self.sink = sink
    loop = UplinkEventLoop.shared
    connection = .makeEmptyBox(valueType: (any LinkConnection).self, eventLoop: loop)
  }

  func send(_ message: OutgoingMessage, payload: [UInt8]) { put { $0.send(message, payload: payload) } }
  func publish(status: [UInt8]) { put { $0.publish(status: status) } }
  func respond(_ message: [UInt8], to reply: CommandReply) { put { $0.respond(message, to: reply) } }
  func close(reason: String, farewell: [UInt8]?) {
    put { $0.close(LinkOutbox.Ending(reason: reason, farewell: farewell)) }
  }

  private func put(_ change: (inout sending LinkOutbox) -> Void) {
    let isFirst = outbox.withLock { box in
      change(&box)
      return box.announce()
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

  /// Begins on a thread of its own, and goes on on the loop, which keeps the link alive until it has reported `down`.
  ///
  /// - Parameters:
  ///   - thread: What `top -H` shows.
  ///   - prepare: May block.
  func start(thread: String, _ prepare: @escaping @Sendable () -> Prepared) {
    do throws(DedicatedThread.Failure) {
      // Names are looked up on it, so that the system's name service plug-ins need their room too.
      try DedicatedThread.start(name: thread, stackSize: 1 << 20) {
        switch prepare() {
        case .ready(let make): self.loop.execute { self.connect(make(self)) }
        case .failed(let closure): self.sink(.down(closure))
        }
      }
    } catch {
      sink(.down(.local("no thread for the connection: \(String(cString: strerror(error.code)))")))
    }
  }

  private func connect(_ connection: any LinkConnection) {
    self.connection.value = connection
    if let ending = outbox.withLock({ $0.ending }) { return connection.close(ending) }
    connection.connect()
  }

  /// On the loop: it is over.
  func ended(_ closure: Closure) {
    connection.value = nil
    sink(.down(closure))
  }
}
