import Certificates
import Foundation
import Model
import Testing
import Trust

@testable import Uplinks

/// The way to the broker: WebSocket, proxies, and port 443 with ALPN.
@Suite(.serialized, .enabled(if: MosquittoBroker.executable != nil, "mosquitto is not installed"))
struct MQTTWayTests {
  let authority: Authority

  init() throws { authority = try Authority() }

  /// How the broker listens.
  enum Listener: CaseIterable {
    case mqtt, mqtts, ws, wss

    var isSecure: Bool { self == .mqtts || self == .wss }
    var isWebSocket: Bool { self == .ws || self == .wss }
  }

  /// The broker, and the port to come to.
  private func broker(_ listener: Listener, users: [String: String] = [:]) throws -> (MosquittoBroker, port: Int) {
    let issued = try authority.issue("broker")
    let secure = listener.isSecure ? ["certfile \(issued.certificate)", "keyfile \(issued.key)"] : []
    guard listener.isWebSocket else {
      let broker = try MosquittoBroker(users: users, listener: secure)
      return (broker, broker.port)
    }
    // mosquitto 2.0.11 doesn't start with nothing but a listener for WebSocket.
    let port = ServerPort.next()
    let broker = try MosquittoBroker(
      users: users, options: ["listener \(port) 127.0.0.1", "protocol websockets"] + secure)
    return LoopbackPort.waitUntilOpen(port) ? (broker, port) : (broker, 0)
  }

  private func options(port: Int, _ listener: Listener, _ change: (inout MQTTOptions) -> Void = { _ in }) throws
    -> MQTTOptions
  {
    try RunningUplink.options(port: port) {
      $0.host = "localhost"
      if listener.isSecure {
        var tls = TLSOptions()
        tls.settings.authority = .path(authority.certificate)
        $0.tls = tls
      }
      if listener.isWebSocket { $0.webSocketPath = "/mqtt" }
      change(&$0)
    }
  }

