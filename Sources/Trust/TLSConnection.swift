import COpenSSL

/// What a connection turned out to be, once the handshake is over.
public struct TLSConnection: Sendable, Hashable {
  /// `TLSv1.3`.
  public var version: String
  /// `TLS_AES_256_GCM_SHA384`.
  public var cipher: String
  /// What was agreed on by ALPN.
  public var applicationProtocol: String?
  /// The server's certificate.
  public var server: CertificateFacts?

  /// - Parameter connection: an `SSL *` whose handshake is over.
  public init(of connection: UnsafeMutableRawPointer) { self.init(OpaquePointer(connection)) }

  /// True when what was received and decrypted has not been read yet.
  /// - Parameter connection: an `SSL *`.
  public static func hasPending(_ connection: UnsafeMutableRawPointer) -> Bool {
    SSL_pending(OpaquePointer(connection)) > 0
  }

  init(_ connection: OpaquePointer) {
    version = SSL_get_version(connection).map { String(cString: $0) } ?? "?"
    cipher = SSL_CIPHER_get_name(SSL_get_current_cipher(connection)).map { String(cString: $0) } ?? "?"
    var bytes: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    SSL_get0_alpn_selected(connection, &bytes, &count)
    if let bytes, count > 0 {
      applicationProtocol = String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    }
    if let certificate = waypost_SSL_get1_peer_certificate(connection) {
      server = CertificateFacts(borrowing: certificate)
      X509_free(certificate)
    }
  }
}
