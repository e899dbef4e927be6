import Foundation

/// A certificate authority of the test's own, run by the `openssl` command in a temporary folder that goes with it.
public final class Authority: Sendable {
  /// A certificate and its key, as files.
  public struct Issued: Sendable {
    public let certificate: String
    public let key: String

    public init(certificate: String, key: String) {
      self.certificate = certificate
      self.key = key
    }
  }

  public struct Failure: Error { public let text: String }

  public let folder: String
  /// The authority's own certificate.
  public var certificate: String { folder + "/ca.pem" }
  public var key: String { folder + "/ca.key" }
  /// What it has revoked; made by `publish()`.
  public var revocationList: String { folder + "/crl.pem" }

  public init(_ name: String = "Waypost Test Authority") throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("waypost-pki-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try "".write(toFile: folder + "/index.txt", atomically: true, encoding: .utf8)
    try "01\n".write(toFile: folder + "/serial", atomically: true, encoding: .utf8)
    try "01\n".write(toFile: folder + "/crlnumber", atomically: true, encoding: .utf8)
    try """
    [ca]
    default_ca = own
    [own]
    dir = \(folder)
    database = $dir/index.txt
    serial = $dir/serial
    crlnumber = $dir/crlnumber
    new_certs_dir = $dir
    certificate = $dir/ca.pem
    private_key = $dir/ca.key
    default_md = sha256
    default_days = 30
    default_crl_days = 30
    policy = any
    unique_subject = no
    copy_extensions = copy
    x509_extensions = leaf
    [any]
    commonName = supplied
    [leaf]
    basicConstraints = CA:false
    subjectKeyIdentifier = hash
    authorityKeyIdentifier = keyid
    [req]
    distinguished_name = dn
    [dn]
    """.write(toFile: folder + "/ca.conf", atomically: true, encoding: .utf8)
    try Self.openssl(
      ["req", "-x509", "-config", folder + "/ca.conf", "-subj", "/CN=\(name)", "-days", "60", "-out", certificate]
        + Self.newKey(key) + [
          "-addext", "basicConstraints=critical,CA:true", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
          "-addext", "subjectKeyIdentifier=hash",
        ])
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Issues a certificate.
  /// - Parameters:
  ///   - names: as in an extension: `DNS:localhost`, `IP:127.0.0.1`.
  ///   - from: days from now, may be negative.
  ///   - to: days from now, may be negative.
  ///   - request: the key's signing request, where the key is not to be made here.
  public func issue(
    _ name: String, names: [String] = ["DNS:localhost", "IP:127.0.0.1"], from: Double = -1, to: Double = 30,
    key: String? = nil, request: String? = nil
  ) throws -> Issued {
    let id = UUID().uuidString
    let issued = Issued(certificate: "\(folder)/\(id).pem", key: key ?? "\(folder)/\(id).key")
    let wanted = request ?? "\(folder)/\(id).csr"
    if request == nil {
      try Self.openssl(
        ["req", "-new", "-config", folder + "/ca.conf", "-subj", "/CN=\(name)", "-out", wanted]
          + Self.newKey(issued.key)
          + (names.isEmpty ? [] : ["-addext", "subjectAltName=" + names.joined(separator: ",")]))
    }
    try Self.openssl([
      "ca", "-batch", "-notext", "-config", folder + "/ca.conf", "-in", wanted, "-out", issued.certificate,
      "-startdate", Self.date(from), "-enddate", Self.date(to),
    ])
    return issued
  }

  /// A certificate that vouches for itself.
  public func selfSigned(_ name: String, names: [String] = ["DNS:localhost", "IP:127.0.0.1"]) throws -> Issued {
    let id = UUID().uuidString
    let issued = Issued(certificate: "\(folder)/\(id).pem", key: "\(folder)/\(id).key")
    try Self.openssl(
      [
        "req", "-x509", "-config", folder + "/ca.conf", "-subj", "/CN=\(name)", "-days", "10", "-out",
        issued.certificate,
      ]
        + Self.newKey(issued.key) + ["-addext", "subjectAltName=" + names.joined(separator: ",")])
    return issued
  }

  public func revoke(_ issued: Issued) throws {
    try Self.openssl(["ca", "-config", folder + "/ca.conf", "-revoke", issued.certificate])
  }

  /// Writes the revocation list anew.
  public func publish() throws {
    try Self.openssl(["ca", "-config", folder + "/ca.conf", "-gencrl", "-out", revocationList])
  }

  /// A file of the folder, for what a test needs beside.
  public func file(_ name: String, _ text: String = "", mode: Int = 0o600) throws -> String {
    let path = "\(folder)/\(name)"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }

  private static func newKey(_ path: String) -> [String] {
    ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path]
  }

  private static func date(_ days: Double) -> String {
    let format = DateFormatter()
    format.dateFormat = "yyyyMMddHHmmss'Z'"
    format.timeZone = TimeZone(identifier: "UTC")
    format.locale = Locale(identifier: "en_US_POSIX")
    return format.string(from: Date().addingTimeInterval(days * 86400))
  }

  @discardableResult
  public static func openssl(_ arguments: [String], environment: [String: String] = [:]) throws -> String {
    try run("openssl", arguments, environment: environment)
  }

  /// Runs a program of the path and gives its output; throws what it said where it fails.
  @discardableResult
  public static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], in folder: String? = nil
  ) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let output = FileManager.default.temporaryDirectory.appendingPathComponent("waypost-run-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: output) }
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.begin()
    process.waitUntilExit()
    let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
    guard process.terminationStatus == 0 else {
      throw Failure(text: "\(program) \(arguments.joined(separator: " ")): \(text)")
    }
    return text
  }
}