  private func delivers(_ options: MQTTOptions, link: String) async {
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 2000))
    let running = RunningUplink(options, source: source)
    #expect(await eventually { source.low() == 2000 }, "\(running.status)")
    source.append([.event, .reading])
    #expect(await eventually { source.low() == 2002 })
    #expect(running.status.counters.repeated == 0)
    #expect(running.status.link == link)
    await running.stop()
  }

  @Test(arguments: [Listener.ws, .wss], [MQTTVersion.v5, .v311])
  func goesOverWebSocket(listener: Listener, version: MQTTVersion) async throws {
    let (broker, port) = try broker(listener, users: ["truck": "p4ss"])
    let name = version == .v5 ? "MQTT 5" : "MQTT 3.1.1"
    let options = try options(port: port, listener) {
      $0.versions = [version]
      $0.username = "truck"
      $0.password = .literal("p4ss")
    }
    await delivers(options, link: "\(name) over WebSocket\(listener == .wss ? ", TLSv1.3" : "")")
    #expect(MQTTTransport(options).destination == "\(listener == .ws ? "ws" : "wss")://localhost:\(port)/mqtt")
    withExtendedLifetime(broker) {}
  }

  @Test func aBrokerOverWebSocketThatIsKilledIsFoundAgain() async throws {
    let (broker, port) = try broker(.ws)
    let running = RunningUplink(try options(port: port, .ws))
    running.source.append(Array(repeating: .position, count: 10))
    #expect(await eventually { running.source.low() == 10 })
    broker.kill()
    #expect(await eventually { !running.status.isUp })
    running.source.append(Array(repeating: .position, count: 10))
    try broker.start()
    #expect(await eventually { running.source.low() == 20 })
    #expect(running.source.dead.isEmpty)
    await running.stop()
  }

  @Test func aWrongPasswordOverWebSocketIsAnAlarm() async throws {
    let (broker, port) = try broker(.ws, users: ["truck": "right"])
    let running = RunningUplink(
      try options(port: port, .ws) {
        $0.username = "truck"
        $0.password = .literal("wrong")
      })
    #expect(await eventually { running.status.alarm?.code == "not-authorized" })
    withExtendedLifetime(broker) {}
    await running.cancel()
  }

  /// The web server before the broker asks for something that MQTT has no word for; a password of MQTT's comes after it.
  @Test func whoDoesNotLetUsToTheBrokerIsToldFromTheBroker() async throws {
    let nginx = try TLSServer(
      nginx: "http", folder: authority.folder, isSecure: false, server: "location / { return 401; }")
    let running = RunningUplink(try options(port: nginx.port, .ws) { $0.username = "truck" })
    #expect(await eventually { running.status.alarm?.code == "not-authorized" })
    let text = running.status.alarm?.text ?? ""
    #expect(text.contains("HTTP 401") && text.contains("what stands before the broker"), "\(text)")
    #expect(!text.contains("token"), "\(text)")
    await running.cancel()
  }

  @Test func aWebServerThatIsNoBrokerIsNamed() async throws {
    let nginx = try TLSServer(
      nginx: "http", folder: authority.folder, isSecure: false, server: "location / { return 404; }")
    let running = RunningUplink(try options(port: nginx.port, .ws))
    #expect(await eventually { running.status.lastError?.contains("no WebSocket at this path") == true })
    await running.cancel()
  }

  @Test(arguments: Listener.allCases, [nil, "p4ss", "wrong"] as [String?])
  func goesThroughSOCKS(listener: Listener, password: String?) async throws {
    let (broker, port) = try broker(listener)
    let own = ServerPort.next()
    let proxy = try TLSServer(
      own, "microsocks",
      ["-i", "127.0.0.1", "-p", "\(own)"] + (password == nil ? [] : ["-u", "u", "-P", "p4ss"]), isReady: nil)
    try await goes(listener, port, .socks, proxy.port, password)
    withExtendedLifetime(broker) {}
  }

  @Test(arguments: Listener.allCases, [nil, "p4ss", "wrong"] as [String?])
  func goesThroughConnect(listener: Listener, password: String?) async throws {
    let (broker, port) = try broker(listener)
    let own = ServerPort.next()
    let file = authority.folder + "/tinyproxy-\(own).conf"
    let text =
      "Port \(own)\nListen 127.0.0.1\nTimeout 600\nAllow 127.0.0.1\nConnectPort \(port)\n"
      + (password == nil ? "" : "BasicAuth u p4ss\n")
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    let proxy = try TLSServer(own, "tinyproxy", ["-d", "-c", file], isReady: nil)
    try await goes(listener, port, .http, proxy.port, password)
    withExtendedLifetime(broker) {}
  }

  private func goes(
    _ listener: Listener, _ server: Int, _ kind: ProxyOptions.Kind, _ port: Int, _ password: String?
  ) async throws {
    let options = try options(port: server, listener) {
      $0.proxy = ProxyOptions(
        kind: kind, host: "127.0.0.1", port: port, username: password.map { _ in "u" },
        password: password.map { .literal($0) })
    }
    guard password != "wrong" else {
      let running = RunningUplink(options)
      #expect(await eventually { running.status.alarm?.code == "not-authorized" }, "\(running.status)")
      #expect(running.status.lastError?.contains("the proxy") == true)
      await running.cancel()
      return
    }
    let way = "\(kind == .socks ? "socks5" : "http")://127.0.0.1:\(port)"
    let link =
      switch listener {
      case .mqtt: "MQTT 5 over \(way)"
      case .mqtts: "MQTT 5 over TLSv1.3, through \(way)"
      case .ws: "MQTT 5 over WebSocket, through \(way)"
      case .wss: "MQTT 5 over WebSocket, TLSv1.3, through \(way)"
      }
    await delivers(options, link: link)
  }

  /// As AWS IoT has it on port 443: without the protocol's name in the handshake there is no broker behind it.
  @Test(arguments: [["mqtt"], ["x-amzn-mqtt-ca", "mqtt"], ["http/1.1"], []])
  func theNameOfTheProtocolIsOffered(protocols: [String]) async throws {
    let (broker, _) = try broker(.mqtt)
    let issued = try authority.issue("broker")
    let front = try TLSServer(
      nginx: "stream", folder: authority.folder,
      server: """
        ssl_certificate \(issued.certificate); ssl_certificate_key \(issued.key); ssl_alpn mqtt; ssl_preread off;
        proxy_pass 127.0.0.1:\(broker.port);
        """)
    let options = try options(port: front.port, .mqtts) { $0.tls?.settings.protocols = protocols }
    let running = RunningUplink(options)
    running.source.append([.event])
    if protocols == ["http/1.1"] {
      #expect(await eventually { running.status.tls?.failure?.code == .nothingInCommon }, "\(running.status)")
      await running.cancel()
    } else {
      #expect(await eventually { running.source.low() == 1 }, "\(running.status)")
      #expect(running.status.tls?.connection?.applicationProtocol == (protocols.isEmpty ? nil : "mqtt"))
      await running.stop()
    }
  }
}
