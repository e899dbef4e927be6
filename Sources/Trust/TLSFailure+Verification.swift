import COpenSSL

extension TLSFailure {
  /// Why OpenSSL doesn't accept a certificate.
  /// - Parameters:
  ///   - error: `X509_V_ERR_…` (X509_STORE_CTX_get_error(3)).
  ///   - certificate: the one at fault.
  ///   - leaf: the server's own.
  ///   - host: the name or address that it should be for.
  static func verification(
    error: Int32, certificate: CertificateFacts?, leaf: CertificateFacts?, host: String, now: Int64
  ) -> TLSFailure {
    let who = certificate == leaf ? "the server's certificate" : "the certificate of “\(certificate?.subject ?? "?")”"
    let clock = "this box's clock says \(Moment.text(now))"
    switch error {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return TLSFailure(
        .expired, "\(who) expired on \(Moment.text(certificate?.notAfter ?? 0)), and \(clock)",
        remedy: "renew it on the server, or set the clock if it is wrong")
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return TLSFailure(
        .notYetValid, "\(who) is not yet valid: it begins on \(Moment.text(certificate?.notBefore ?? 0)), and \(clock)",
        remedy: "the clock is probably wrong: wait until it is set by NTP or GPS, or set it")
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return TLSFailure(
        .selfSigned, "the server's certificate is self-signed (“\(leaf?.subject ?? "?")”)",
        remedy: "if it is the right one, name a copy of it as `ca`; better, have it signed by an authority")
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return TLSFailure(
        .unknownIssuer,
        "the server's certificate comes from an authority that is not trusted here, “\(certificate?.subject ?? "?")”",
        remedy: "name that authority's certificate as `ca`, if it is the right one")
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
      X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_UNTRUSTED, X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return TLSFailure(
        .unknownIssuer, "\(who) was issued by “\(certificate?.issuer ?? "?")”, which is not trusted here",
        remedy: "name that authority's certificate as `ca`; if it is one in between, the server must send it along")
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
      let names = leaf?.names ?? []
      let has = names.isEmpty ? "it names none" : "it is for \(names.joined(separator: ", "))"
      return TLSFailure(
        .wrongHost, "the server's certificate is not for “\(host)”: \(has)",
        remedy: "use one of its names in `url`, or as `server_name`, or have a certificate issued for this one")
    case X509_V_ERR_CERT_REVOKED:
      return TLSFailure(
        .revoked, "\(who) (“\(certificate?.subject ?? "?")”) has been revoked by its authority",
        remedy: "give the server a new certificate; this one may be in the wrong hands")
    case X509_V_ERR_UNABLE_TO_GET_CRL, X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, X509_V_ERR_DIFFERENT_CRL_SCOPE:
      return TLSFailure(
        .noRevocationList, "none of the files under `crl` is from “\(certificate?.issuer ?? "?")”",
        remedy: "add the revocation list of that authority, or delete `crl`")
    case X509_V_ERR_CRL_HAS_EXPIRED, X509_V_ERR_CRL_NOT_YET_VALID:
      return TLSFailure(
        .revocationListExpired,
        "the revocation list of “\(certificate?.issuer ?? "?")” is \(error == X509_V_ERR_CRL_HAS_EXPIRED ? "out of date" : "not yet valid"), and \(clock)",
        remedy: "fetch a new list, or set the clock if it is wrong")
    case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL, X509_V_ERR_CA_MD_TOO_WEAK:
      return TLSFailure(
        .weak, "\(who) has a key or signature that is too weak (\(words(error)))",
        remedy: "have it issued with RSA of 2048 bits or more, or P-256, and SHA-256")
    case X509_V_ERR_INVALID_PURPOSE:
      return TLSFailure(
        .wrongPurpose, "\(who) is not meant for this use (\(words(error)))",
        remedy: "have a server's certificate issued, with the extended key usage serverAuth")
    default:
      return TLSFailure(
        .badCertificate, "\(who) was not accepted: \(words(error))",
        remedy: "look at it with `openssl s_client -connect \(host):PORT -showcerts`")
    }
  }

  private static func words(_ error: Int32) -> String { String(cString: X509_verify_cert_error_string(Int(error))) }
}
