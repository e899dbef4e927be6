import Certificates
import Foundation
import NIOCore
import NIOPosix
import NIOTLS
import Testing
import Trust

/// The handler in a real channel.
@Suite struct HandlerTests {
  /// Says its piece once the handshake is over, and collects what comes until the channel closes.
  private final class Collector: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    private let done: EventLoopPromise<(bytes: Int, sum: UInt64, failure: TLSFailure?, protocol: String?)>
    private let piece: [ByteBuffer]
    private var result: (bytes: Int, sum: UInt64, failure: TLSFailure?, protocol: String?) = (0, 0, nil, nil)

    init(
      _ done: EventLoopPromise<(bytes: Int, sum: UInt64, failure: TLSFailure?, protocol: String?)>,
      _ piece: [ByteBuffer]
    ) {
      self.done = done
      self.piece = piece
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let buffer = unwrapInboundIn(data)
      result.bytes += buffer.readableBytes
      for byte in buffer.readableBytesView { result.sum &+= UInt64(byte) }
    }

    // Reads one at a time: what comes is held back by whoever reads.
    func channelReadComplete(context: ChannelHandlerContext) { context.read() }
    func channelActive(context: ChannelHandlerContext) { context.read() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      guard case .handshakeCompleted(let name) = event as? TLSUserEvent else { return }
      result.protocol = name
      for buffer in piece { context.write(NIOAny(buffer), promise: nil) }
      context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      if result.failure == nil { result.failure = error as? TLSFailure }
    }

    func channelInactive(context: ChannelHandlerContext) { done.succeed(result) }
  }

  let authority: Authority

  init() throws { authority = try Authority() }

  private func run(port: Int, host: String = "localhost", protocols: [String] = [], _ say: [ByteBuffer]) async throws
    -> (bytes: Int, sum: UInt64, failure: TLSFailure?, protocol: String?)
  {
    var settings = TLSSettings()
    settings.authority = .path(authority.certificate)
    settings.protocols = protocols
    let context = try TLSContext(settings, host: host)
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let done = loop.makePromise(of: (bytes: Int, sum: UInt64, failure: TLSFailure?, protocol: String?).self)
    _ = try await ClientBootstrap(group: loop)
      .channelOption(.autoRead, value: false)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers(TLSHandler(context), Collector(done, say))
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    return try await done.futureResult.get()
  }

  @Test(arguments: ["http", "stream"])
  func muchComesAndGoesByNginx(block: String) async throws {
    let issued = try authority.issue("nginx")
    let size = 20_000_000
    let folder = authority.folder + "/www"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data((0..<size).map { UInt8(truncatingIfNeeded: $0 / 7) }).write(to: URL(fileURLWithPath: folder + "/big"))
    let plain = try TLSServer(
      nginx: "http", folder: authority.folder, isSecure: false, server: "root \(folder); client_body_buffer_size 1k;")
    let tls = "ssl_certificate \(issued.certificate); ssl_certificate_key \(issued.key);"
    let server = try TLSServer(
      nginx: block, folder: authority.folder,
      server: tls + (block == "http" ? "root \(folder);" : "proxy_pass 127.0.0.1:\(plain.port);"))
    let head = "GET /big HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: \(size)\r\n\r\n"
    let (bytes, _, failure, _) = try await run(
      port: server.port, [ByteBuffer(string: head), ByteBuffer(repeating: 65, count: size)])
    #expect(failure == nil)
    #expect(bytes > size && bytes < size + 1000)
  }

  @Test func theApplicationProtocolIsTold() async throws {
    let server = try TLSServer(openssl: authority.issue("server"), ["-rev", "-alpn", "mqtt"])
    let (_, _, failure, name) = try await run(port: server.port, protocols: ["mqtt"], [ByteBuffer(string: "CLOSE\n")])
    #expect(failure == nil)
    #expect(name == "mqtt")
  }

  @Test func aRefusedCertificateIsAnErrorOfTheChannel() async throws {
    let server = try TLSServer(openssl: authority.issue("server", names: ["DNS:elsewhere"]))
    let (_, _, failure, _) = try await run(port: server.port, [])
    #expect(failure?.code == .wrongHost)
  }
}
