import COpenSSL

extension TLSFailure {
  /// What an alert from the server means (RFC 8446, section 6.2; RFC 5246, section 7.2).
  ///
  /// - Parameters:
  ///   - hasCertificate: we have one to show.
  ///   - wasAsked: the server asked for one.
  static func alert(_ number: Int32, hasCertificate: Bool, wasAsked: Bool, minimum: TLSVersion) -> TLSFailure {
    let name = SSL_alert_desc_string_long(number).map { String(cString: $0) } ?? "alert \(number)"
    let said = "the server ended it with “\(name)”"
    switch number {
    case TLS13_AD_CERTIFICATE_REQUIRED where !hasCertificate, SSL3_AD_BAD_CERTIFICATE where !hasCertificate,
      SSL3_AD_NO_CERTIFICATE where !hasCertificate, SSL3_AD_HANDSHAKE_FAILURE where !hasCertificate && wasAsked:
      return TLSFailure(
        .clientCertificateMissing, "the server wants a certificate from this box (\(name))",
        remedy: "add `certificate` and `key` to `tls`")
    case SSL3_AD_HANDSHAKE_FAILURE, TLS1_AD_INSUFFICIENT_SECURITY:
      return TLSFailure(
        .nothingInCommon, "the server and this box have no cipher or signature in common (\(name))",
        remedy: "allow current ciphers on the server, such as ECDHE with AES-GCM")
    case TLS1_AD_PROTOCOL_VERSION:
      return tooOld(minimum, said)
    case SSL3_AD_BAD_CERTIFICATE, SSL3_AD_UNSUPPORTED_CERTIFICATE, SSL3_AD_CERTIFICATE_REVOKED,
      SSL3_AD_CERTIFICATE_EXPIRED, SSL3_AD_CERTIFICATE_UNKNOWN, TLS1_AD_UNKNOWN_CA, TLS1_AD_ACCESS_DENIED,
      TLS1_AD_DECRYPT_ERROR, TLS13_AD_CERTIFICATE_REQUIRED:
      guard hasCertificate else { break }
      return TLSFailure(
        .clientCertificateRefused, "the server does not accept this box's certificate (\(name))",
        remedy: refusal(number))
    case TLS1_AD_NO_APPLICATION_PROTOCOL:
      return TLSFailure(
        .nothingInCommon, "the server takes none of the protocols under `alpn` (\(name))",
        remedy: "ask the server's operator which it takes, or delete `alpn`")
    case TLS1_AD_UNRECOGNIZED_NAME:
      return TLSFailure(
        .wrongHost, "the server does not know the name it was asked for (\(name))",
        remedy: "use the server's own name in `url`, or as `server_name`")
    default: break
    }
    return TLSFailure(.refused, said, remedy: "its log should say why")
  }

  private static func refusal(_ number: Int32) -> String {
    switch number {
    case SSL3_AD_CERTIFICATE_EXPIRED: "renew it, or set the server's clock if that is wrong"
    case SSL3_AD_CERTIFICATE_REVOKED: "have a new one issued"
    case TLS1_AD_UNKNOWN_CA: "have it issued by an authority that the server knows, or make that one known to it"
    default: "look for the reason in the server's log, and for the certificate's days in `waypost status`"
    }
  }

  /// What OpenSSL's own error in a handshake or record means.
  static func error(_ code: UInt, duringHandshake: Bool, minimum: TLSVersion) -> TLSFailure {
    let words = OpenSSLErrors.words(code)
    guard waypost_ERR_GET_LIB(code) == ERR_LIB_SSL else {
      return TLSFailure(
        .library, "OpenSSL failed: \(words)", remedy: "report this, with the version that `openssl version` tells")
    }
    switch waypost_ERR_GET_REASON(code) {
    case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW:
      return tooOld(minimum, words)
    case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_RECORD_LENGTH_MISMATCH,
      SSL_R_RECORD_TOO_SMALL:
      return TLSFailure(
        .notTLS, "what answers does not speak TLS (\(words))",
        remedy: "check the port, and whether TLS is switched on there")
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return duringHandshake ? hungUp : truncated
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
      return TLSFailure(
        .library, "no version of TLS is left between `minimum_version` and what the system allows",
        remedy: "look for MaxProtocol in /etc/ssl/openssl.cnf")
    case SSL_R_DH_KEY_TOO_SMALL, SSL_R_WRONG_SIGNATURE_TYPE, SSL_R_WRONG_CIPHER_RETURNED, SSL_R_UNKNOWN_CIPHER_RETURNED,
      SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
      return TLSFailure(
        .nothingInCommon, "the server and this box have no cipher or signature in common (\(words))",
        remedy: "allow current ciphers on the server, such as ECDHE with AES-GCM")
    default:
      return TLSFailure(
        .protocolError, "the connection broke the rules of TLS: \(words)",
        remedy: duringHandshake
          ? "look at what answers with `openssl s_client -connect HOST:PORT`"
          : "something on the way may change what is sent")
    }
  }

  private static func tooOld(_ minimum: TLSVersion, _ detail: String) -> TLSFailure {
    TLSFailure(
      .protocolTooOld, "the server does not speak TLS \(minimum.rawValue) or newer (\(detail))",
      remedy: "switch TLS 1.2 or 1.3 on at the server; what it speaks is too old to be safe")
  }

  /// The server closed without a word before the handshake was over.
  public static let hungUp = TLSFailure(
    .hungUp, "the server closed the connection in the midst of the TLS handshake",
    remedy: "check the port, and look for the reason in the server's log")

  static let truncated = TLSFailure(
    .truncated, "the connection ended without TLS's own end, so that something may be missing",
    remedy: "nothing, if the server was stopped hard or the link went down; it is tried again")
}
