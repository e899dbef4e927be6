import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization

/// The central server of the demonstration, in this process: it takes `waypost.v1` over a real WebSocket on the loopback, as
/// `docs/wire.md` tells a server's developer to.
///
/// Its link can be cut as a dead zone cuts one: the server then neither reads nor writes nor hangs up, and who connects meanwhile hears
/// nothing.
final class DemoServer: Sendable {
  private struct State: Sendable {
    var receiver = DemoReceiver()
    var news: [String] = []
    var connections: [ObjectIdentifier: any Channel] = [:]
    var isCut = false
  }

  /// A message may be as long as a batch of the gateway, and then some.
  private static let messageLimit = 1 << 20

  private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let listener: any Channel
  private let state: SharedState
  /// The port of the loopback that it listens on.
  let port: Int

  /// What the event loop and the one who looks on share.
  private final class SharedState: Sendable {
    let value = Mutex(State())
  }

  init() throws(ChildProcess.Failure) {
    let state = SharedState()
    self.state = state
    do {
      listener = try ServerBootstrap(group: loops)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture { try Self.prepare(channel, state) }
        }
        .bind(host: "127.0.0.1", port: 0).wait()
      guard let port = listener.localAddress?.port else { throw ChannelError.unknownLocalAddress }
      self.port = port
    } catch {
      throw ChildProcess.Failure(description: "the demonstration's server can't listen on the loopback: \(error)")
    }
  }

  /// What was received so far.
  var received: DemoReceiver { state.value.withLock { $0.receiver } }

  /// The events that came since this was asked last, in words.
  func takeNews() -> [String] {
    state.value.withLock { state in
      defer { state.news = [] }
      return state.news
    }
  }

  /// Cuts the link, or restores it.
  func setLink(cut: Bool) {
    let connections = state.value.withLock { state in
      state.isCut = cut
      return Array(state.connections.values)
    }
    for connection in connections { connection.setOption(.autoRead, value: !cut).whenFailure { _ in } }
  }

  /// Ends it with all of its connections.
  func stop() throws { try loops.syncShutdownGracefully() }

  private static func prepare(_ channel: any Channel, _ state: SharedState) throws {
    let key = ObjectIdentifier(channel)
    let isCut = state.value.withLock { state in
      state.connections[key] = channel
      return state.isCut
    }
    channel.closeFuture.whenComplete { _ in state.value.withLock { _ = $0.connections.removeValue(forKey: key) } }
    let upgrader = NIOWebSocketServerUpgrader(
      maxFrameSize: messageLimit,
      shouldUpgrade: { channel, head in
        let isOurs = head.headers[canonicalForm: "Sec-WebSocket-Protocol"].contains("waypost.v1")
        return channel.eventLoop.makeSucceededFuture(isOurs ? ["Sec-WebSocket-Protocol": "waypost.v1"] : nil)
      },
      upgradePipelineHandler: { channel, _ in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers([
            NIOWebSocketFrameAggregator(
              minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 64, maxAccumulatedFrameSize: messageLimit),
            Conversation { message in
              state.value.withLock { state in
                let answer = state.receiver.take(message)
                state.news += answer.news
                return answer.acknowledgement
              }
            },
          ])
        }
      })
    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
      withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
    if isCut { try channel.syncOptions?.setOption(.autoRead, value: false) }
  }
}

/// One gateway's connection: each message is taken, and answered when it has been.
private final class Conversation: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundOut = WebSocketFrame

  private let take: (String) -> String?

  init(_ take: @escaping (String) -> String?) { self.take = take }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    switch frame.opcode {
    case .text:
      if let answer = take(String(buffer: frame.unmaskedData)) { send(.text, ByteBuffer(string: answer), context) }
    case .ping: send(.pong, frame.unmaskedData, context)
    case .connectionClose:
      send(.connectionClose, frame.unmaskedData, context)
      context.close(promise: nil)
    default: break
    }
  }

  /// The gateway comes again, whatever it was.
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func send(_ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: data)), promise: nil)
  }
}
