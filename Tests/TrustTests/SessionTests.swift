import Certificates
import Foundation
import Glibc
import Testing
import Trust

/// The session on real sockets: pieces, ends, sizes.
@Suite struct SessionTests {
  let authority: Authority
  let issued: Authority.Issued

  init() throws {
    authority = try Authority()
    issued = try authority.issue("server")
  }

  private var settings: TLSSettings {
    var settings = TLSSettings()
    settings.authority = .path(authority.certificate)
    return settings
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"])
  func oneByteAtATime(version: String) throws {
    let server = try TLSServer(openssl: issued, ["-rev", version])
    let wire = try Wire(settings, port: server.port, chunk: 1)
    wire.connect()
    for character in "hello\n" { wire.say(String(character)) }
    wire.drive { wire.received.contains(10) }
    #expect(wire.failure == nil)
    #expect(String(decoding: wire.received, as: UTF8.self) == "olleh\n")
    #expect(wire.connection?.version == (version == "-tls1_2" ? "TLSv1.2" : "TLSv1.3"))
  }

  @Test func whatIsSaidBeforeTheHandshakeWaitsForIt() throws {
    let server = try TLSServer(openssl: issued, ["-rev"])
    let wire = try Wire(settings, port: server.port)
    wire.say("early\n")
    wire.drive { wire.received.contains(10) }
    #expect(String(decoding: wire.received, as: UTF8.self) == "ylrae\n")
  }

  @Test func moreThanMayWaitIsAFailure() throws {
    let session = try TLSSession(TLSContext(settings, host: "localhost"), earlyLimit: 1000)
    _ = session.start()
    #expect([UInt8](repeating: 0, count: 1000).withUnsafeBytes { session.write($0) }.failure == nil)
    #expect([UInt8](repeating: 0, count: 1).withUnsafeBytes { session.write($0) }.failure?.code == .tooMuch)
    #expect(session.state == .failed)
  }

  @Test func alpnIsAgreedOn() throws {
    let server = try TLSServer(openssl: issued, ["-alpn", "mqtt,http/1.1"])
    var settings = settings
    settings.protocols = ["spdy/1", "mqtt"]
    let wire = try Wire(settings, port: server.port)
    wire.connect()
    #expect(wire.connection?.applicationProtocol == "mqtt")
  }

  @Test func aServerThatIsKilledCutsTheTextOff() throws {
    let server = try TLSServer(openssl: issued, ["-rev"])
    let wire = try Wire(settings, port: server.port)
    wire.connect()
    server.kill()
    wire.drive { false }
    #expect(wire.failure?.code == .truncated)
    #expect(!wire.hasEnded)
  }

  @Test func aServerThatEndsInGoodOrderIsNoFailure() throws {
    let server = try TLSServer(openssl: issued, ["-rev"])
    let wire = try Wire(settings, port: server.port)
    wire.connect()
    wire.say("CLOSE\n")
    wire.drive { false }
    #expect(wire.failure == nil)
    #expect(wire.hasEnded)
  }

  @Test func renegotiationIsRefused() throws {
    let server = try TLSServer(openssl: issued, ["-tls1_2"])
    let wire = try Wire(settings, port: server.port)
    wire.connect()
    #expect(wire.connection?.version == "TLSv1.2")
    let before = wire.recordsSent
    server.say("r\n")
    wire.drive { false }
    // The answer is the alert no_renegotiation and not a ClientHello; the server hangs up on it.
    let answer = wire.recordsSent.dropFirst(before.count)
    #expect(answer.first == .alert)
    #expect(!answer.contains(.handshake))
    // It says so in its own time.
    for _ in 0..<9000 where !server.said.contains("no renegotiation") { poll(nil, 0, 10) }
    #expect(server.said.contains("no renegotiation"))
    #expect(wire.received.isEmpty)
  }

  @Test(arguments: [
    ("HTTP/1.1 400 Bad Request\r\n\r\n", TLSFailure.Code.notTLS), ("SSH-2.0-OpenSSH_9.2\r\n", .notTLS), ("", .hungUp),
  ])
  func whatIsNoTLS(answer: String, code: TLSFailure.Code) throws {
    let session = try TLSSession(TLSContext(settings, host: "localhost"))
    #expect(!session.start().ciphertext.isEmpty)
    var failure = Array(answer.utf8).withUnsafeBytes { session.receive($0) }.failure
    if failure == nil { failure = session.receiveEnd().failure }
    #expect(failure?.code == code)
    #expect(session.receiveEnd().failure == nil)
  }

  @Test func everyDamagedByteEndsInAFailureAndNoText() throws {
    let server = try TLSServer(openssl: issued, ["-rev"])
    let wire = try Wire(settings, port: server.port)
    wire.connect()
    let damaged: [UInt8] = [0x17, 3, 3, 0, 32] + [UInt8](repeating: 7, count: 32)
    let output = damaged.withUnsafeBytes { wire.session.receive($0) }
    #expect(output.failure?.code == .protocolError)
    #expect(output.plaintext.isEmpty)
    #expect(!output.ciphertext.isEmpty)
  }
}
