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

  @Test(.enabled(if: Self.hasTPM, "swtpm, tpm2-abrmd or dbus-daemon is not installed"))
  func aKeyInATPM() throws {
    let state = authority.folder + "/tpm"
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
    let port = ServerPort.next(2)
    let tpm = try TLSServer(
      port, "swtpm",
      [
        "socket", "--tpm2", "--tpmstate", "dir=\(state)", "--server", "type=tcp,port=\(port)", "--ctrl",
        "type=tcp,port=\(port + 1)", "--flags", "not-need-init,startup-clear", "--seccomp", "action=none",
      ], isReady: "")
    // The broker would give up where nobody listens yet.
    let limit = Date(timeIntervalSinceNow: 120)
    while !TLSServer.isListenedOn(port), Date() < limit { poll(nil, 0, 5) }
    // A TPM has room for three objects; on a box the kernel's /dev/tpmrm0 swaps them, here its predecessor does.
    let address = "unix:path=\(authority.folder)/bus"
    let bus = try TLSServer(
      port, "dbus-daemon", ["--session", "--nofork", "--print-address", "--address=\(address)"], isReady: "unix:")
    setenv("DBUS_SESSION_BUS_ADDRESS", address, 1)
    let broker = try TLSServer(
      port, "tpm2-abrmd", ["--session", "--allow-root", "--tcti=swtpm:host=127.0.0.1,port=\(port)"], isReady: "")
    defer {
      broker.kill()
      bus.kill()
      tpm.kill()
    }
    setenv("TPM2OPENSSL_TCTI", "tabrmd:bus_type=session", 1)
    let (key, request) = (authority.folder + "/tpm.key", authority.folder + "/tpm.csr")
    // Once the broker is on the bus, of which it says nothing.
    while true {
      do {
        try Authority.openssl([
          "genpkey", "-provider", "tpm2", "-propquery", "provider=tpm2", "-algorithm", "EC", "-pkeyopt", "group:P-256",
          "-out", key,
        ])
        break
      } catch  where Date() < limit { poll(nil, 0, 20) }
    }
    chmod(key, 0o600)
    #expect(try String(contentsOfFile: key, encoding: .utf8).hasPrefix("-----BEGIN TSS2 PRIVATE KEY-----"))
    try Authority.openssl([
      "req", "-provider", "tpm2", "-provider", "default", "-propquery", "?provider=tpm2", "-new", "-key", key, "-subj",
      "/CN=truck-005", "-out", request,
    ])
    let client = try authority.issue("truck-005", key: key, request: request)
    try isShown(client.certificate, .file(.path(key)))
  }

  static let hasTPM = ["/usr/bin/swtpm", "/usr/sbin/tpm2-abrmd", "/usr/bin/dbus-daemon"]
    .allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
}
