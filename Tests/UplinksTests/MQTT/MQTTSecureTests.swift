import Certificates
import Foundation
import Model
import Testing
import Trust

@testable import Uplinks

/// `mqtts://` against Debian's mosquitto with certificates of its own, and what goes wrong with them.
@Suite(.serialized, .enabled(if: MosquittoBroker.executable != nil, "mosquitto is not installed"))
struct MQTTSecureTests {
  let authority: Authority

  init() throws { authority = try Authority() }

  private func broker(_ issued: Authority.Issued, wantsCertificate: Bool = false, _ more: [String] = []) throws
    -> MosquittoBroker
  {
    var options = more + ["certfile \(issued.certificate)", "keyfile \(issued.key)", "cafile \(authority.certificate)"]
    if wantsCertificate { options += ["require_certificate true", "use_identity_as_username true"] }
    return try MosquittoBroker(listener: options)
  }

  private func options(port: Int, host: String = "localhost", _ change: (inout TLSSettings) -> Void = { _ in }) throws
    -> MQTTOptions
  {
    try RunningUplink.options(port: port) {
      $0.host = host
      var tls = TLSOptions()
      tls.settings.authority = .path(authority.certificate)
      change(&tls.settings)
      $0.tls = tls
    }
  }

  /// The error that the uplink tells in the end.
  private func failure(_ options: MQTTOptions) async throws -> TLSFailure? {
    let running = RunningUplink(options)
    #expect(await eventually { running.status.lastError != nil })
    let status = running.status
    #expect(status.lastError == status.tls?.failure?.description)
    await running.cancel()
    return status.tls?.failure
  }

