import Certificates
import Foundation
import Glibc
import Testing
import Trust

/// Keys that never leave a token, in software: softhsm2 by PKCS#11, swtpm by tpm2-openssl. Each shows its certificate to a server.
///
/// One suite, one after the other: both are configured by the process's environment.
@Suite(.serialized) struct TokenTests {
  static let softHSM = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"]
    .first { FileManager.default.fileExists(atPath: $0) }

  let authority: Authority

  init() throws { authority = try Authority() }

  private func isShown(_ certificate: String, _ key: KeySource, pin: String? = nil) throws {
    let server = try TLSServer(
      openssl: authority.issue("broker"),
      ["-CAfile", authority.certificate, "-Verify", "2", "-verify_return_error", "-rev"])
    var settings = TLSSettings()
    settings.authority = .path(authority.certificate)
    settings.certificate = .path(certificate)
    settings.key = key
    let wire = try Wire(settings, port: server.port, pin: pin)
    wire.connect()
    wire.say("abc\n")
    wire.drive { wire.received.contains(10) }
    #expect(wire.failure == nil)
    #expect(String(decoding: wire.received, as: UTF8.self) == "cba\n")
  }

  @Test(.enabled(if: softHSM != nil, "softhsm2 is not installed"))
  func aKeyInAPKCS11Token() throws {
    let folder = authority.folder + "/tokens"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let conf = try authority.file("softhsm2.conf", "directories.tokendir = \(folder)\nobjectstore.backend = file\n")
    setenv("SOFTHSM2_CONF", conf, 1)
    setenv("PKCS11_MODULE_PATH", try #require(Self.softHSM), 1)
    setenv("PKCS11_PROVIDER_MODULE", try #require(Self.softHSM), 1)
    try Authority.run(
      "softhsm2-util", ["--init-token", "--free", "--label", "waypost", "--pin", "4711", "--so-pin", "0815"])
    let client = try authority.issue("truck-005", names: [])
    let der = authority.folder + "/client.p8"
    try Authority.openssl(["pkcs8", "-topk8", "-nocrypt", "-in", client.key, "-out", der])
    try Authority.run(
      "softhsm2-util", ["--import", der, "--token", "waypost", "--label", "truck", "--id", "01", "--pin", "4711"])
    let uri = "pkcs11:token=waypost;object=truck;type=private"
    try isShown(client.certificate, .uri(uri), pin: "4711")

    var settings = TLSSettings()
    settings.certificate = .path(client.certificate)
    settings.key = .uri("pkcs11:token=waypost;object=nothing;type=private?pin-value=4711")
    do throws(TLSFailure) {
      _ = try TLSContext(settings, host: "localhost")
      Issue.record("a key that is not there was found")
    } catch {
      #expect(error.code == .noKey)
      #expect(!"\(error)".contains("4711"))
    }
  }

  @Test func whatIsNoTokenIsSaid() throws {
    var settings = TLSSettings()
    settings.certificate = .path(authority.certificate)
    settings.key = .uri("vault:secret")
    do throws(TLSFailure) {
      _ = try TLSContext(settings, host: "localhost")
      Issue.record("no failure")
    } catch {
      #expect(error.code == .noToken)
      #expect(error.message == "`vault:secret` is no kind of key that is known here")
    }
  }
}
