import Certificates
import Config
import Foundation
import Testing
import Trust

@testable import Uplinks

@Suite struct TLSOptionsTests {
  let authority: Authority

  init() throws { authority = try Authority() }

  private func read(_ tls: String) -> (options: MQTTOptions?, told: [String]) {
    let text = "a: { mqtt: { url: mqtts://broker, tls: \(tls) } }"
    var diagnostics = Diagnostics()
    let node = YAML.parse(SourceFile(path: "/etc/waypost/waypost.yaml", text: text), diagnostics: &diagnostics)
    let uplinks = node.map {
      UplinkConfiguration.read(
        uplinks: $0, context: UplinkContext(gateway: "truck-005", folder: authority.folder), diagnostics: &diagnostics)
    }
    let told = diagnostics.all.map { "\($0.severity == .error ? "error" : "warning") \($0.code): \($0.message)" }
    return ((uplinks?.first?.transport as? MQTTTransport)?.options, told)
  }

  @Test func withoutAWordTheSystemIsTrusted() throws {
    let (options, told) = read("{}")
    #expect(options?.tls == TLSOptions())
    #expect(options?.port == 8883)
    #expect(told.isEmpty)
  }

  @Test func everythingIsRead() throws {
    let client = try authority.issue("truck-005", to: 200)
    try authority.publish()
    let (options, told) = read(
      "{ ca: ca.pem, certificate: \(client.certificate), key: { file: \(client.key) }, crl: [crl.pem], minimum_version: '1.3', alpn: [mqtt, x-amzn-mqtt-ca], server_name: other.example.com }"
    )
    #expect(told.isEmpty)
    let settings = try #require(options?.tls?.settings)
    #expect(settings.authority == .path(authority.certificate))
    #expect(settings.certificate == .path(client.certificate))
    #expect(settings.key == .file(.path(client.key)))
    #expect(settings.revocationLists == [.path(authority.revocationList)])
    #expect(settings.minimumVersion == .v1_3)
    #expect(settings.protocols == ["mqtt", "x-amzn-mqtt-ca"])
    #expect(settings.serverName == "other.example.com")
  }

  @Test func aKeyInATokenIsAURI() throws {
    _ = try authority.file("pin", "1234")
    let (options, told) = read("{ certificate: ca.pem, key: { uri: 'pkcs11:token=a', pin: { file: pin } } }")
    #expect(told.isEmpty)
    #expect(options?.tls?.settings.key == .uri("pkcs11:token=a"))
    #expect(options?.tls?.pin == .file(authority.folder + "/pin"))
    #expect(
      read("{ certificate: ca.pem, key: 'handle:0x81000001' }").options?.tls?.settings.key == .uri("handle:0x81000001"))
  }

  @Test func aPINInTheURIIsWarnedOf() {
    let told = read("{ certificate: ca.pem, key: 'pkcs11:token=a?pin-value=1234' }").told
    #expect(told.count == 1 && told[0].hasPrefix("warning literal-secret"))
    #expect(!told[0].contains("1234"))
  }

  @Test func aFileThatIsNotThereYetIsAWarning() {
    let told = read("{ ca: nowhere.pem }").told
    #expect(told == ["warning missing-file: \(authority.folder)/nowhere.pem: no such file or directory"])
  }

  @Test func aFileWithoutCertificateIsAnError() throws {
    _ = try authority.file("text.pem", "hello")
    let (options, told) = read("{ ca: text.pem }")
    #expect(told == ["error tls: \(authority.folder)/text.pem holds no certificate in PEM"])
    #expect(options != nil)
  }

  @Test func aKeyOfAnotherCertificateIsAnError() throws {
    let (one, other) = (try authority.issue("one", to: 100), try authority.issue("other", to: 100))
    let told = read("{ certificate: \(one.certificate), key: \(other.key) }").told
    #expect(told == ["error tls: the key \(other.key) does not belong to the certificate \(one.certificate)"])
  }

  @Test func aKeyThatOthersCanReadIsAnError() throws {
    let one = try authority.issue("one", to: 100)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: one.key)
    let told = read("{ certificate: \(one.certificate), key: \(one.key) }").told
    #expect(told == ["error tls: the key \(one.key) can be read or changed by others than its owner"])
  }

  @Test(arguments: [
    (-3.0, "warning expired-certificate: this certificate expired on 20"),
    (11.5, "warning ending-certificate: this certificate expires in 11 days, on 20"),
  ])
  func daysAreTold(end: Double, text: String) throws {
    let one = try authority.issue("one", from: -20, to: end)
    let told = read("{ certificate: \(one.certificate), key: \(one.key) }").told
    #expect(told.count == 1 && told[0].hasPrefix(text), "\(told)")
  }

  @Test(arguments: [
    ("{ certificate: ca.pem }", "error missing-key: a certificate goes with its key"),
    ("{ key: ca.key }", "error missing-key: a key goes with its certificate"),
    ("{ minimum_version: '1.1' }", "error unknown-value"), ("{ verify: false }", "error unknown-key"),
    ("{ certificate: ca.pem, key: { uri: 'http://x' } }", "error uri"),
    ("{ ca: { credential: a, file: b } }", "error two-secrets"),
  ])
  func mistakesAreTold(tls: String, text: String) {
    let told = read(tls).told
    #expect(told.count == 1 && told[0].hasPrefix(text), "\(told)")
  }
}
