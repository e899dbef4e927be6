import COpenSSL

/// The client's certificate with its key, read and held together.
final class ClientCredentials {
  let certificates: [Certificate]
  let key: OpaquePointer
  let token: TokenLibrary?

  /// `nil` where no certificate is configured.
  init?(reading settings: TLSSettings, pin: String?) throws(TLSFailure) {
    guard let file = settings.certificate, let source = settings.key else { return nil }
    let path = try file.path()
    let certificates = try PEM.certificates(file.bytes(), from: path)
    let (key, token, place) = try Self.key(source, pin: pin)
    guard X509_check_private_key(certificates[0].pointer, key) == 1 else {
      EVP_PKEY_free(key)
      throw .mismatch(key: place, certificate: path)
    }
    self.certificates = certificates
    self.key = key
    self.token = token
  }

  deinit { EVP_PKEY_free(key) }

  private static func key(
    _ source: KeySource, pin: String?
  ) throws(TLSFailure) -> (OpaquePointer, TokenLibrary?, String) {
    switch source {
    case .uri(let uri):
      let (key, token) = try TokenKey.load(uri, pin: pin)
      return (key, token, TokenKey.shown(uri))
    case .file(let file):
      let path = try file.path()
      var bytes = try file.bytes(isSecret: true)
      defer { bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
      if TokenKey.isTPMFile(bytes) {
        let (key, token) = try TokenKey.loadTPMFile(path, pin: pin)
        return (key, token, path)
      }
      return (try PEM.key(bytes, from: path), nil, path)
    }
  }

  func install(in context: OpaquePointer) throws(TLSFailure) {
    guard SSL_CTX_use_certificate(context, certificates[0].pointer) == 1, SSL_CTX_use_PrivateKey(context, key) == 1
    else {
      let reason = OpenSSLErrors.take()
      throw TLSFailure(
        .weak, "OpenSSL does not take this box's certificate and key: \(reason)",
        remedy: "have it issued with RSA of 2048 bits or more, or P-256, and SHA-256")
    }
    for certificate in certificates.dropFirst() {
      guard waypost_SSL_CTX_add1_chain_cert(context, certificate.pointer) == 1 else {
        throw .library(OpenSSLErrors.take())
      }
    }
  }
}

extension TLSFailure {
  static func mismatch(key: String, certificate: String) -> TLSFailure {
    TLSFailure(
      .mismatch, "the key \(key) does not belong to the certificate \(certificate)",
      remedy:
        "name the key that the certificate was requested with; the box's own certificate must be the first in its file",
      place: key)
  }
}
