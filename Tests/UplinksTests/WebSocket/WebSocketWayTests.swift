import Certificates
import Foundation
import Model
import Testing
import Trust

@testable import Uplinks

/// The way to the server: TLS by nginx before it, and proxies.
@Suite(.serialized, .enabled(if: WebSocketReceiver.isThere, "python3-websockets is not installed"))
struct WebSocketWayTests {
  let authority: Authority

  init() throws { authority = try Authority() }

  private func nginx(_ port: Int) throws -> TLSServer {
    let issued = try authority.issue("hub")
    return try TLSServer(
      nginx: "http", folder: authority.folder,
      server: """
        ssl_certificate \(issued.certificate); ssl_certificate_key \(issued.key);
        location /gateway {
          proxy_pass http://127.0.0.1:\(port); proxy_http_version 1.1;
          proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; proxy_set_header Host $host;
        }
        location /moved { return 308 https://localhost/gateway; }
        location /forbidden { return 403; }
        location / { return 404; }
        """)
  }

  private func options(_ port: Int, path: String = "/gateway", _ change: (inout WebSocketOptions) -> Void = { _ in })
    -> WebSocketOptions
  {
    var options = WebSocketOptions(
      address: WebSocketAddress(host: "localhost", port: port, isSecure: true, resource: path))
    var tls = TLSOptions()
    tls.settings.authority = .path(authority.certificate)
    options.tls = tls
    options.offersDeflate = true
    change(&options)
    return options
  }