  @Test(arguments: [MQTTVersion.v5, .v311])
  func deliversWithAClientCertificate(version: MQTTVersion) async throws {
    let broker = try broker(authority.issue("broker"), wantsCertificate: true)
    let client = try authority.issue("truck-005", names: [], to: 29.5)
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 5000))
    var options = try options(port: broker.port) {
      $0.certificate = .path(client.certificate)
      $0.key = .file(.path(client.key))
    }
    options.versions = [version]
    let running = RunningUplink(options, source: source)
    #expect(await eventually { source.low() == 5000 }, "\(running.status), \(broker.log.suffix(2000))")
    source.append([.event, .reading])
    #expect(await eventually { source.low() == 5002 })
    #expect(running.status.link == (version == .v5 ? "MQTT 5 over TLSv1.3" : "MQTT 3.1.1 over TLSv1.3"))
    let tls = try #require(running.status.tls)
    #expect(tls.certificateDays(at: Int64(Date().timeIntervalSince1970)) == 29)
    #expect(tls.connection?.server?.subject == "CN = broker")
    #expect(tls.failure == nil)
    #expect(running.status.counters.repeated == 0)
    let log = MosquittoBroker.Log(folder: broker.folder)
    #expect(await eventually { log.text.contains("u'truck-005'") })
    await running.stop()
  }

  @Test func aNameIsToldToTheServerThoughTheLibraryIsGivenAnAddress() async throws {
    let server = try TLSServer(openssl: authority.issue("broker"), ["-tlsextdebug", "-trace"])
    let running = RunningUplink(try options(port: server.port))
    #expect(
      await eventually { ["ClientHello", "server_name", "localhost"].allSatisfy(server.said.contains) },
      "\(server.said)")
    await running.cancel()
  }

  @Test func anAddressIsNotToldAsAName() async throws {
    let server = try TLSServer(openssl: authority.issue("broker"), ["-tlsextdebug", "-trace"])
    let running = RunningUplink(try options(port: server.port, host: "127.0.0.1"))
    #expect(await eventually { server.said.contains("supported_versions") })
    #expect(!server.said.contains("extension_type=server_name"))
    await running.cancel()
  }

  @Test func wrongHost() async throws {
    let broker = try broker(authority.issue("broker", names: ["DNS:broker.example.com"]))
    let failure = try #require(try await failure(options(port: broker.port)))
    #expect(failure.code == .wrongHost)
    #expect(failure.message == "the server's certificate is not for “localhost”: it is for broker.example.com")
  }

  @Test func expired() async throws {
    let broker = try broker(authority.issue("broker", from: -9, to: -1))
    #expect(try await failure(options(port: broker.port))?.code == .expired)
  }

  @Test func unknownAuthority() async throws {
    let broker = try broker(authority.issue("broker"))
    let stranger = try Authority("Somebody Else")
    let failure = try await failure(options(port: broker.port) { $0.authority = .path(stranger.certificate) })
    #expect(failure?.code == .unknownIssuer)
  }

  @Test func revoked() async throws {
    let issued = try authority.issue("broker")
    try authority.revoke(issued)
    try authority.publish()
    let broker = try broker(issued)
    let failure = try await failure(
      options(port: broker.port) { $0.revocationLists = [.path(authority.revocationList)] })
    #expect(failure?.code == .revoked)
  }

  @Test(arguments: ["tlsv1.2", "tlsv1.3"])
  func noCertificateThoughTheBrokerWantsOne(version: String) async throws {
    let broker = try broker(authority.issue("broker"), wantsCertificate: true, ["tls_version \(version)"])
    let failure = try #require(try await failure(options(port: broker.port)))
    #expect(failure.code == .clientCertificateMissing)
    #expect(failure.remedy == "add `certificate` and `key` to `tls`")
  }

  @Test func aCertificateThatTheBrokerRefuses() async throws {
    let broker = try broker(authority.issue("broker"), wantsCertificate: true)
    let stranger = try Authority("Somebody Else")
    let other = try stranger.issue("truck-005", names: [])
    let running = RunningUplink(
      try options(port: broker.port) {
        $0.certificate = .path(other.certificate)
        $0.key = .file(.path(other.key))
      })
    #expect(await eventually { running.status.tls?.failure != nil })
    #expect(running.status.tls?.failure?.code == .clientCertificateRefused)
    #expect(await eventually { running.status.alarm != nil })
    await running.cancel()
  }

  @Test func aServerWithoutTLSIsNamed() async throws {
    let broker = try MosquittoBroker()
    let failure = try #require(try await failure(options(port: broker.port)))
    #expect([.hungUp, .notTLS].contains(failure.code))
  }

  @Test func aPortWhereNobodyListensIsNoMatterOfTLS() async throws {
    let running = RunningUplink(try options(port: ServerPort.next()))
    #expect(await eventually { running.status.lastError != nil })
    #expect(running.status.lastError == "can't reach 127.0.0.1: connection refused")
    #expect(running.status.tls?.failure == nil)
    await running.cancel()
  }

  @Test func aRenewedCertificateCountsAtTheNextConnection() async throws {
    let broker = try broker(authority.issue("broker"), wantsCertificate: true)
    let client = try authority.issue("truck-005", names: [], to: 9.5)
    let running = RunningUplink(
      try options(port: broker.port) {
        $0.certificate = .path(client.certificate)
        $0.key = .file(.path(client.key))
      })
    let now = Int64(Date().timeIntervalSince1970)
    #expect(await eventually { running.status.isUp })
    #expect(running.status.tls?.certificateDays(at: now) == 9)
    let renewed = try authority.issue("truck-005", names: [], to: 24.5)
    for (from, to) in [(renewed.certificate, client.certificate), (renewed.key, client.key)] {
      try Data(contentsOf: URL(fileURLWithPath: from)).write(to: URL(fileURLWithPath: to))
    }
    broker.kill()
    #expect(await eventually { !running.status.isUp })
    try broker.start()
    #expect(await eventually { running.status.isUp })
    #expect(await eventually { running.status.tls?.certificateDays(at: now) == 24 })
    await running.cancel()
  }

  /// A hang-up says something of our certificate only as long as the broker has not accepted us.
  @Test(arguments: [true, false])
  func aBrokerThatGoesIsNoMatterOfOurCertificate(inGoodOrder: Bool) async throws {
    let broker = try broker(authority.issue("broker"), wantsCertificate: true)
    let client = try authority.issue("truck-005", names: [])
    let running = RunningUplink(
      try options(port: broker.port) {
        $0.certificate = .path(client.certificate)
        $0.key = .file(.path(client.key))
      })
    #expect(await eventually { running.status.isUp })
    if inGoodOrder { broker.stop() } else { broker.kill() }
    #expect(await eventually { !running.status.isUp })
    #expect(running.status.alarm == nil)
    #expect(running.status.tls?.failure == nil || !inGoodOrder)
    try broker.start()
    running.source.append([.event])
    #expect(await eventually { running.source.low() == 1 }, "\(running.status)")
    #expect(running.status.alarm == nil)
    await running.stop()
  }
}
