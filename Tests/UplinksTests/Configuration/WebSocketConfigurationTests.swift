import Config
import Testing
import Trust

@testable import Uplinks

@Suite struct WebSocketConfigurationTests {
  private static func options(_ reading: UplinkConfigurationTests.Reading) -> WebSocketOptions? {
    (reading.uplinks.first?.transport as? WebSocketTransport)?.options
  }

  @Test func theWholeOfItIsRead() throws {
    let reading = UplinkConfigurationTests.read(
      """
      office:
        websocket:
          url: wss://hub.example.com:8443/gateway?site=5
          token: { credential: hub-token }
          auth: subprotocol
          dialect: waypost
          proxy: { url: "socks5://proxy:1081", username: u, password: { credential: p } }
          tls: { server_name: hub }
        compress: deflate
      """)
    #expect(reading.places == [])
    let options = try #require(Self.options(reading))
    #expect(
      options.address
        == WebSocketAddress(host: "hub.example.com", port: 8443, isSecure: true, resource: "/gateway?site=5"))
    #expect(options.token == .credential("hub-token"))
    #expect(options.authentication == .subprotocol)
    #expect(
      options.proxy
        == ProxyOptions(kind: .socks, host: "proxy", port: 1081, username: "u", password: .credential("p")))
    #expect(options.tls?.settings.serverName == "hub")
    #expect(options.offersDeflate)
    let transport = try #require(reading.uplinks.first?.transport)
    #expect(transport.destination == "wss://hub.example.com:8443/gateway")
    #expect(transport.credentials == [.credential("hub-token"), .credential("p")])
  }

  @Test(arguments: [
    ("wss://h", "h", 443, "/"), ("ws://h", "h", 80, "/"), ("WSS://h:1/", "h", 1, "/"),
    ("wss://[::1]:9/x", "::1", 9, "/x"),
    ("ws://h?a=b", "h", 80, "/?a=b"),
  ])
  func addressesAreRead(text: String, host: String, port: Int, resource: String) throws {
    let options = try #require(Self.options(UplinkConfigurationTests.read("a: { websocket: { url: '\(text)' } }")))
    #expect(options.address.host == host)
    #expect(options.address.port == port)
    #expect(options.address.resource == resource)
    #expect((options.tls != nil) == text.lowercased().hasPrefix("wss"))
  }

  @Test(arguments: [
    ("url: hub.example.com", "1:24–39 url", "wss://hub.example.com"),
    ("url: https://hub/x", "1:24–32 url", "wss://hub/x"), ("url: 'wss://u:p@hub'", "1:31–35 url", "token"),
    ("url: 'wss://hub:99999'", "1:35–40 url", "example"), ("url: 'wss://hub/#x'", "1:35–37 url", "delete"),
    ("url: 'wss://hub/ä'", "1:35–36 url", "%"), ("url: 'wss:///x'", "1:", "example"),
    ("token: { credential: t }", "1:17–", "url"),
    ("url: wss://hub, auth: query", "1:35–39 missing-key", "token"),
    ("url: wss://hub, token: { credential: t }, auth: basic", "", "header"),
    ("url: ws://hub, tls: {}", "1:34–37 url", "wss://"), ("url: wss://hub, proxy: https://p:1", "", "http://p:1"),
    ("url: wss://hub, proxy: { url: socks5://p, password: { credential: x } }", "", "username"),
    ("url: wss://hub, username: u", "", "token"), ("url: wss://hub, dialect: mqtt", "", "waypost"),
  ])
  func aMistakeIsToldAtItsPlaceWithARemedy(text: String, place: String, remedy: String) {
    let reading = UplinkConfigurationTests.read("a: { websocket: { \(text) } }")
    #expect(reading.places.count == 1 && reading.places[0].hasPrefix(place), "\(reading.places)")
    #expect(reading.diagnostics.first?.help?.contains(remedy) == true, "\(reading.diagnostics)")
    #expect(reading.diagnostics.allSatisfy { $0.severity == .error })
  }

  @Test(arguments: ["url: wss://hub, token: s3cret", "url: 'wss://hub/?access_token=s3cret'"])
  func aLiteralTokenIsAWarningAndNotRepeated(text: String) {
    let reading = UplinkConfigurationTests.read("a: { websocket: { \(text) } }")
    #expect(reading.diagnostics.map(\.code) == ["literal-secret"])
    #expect(reading.diagnostics[0].severity == .warning)
    #expect(
      !reading.diagnostics[0].message.contains("s3cret") && reading.diagnostics[0].help?.contains("s3cret") == false)
    #expect(reading.uplinks.first?.transport.destination == "wss://hub")
  }

  @Test func socketIOIsRead() throws {
    let reading = UplinkConfigurationTests.read(
      """
      office:
        websocket:
          url: wss://hub.example.com
          dialect: socket.io
          namespace: /vehicles
          auth: { vehicleId: truck-005, token: { credential: hub-token } }
          ack: none
      """)
    #expect(reading.places == [])
    let options = try #require(Self.options(reading))
    var expected = SocketIOOptions()
    expected.namespace = "/vehicles"
    expected.auth = [
      .init(name: "vehicleId", value: .literal("truck-005")), .init(name: "token", value: .credential("hub-token")),
    ]
    expected.acknowledgement = .none
    #expect(options.dialect == .socketIO(expected))
    #expect(options.address.resource == "/socket.io/?EIO=4&transport=websocket")
    let uplink = try #require(reading.uplinks.first)
    #expect(uplink.format.name == "socket.io")
    #expect(uplink.settings.singly == .all)
    #expect(uplink.transport.credentials.contains(.credential("hub-token")))
    #expect(uplink.transport.destination == "wss://hub.example.com/socket.io/")
  }

  @Test(arguments: [
    ("websocket: { url: wss://h, namespace: /v }", "1:33–42 wrong-dialect", "dialect: socket.io"),
    ("websocket: { url: wss://h, ack: none }", "1:33–36 wrong-dialect", "dialect: socket.io"),
    ("websocket: { url: wss://h, auth: { a: b } }", "1:39–47 wrong-type", "dialect: socket.io"),
    ("websocket: { url: wss://h, dialect: socket.io, namespace: v }", "1:", "/vehicles"),
    ("websocket: { url: wss://h, dialect: socket.io, namespace: '/a,b' }", "1:", "/vehicles"),
    ("websocket: { url: wss://h, dialect: socket.io, ack: maybe }", "1:", "none"),
    ("websocket: { url: wss://h, dialect: socket.io }, format: json", "1:63–67 format", "delete"),
  ])
  func aMistakeAboutSocketIOIsToldAtItsPlace(text: String, place: String, remedy: String) {
    let reading = UplinkConfigurationTests.read("a: { \(text) }")
    #expect(reading.places.count == 1 && reading.places[0].hasPrefix(place), "\(reading.places)")
    #expect(reading.diagnostics.first?.help?.contains(remedy) == true, "\(reading.diagnostics)")
  }

  @Test func aLiteralSecretInAuthIsAWarning() {
    let text = "a: { websocket: { url: wss://h, dialect: socket.io, auth: { vehicleId: x, token: s3cret } } }"
    let reading = UplinkConfigurationTests.read(text)
    #expect(reading.diagnostics.map(\.code) == ["literal-secret"])
    #expect(reading.diagnostics.first?.message.contains("s3cret") == false)
  }
}
