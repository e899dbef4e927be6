import COpenSSL
import Glibc

/// A look at what TLS settings name, before anything connects: for `waypost check`.
public struct TLSInspection: Sendable {
  /// Which of the settings a finding is about.
  public enum Part: Sendable, Hashable {
    case authority, certificate, key
    case revocationList(Int)
  }

  /// What can be wrong with one.
  public enum Finding: Sendable, Hashable {
    /// Not there, or not for us to read: it may be so only here and now.
    case absent(TLSFailure)
    /// No connection can be made with it.
    case unusable(TLSFailure)
    /// Days until it ends, 30 or less; negative once it has.
    case ending(days: Int, TLSFailure)
  }

  public private(set) var findings: [(part: Part, finding: Finding)] = []

  /// Reads files; tokens are not touched. Credentials of systemd are looked at where there are any.
  /// - Parameter seconds: now, since 1970.
  public init(_ settings: TLSSettings, at seconds: Int64) {
    if let file = settings.authority {
      look(.authority, file) { bytes, path throws(TLSFailure) in _ = try PEM.certificates(bytes, from: path) }
    }
    for (index, file) in settings.revocationLists.enumerated() {
      look(.revocationList(index), file) { bytes, path throws(TLSFailure) in
        for list in try PEM.revocationLists(bytes, from: path) { X509_CRL_free(list) }
      }
    }
    var own: Certificate?
    var ownPath = ""
    if let file = settings.certificate {
      look(.certificate, file) { bytes, path throws(TLSFailure) in
        own = try PEM.certificates(bytes, from: path).first
        ownPath = path
      }
    }
    if let own { lookAtDays(own.facts, at: seconds) }
    if case .file(let file) = settings.key { lookAtKey(file, of: own, ownPath) }
  }

  private mutating func lookAtDays(_ facts: CertificateFacts, at seconds: Int64) {
    let days = facts.daysLeft(at: seconds)
    guard days <= 30 else { return }
    let text =
      days < 0
      ? "this certificate expired on \(Moment.text(facts.notAfter))"
      : "this certificate expires in \(days) days, on \(Moment.text(facts.notAfter))"
    findings.append(
      (.certificate, .ending(days: days, TLSFailure(.ownCertificateExpired, text, remedy: "have it renewed"))))
  }

  private mutating func lookAtKey(_ file: CredentialFile, of own: Certificate?, _ ownPath: String) {
    look(.key, file, isSecret: true) { bytes, path throws(TLSFailure) in
      // What only its TPM can open is left to the connection.
      if TokenKey.isTPMFile(bytes) { return }
      let key = try PEM.key(bytes, from: path)
      defer { EVP_PKEY_free(key) }
      guard let own, X509_check_private_key(own.pointer, key) != 1 else { return }
      throw .mismatch(key: path, certificate: ownPath)
    }
  }

  private mutating func look(
    _ part: Part, _ file: CredentialFile, isSecret: Bool = false,
    _ body: ([UInt8], String) throws(TLSFailure) -> Void
  ) {
    do throws(TLSFailure) {
      try body(file.bytes(isSecret: isSecret), file.path())
    } catch {
      findings.append((part, error.code == .unreadable ? .absent(error) : .unusable(error)))
    }
  }
}
