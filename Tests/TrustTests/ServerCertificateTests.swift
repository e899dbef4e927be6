import Certificates
import Foundation
import Testing
import Trust

/// What is refused of a server's certificate, and how it is told; against `openssl s_server`.
@Suite struct ServerCertificateTests {
  let authority: Authority

  init() throws { authority = try Authority() }

  private func failure(
    _ issued: Authority.Issued, host: String = "localhost", _ arguments: [String] = [], now: Int64? = nil,
    _ change: (inout TLSSettings) -> Void = { _ in }
  ) throws -> TLSFailure? {
    let server = try TLSServer(openssl: issued, arguments)
    var settings = TLSSettings()
    settings.authority = .path(authority.certificate)
    change(&settings)
    let wire = try Wire(settings, host: host, port: server.port, now: now)
    wire.connect()
    return wire.failure
  }

  @Test(arguments: ["localhost", "127.0.0.1", "localhost."])
  func theRightOneIsAccepted(host: String) throws {
    #expect(try failure(authority.issue("broker"), host: host) == nil)
  }

  @Test func expired() throws {
    let failure = try #require(try failure(authority.issue("broker", from: -10, to: -2)))
    #expect(failure.code == .expired)
    #expect(failure.message.contains("the server's certificate expired on 20"))
    #expect(failure.message.contains("this box's clock says 20"))
    #expect(failure.remedy == "renew it on the server, or set the clock if it is wrong")
    #expect(failure.dependsOnClock)
  }

  @Test func notYetValid() throws {
    let failure = try #require(try failure(authority.issue("broker", from: 2, to: 10)))
    #expect(failure.code == .notYetValid)
    #expect(failure.message.contains("is not yet valid: it begins on 20"))
    #expect(failure.remedy.contains("the clock is probably wrong"))
    #expect(failure.dependsOnClock)
  }

  /// The system's clock may be anywhere: certificates are judged by the time that is given.
  @Test(arguments: [(0.0, nil), (-2, TLSFailure.Code.notYetValid), (40, .expired)])
  func itIsJudgedByTheTimeThatIsGiven(days: Double, code: TLSFailure.Code?) throws {
    let now = Int64(Date().timeIntervalSince1970 + days * 86_400)
    let failure = try failure(authority.issue("broker"), now: now)
    #expect(failure?.code == code)
    if let failure {
      var day = Date(timeIntervalSince1970: Double(now)).ISO8601Format().prefix(10)
      day.append(contentsOf: " ")
      #expect(failure.message.contains("this box's clock says \(day)"))
    }
  }

  @Test func selfSigned() throws {
    let failure = try #require(try failure(authority.selfSigned("lonely")))
    #expect(failure.code == .selfSigned)
    #expect(failure.message == "the server's certificate is self-signed (“CN = lonely”)")
  }

  @Test func selfSignedButNamedAsAuthority() throws {
    let issued = try authority.selfSigned("lonely")
    #expect(try failure(issued) { $0.authority = .path(issued.certificate) } == nil)
  }

  @Test func unknownAuthority() throws {
    let stranger = try Authority("Somebody Else")
    let failure = try #require(try failure(stranger.issue("broker")))
    #expect(failure.code == .unknownIssuer)
    #expect(failure.message == "the server's certificate was issued by “CN = Somebody Else”, which is not trusted here")
    #expect(failure.remedy.contains("name that authority's certificate as `ca`"))
  }

  @Test func theSystemsAuthoritiesDontKnowOurs() throws {
    let failure = try #require(try failure(authority.issue("broker")) { $0.authority = nil })
    #expect(failure.code == .unknownIssuer)
  }

  @Test func wrongHostTellsTheNamesThatItHas() throws {
    let issued = try authority.issue("broker", names: ["DNS:broker.example.com", "IP:10.0.0.7", "IP:fd00::7"])
    let failure = try #require(try failure(issued))
    #expect(failure.code == .wrongHost)
    #expect(
      failure.message
        == "the server's certificate is not for “localhost”: it is for broker.example.com, 10.0.0.7, fd00::7")
    #expect(failure.remedy.contains("`server_name`"))
  }

  @Test func anAddressIsLookedForAmongAddresses() throws {
    let failure = try #require(try failure(authority.issue("broker", names: ["DNS:localhost"]), host: "127.0.0.1"))
    #expect(failure.code == .wrongHost)
    #expect(failure.message.contains("not for “127.0.0.1”: it is for localhost"))
  }

  @Test func aNameInTheSubjectAloneCounts() throws {
    // RFC 6125 lets clients take the common name where there is no alternative name; OpenSSL does.
    #expect(try failure(authority.issue("localhost", names: [])) == nil)
  }

  @Test func serverNameStandsInForTheHost() throws {
    let issued = try authority.issue("broker", names: ["DNS:broker.example.com"])
    #expect(
      try failure(
        issued,
        ["-servername", "broker.example.com", "-servername_fatal", "-cert2", issued.certificate, "-key2", issued.key]
      ) { $0.serverName = "broker.example.com" } == nil)
  }

  @Test func revoked() throws {
    let issued = try authority.issue("broker")
    let other = try authority.issue("other")
    try authority.revoke(issued)
    try authority.publish()
    let list = CredentialFile.path(authority.revocationList)
    let failure = try #require(try failure(issued) { $0.revocationLists = [list] })
    #expect(failure.code == .revoked)
    #expect(failure.message == "the server's certificate (“CN = broker”) has been revoked by its authority")
    #expect(try self.failure(other) { $0.revocationLists = [list] } == nil)
  }

  @Test func aListOfSomebodyElseIsNotEnough() throws {
    let stranger = try Authority("Somebody Else")
    try stranger.publish()
    let failure = try #require(
      try failure(authority.issue("broker")) { $0.revocationLists = [.path(stranger.revocationList)] })
    #expect(failure.code == .noRevocationList)
    #expect(failure.message.contains("none of the files under `crl` is from “CN = Waypost Test Authority”"))
  }

  @Test func tooOldAProtocol() throws {
    let failure = try #require(
      try failure(authority.issue("broker"), ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]))
    #expect(failure.code == .protocolTooOld)
    #expect(failure.message.hasPrefix("the server does not speak TLS 1.2 or newer"))
    #expect(failure.remedy.contains("switch TLS 1.2 or 1.3 on"))
  }

  @Test func onlyTheNewestWhereAskedFor() throws {
    let failure = try #require(
      try failure(authority.issue("broker"), ["-tls1_2"]) { $0.minimumVersion = .v1_3 })
    #expect(failure.code == .protocolTooOld)
    #expect(failure.message.hasPrefix("the server does not speak TLS 1.3 or newer"))
  }

  @Test func aKeyThatIsTooWeak() throws {
    let key = authority.folder + "/weak.key"
    let request = authority.folder + "/weak.csr"
    try Authority.openssl([
      "req", "-new", "-newkey", "rsa:1024", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=weak", "-addext",
      "subjectAltName=DNS:localhost",
    ])
    let issued = try authority.issue("weak", key: key, request: request)
    let failure = try #require(try failure(issued, ["-cipher", "DEFAULT@SECLEVEL=0"]))
    #expect(failure.code == .weak)
  }
}