  @Test func deliversThroughTLSAndNginx() async throws {
    let server = try WebSocketReceiver()
    let proxy = try nginx(server.port)
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 5000))
    let running = RunningUplink(
      WebSocketTransport(options(proxy.port) { $0.token = .literal("s3cret") }), source: source)
    #expect(await eventually { source.low() == 5000 }, "\(running.status)")
    #expect(await eventually { server.stored == Array(1...5000) })
    // nginx of Debian 12 speaks 1.2 unless it is told otherwise.
    let version = try #require(running.status.tls?.connection?.version)
    #expect(running.status.link == "waypost.v1 over WebSocket, deflated, \(version)")
    #expect(running.status.tls?.failure == nil)
    #expect(server.headers["authorization"] == "Bearer s3cret")
    // Killed without a word: not a mistake of ours, and not of what was sent.
    proxy.kill()
    #expect(await eventually { !running.status.isUp })
    #expect(source.dead.isEmpty)
    await running.stop()
  }

  @Test(arguments: [
    ("/moved", "redirects to “https://localhost/gateway”"), ("/x", "HTTP 404"), ("/forbidden", "HTTP 403"),
  ])
  func whatNginxAnswersIsUnderstood(path: String, words: String) async throws {
    let proxy = try nginx(ServerPort.next())
    let running = RunningUplink(WebSocketTransport(options(proxy.port, path: path)))
    #expect(await eventually { running.status.lastError != nil })
    #expect(running.status.lastError?.contains(words) == true, "\(running.status.lastError ?? "")")
    #expect((running.status.alarm != nil) == (path == "/forbidden"))
    await running.stop(within: .milliseconds(100))
  }

  @Test func aCertificateOfAnotherHostIsToldWithItsRemedy() async throws {
    let proxy = try nginx(ServerPort.next())
    let running = RunningUplink(
      WebSocketTransport(options(proxy.port) { $0.tls?.settings.serverName = "elsewhere.example.com" }))
    #expect(await eventually { running.status.lastError != nil })
    #expect(running.status.tls?.failure?.code == .wrongHost)
    #expect(running.status.lastError == running.status.tls?.failure?.description)
    await running.stop(within: .milliseconds(100))
  }

  @Test func tlsToWhatSpeaksNoneIsTold() async throws {
    let server = try WebSocketReceiver()
    let running = RunningUplink(WebSocketTransport(options(server.port)))
    #expect(await eventually { running.status.lastError != nil })
    #expect(running.status.tls?.failure?.code == .notTLS, "\(running.status)")
    await running.stop(within: .milliseconds(100))
  }

  @Test(arguments: [true, false], [nil, "p4ss", "wrong"])
  func goesThroughSOCKS(isSecure: Bool, password: String?) async throws {
    let server = try WebSocketReceiver()
    let nginx = try nginx(server.port)
    let port = ServerPort.next()
    let socks = try TLSServer(
      port, "microsocks", ["-i", "127.0.0.1", "-p", "\(port)"] + (password == nil ? [] : ["-u", "u", "-P", "p4ss"]),
      isReady: nil)
    try await deliver(
      through: ProxyOptions(
        kind: .socks, host: "127.0.0.1", port: socks.port, username: password.map { _ in "u" },
        password: password.map { .literal($0) }),
      to: isSecure ? nginx.port : server.port, isSecure: isSecure, server, fails: password == "wrong")
  }

  @Test(arguments: [true, false], [nil, "p4ss", "wrong"])
  func goesThroughCONNECT(isSecure: Bool, password: String?) async throws {
    let server = try WebSocketReceiver()
    let nginx = try nginx(server.port)
    let port = ServerPort.next()
    let file = try authority.file(
      "tinyproxy-\(port).conf",
      "Port \(port)\nListen 127.0.0.1\nMaxClients 10\n" + (password == nil ? "" : "BasicAuth u p4ss\n"))
    let proxy = try TLSServer(port, "tinyproxy", ["-d", "-c", file], isReady: nil)
    try await deliver(
      through: ProxyOptions(
        kind: .http, host: "127.0.0.1", port: proxy.port, username: password.map { _ in "u" },
        password: password.map { .literal($0) }),
      to: isSecure ? nginx.port : server.port, isSecure: isSecure, server, fails: password == "wrong")
  }

  private func deliver(
    through proxy: ProxyOptions, to port: Int, isSecure: Bool, _ server: WebSocketReceiver, fails: Bool
  ) async throws {
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 1000))
    let running = RunningUplink(
      WebSocketTransport(
        options(port) {
          $0.proxy = proxy
          if !isSecure {
            $0.address.isSecure = false
            $0.tls = nil
          }
        }), source: source)
    if fails {
      #expect(await eventually { running.status.alarm?.code == "not-authorized" }, "\(running.status)")
      #expect(running.status.lastError?.contains("the proxy") == true)
      #expect(source.low() == 0)
    } else {
      #expect(await eventually { source.low() == 1000 }, "\(running.status)")
      #expect(await eventually { server.stored == Array(1...1000) })
      #expect(running.status.link?.hasSuffix("through \(proxy.description)") == true)
    }
    await running.stop()
  }

  @Test(arguments: [ProxyOptions.Kind.socks, .http])
  func aServerThatTheProxyCannotReachIsTold(kind: ProxyOptions.Kind) async throws {
    let port = ServerPort.next()
    let proxy =
      kind == .socks
      ? try TLSServer(port, "microsocks", ["-i", "127.0.0.1", "-p", "\(port)"], isReady: nil)
      : try TLSServer(
        port, "tinyproxy",
        ["-d", "-c", try authority.file("t.conf", "Port \(port)\nListen 127.0.0.1\nMaxClients 10\n")],
        isReady: nil)
    let running = RunningUplink(
      WebSocketTransport(
        options(ServerPort.next()) { $0.proxy = ProxyOptions(kind: kind, host: "127.0.0.1", port: proxy.port) }))
    #expect(await eventually { running.status.lastError != nil })
    #expect(running.status.lastError?.contains("the proxy can't connect to the server") == true, "\(running.status)")
    #expect(running.status.alarm == nil)
    await running.stop(within: .milliseconds(100))
  }

  /// Each takes the other's greeting for something else.
  @Test(arguments: [ProxyOptions.Kind.socks, .http])
  func whatIsNoProxyIsTold(kind: ProxyOptions.Kind) async throws {
    let server = StubbornServer { connection in
      _ = StubbornServer.bytes(connection, 3)
      StubbornServer.send(connection, Array("SSH-2.0-OpenSSH_9.2\r\n".utf8))
      _ = StubbornServer.bytes(connection, 1 << 20)
    }
    let running = RunningUplink(
      WebSocketTransport(options(1) { $0.proxy = ProxyOptions(kind: kind, host: "127.0.0.1", port: server.port) }))
    #expect(await eventually { running.status.lastError != nil })
    #expect(running.status.lastError?.contains("does not speak") == true, "\(running.status.lastError ?? "")")
    await running.stop(within: .milliseconds(100))
  }
}
