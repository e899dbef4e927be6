import Certificates
import Foundation
import Testing
import Trust

/// Certificate and key of this box: what is refused before anything connects, and what the server refuses.
@Suite struct ClientCertificateTests {
  let authority: Authority

  init() throws { authority = try Authority() }

  private func settings(_ client: Authority.Issued? = nil) -> TLSSettings {
    var settings = TLSSettings()
    settings.authority = .path(authority.certificate)
    if let client {
      settings.certificate = .path(client.certificate)
      settings.key = .file(.path(client.key))
    }
    return settings
  }

  private func refusal(_ settings: TLSSettings) -> TLSFailure? {
    do throws(TLSFailure) {
      _ = try TLSContext(settings, host: "localhost")
      return nil
    } catch {
      return error
    }
  }

  private func met(_ settings: TLSSettings, _ version: String) throws -> TLSFailure? {
    let server = try TLSServer(
      openssl: authority.issue("broker"),
      ["-CAfile", authority.certificate, "-Verify", "2", "-verify_return_error", version])
    let wire = try Wire(settings, port: server.port)
    wire.connect()
    // Under TLS 1.3 the server looks at it when the client has finished.
    if version == "-tls1_3" { wire.drive { false } }
    return wire.failure
  }

  @Test func isShown() throws {
    let server = try TLSServer(
      openssl: authority.issue("broker"),
      ["-CAfile", authority.certificate, "-Verify", "2", "-verify_return_error", "-rev"])
    let wire = try Wire(settings(authority.issue("truck", names: [])), port: server.port)
    wire.connect()
    wire.say("abc\n")
    wire.drive { wire.received.contains(10) }
    #expect(String(decoding: wire.received, as: UTF8.self) == "cba\n")
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"])
  func missing(version: String) throws {
    let failure = try #require(try met(settings(), version))
    #expect(failure.code == .clientCertificateMissing)
    #expect(failure.message.hasPrefix("the server wants a certificate from this box"))
    #expect(failure.isAboutUs)
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"])
  func refused(version: String) throws {
    let stranger = try Authority("Somebody Else")
    let failure = try #require(try met(settings(stranger.issue("truck", names: [])), version))
    #expect(failure.code == .clientCertificateRefused)
    #expect(failure.message == "the server does not accept this box's certificate (unknown CA)")
    #expect(failure.remedy.contains("have it issued by an authority that the server knows"))
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"])
  func expired(version: String) throws {
    let failure = try #require(try met(settings(authority.issue("truck", names: [], from: -9, to: -1)), version))
    #expect(failure.code == .clientCertificateRefused)
    #expect(failure.remedy.hasPrefix("renew it"))
  }

  @Test func aKeyWithAPasswordIsRefusedWithoutAsking() throws {
    var client = try authority.issue("truck", names: [])
    let locked = authority.folder + "/locked.key"
    try Authority.openssl(["pkey", "-in", client.key, "-aes256", "-passout", "pass:geheim", "-out", locked])
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: locked)
    client = Authority.Issued(certificate: client.certificate, key: locked)
    let failure = try #require(refusal(settings(client)))
    #expect(failure.code == .encrypted)
    #expect(failure.message == "the key \(locked) is protected by a password, which nobody can type here")
  }

  @Test func aKeyThatOthersCanReadIsRefused() throws {
    let client = try authority.issue("truck", names: [])
    for (mode, code) in [(0o644, TLSFailure.Code.exposed), (0o660, .exposed), (0o640, nil), (0o600, nil)] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: client.key)
      #expect(refusal(settings(client))?.code == code)
    }
  }

  @Test func aKeyOfAnotherCertificateIsRefused() throws {
    let (one, other) = (try authority.issue("one"), try authority.issue("other"))
    #expect(refusal(settings(.init(certificate: one.certificate, key: other.key)))?.code == .mismatch)
  }

  @Test func whatIsNoPEMIsRefused() throws {
    let text = try authority.file("text", "hello\n")
    let damaged = try authority.file(
      "damaged", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    var settings = settings()
    settings.authority = .path(text)
    #expect(refusal(settings)?.message == "\(text) holds no certificate in PEM")
    settings.authority = .path(damaged)
    #expect(refusal(settings)?.code == .malformed)
    settings.authority = .path(authority.folder + "/nowhere")
    #expect(refusal(settings)?.code == .unreadable)
    settings.authority = .path(authority.folder)
    #expect(refusal(settings)?.message == "\(authority.folder) is not a regular file")
    settings = self.settings()
    settings.revocationLists = [.path(authority.certificate)]
    #expect(refusal(settings)?.code == .malformed)
  }

  @Test func aListInDERIsTaken() throws {
    try authority.publish()
    let der = authority.folder + "/crl.der"
    try Authority.openssl(["crl", "-in", authority.revocationList, "-outform", "der", "-out", der])
    var settings = settings()
    settings.revocationLists = [.path(der)]
    #expect(refusal(settings) == nil)
  }

  @Test func nothingOfAKeyIsInAFailure() throws {
    let client = try authority.issue("truck", names: [])
    let key = try String(contentsOfFile: client.key, encoding: .utf8)
    let broken = try authority.file("broken.key", key.replacingOccurrences(of: "MI", with: "!!"))
    let failure = try #require(refusal(settings(.init(certificate: client.certificate, key: broken))))
    for line in key.split(separator: "\n") where !line.hasPrefix("-----") { #expect(!"\(failure)".contains(line)) }
  }
}
