import COpenSSL

/// Certificates, keys and lists in PEM (RFC 7468), read by OpenSSL.
enum PEM {
  /// Every certificate in the file, at least one; a file of authorities has hundreds.
  static func certificates(_ bytes: [UInt8], from path: String) throws(TLSFailure) -> [Certificate] {
    OpenSSLErrors.clear()
    defer { OpenSSLErrors.clear() }
    let bio = try reader(bytes)
    defer { BIO_free(bio) }
    var found: [Certificate] = []
    while let certificate = PEM_read_bio_X509(bio, nil, refusingPassword, nil) {
      found.append(Certificate(taking: certificate))
    }
    // The end shows as an error: no more begin lines. Any other is a damaged block.
    let error = OpenSSLErrors.first
    guard isEnd(error) else {
      throw TLSFailure(
        .malformed, "\(path) holds a damaged certificate (\(OpenSSLErrors.words(error)))",
        remedy: "look at it with `openssl x509 -in \(path) -text`", place: path)
    }
    guard !found.isEmpty else {
      throw TLSFailure(
        .malformed, "\(path) holds no certificate in PEM",
        remedy: "it must have a block `-----BEGIN CERTIFICATE-----`; DER becomes PEM by `openssl x509 -inform der`",
        place: path)
    }
    return found
  }

  /// The private key in the file. The caller frees it.
  static func key(_ bytes: [UInt8], from path: String) throws(TLSFailure) -> OpaquePointer {
    OpenSSLErrors.clear()
    defer { OpenSSLErrors.clear() }
    let bio = try reader(bytes)
    defer { BIO_free(bio) }
    var wasAsked = false
    let key = withUnsafeMutablePointer(to: &wasAsked) { PEM_read_bio_PrivateKey(bio, nil, refusingPassword, $0) }
    if let key { return key }
    if wasAsked {
      throw TLSFailure(
        .encrypted, "the key \(path) is protected by a password, which nobody can type here",
        remedy: "take it off with `openssl pkey -in \(path) -out NEW`, mode 600; a TPM or token protects better",
        place: path)
    }
    throw TLSFailure(
      .malformed, "\(path) holds no private key in PEM that OpenSSL can read",
      remedy: "it must have a block `-----BEGIN PRIVATE KEY-----`", place: path)
  }

  /// Every revocation list in the file, at least one; the caller frees them. DER is taken too, since authorities publish it so.
  static func revocationLists(_ bytes: [UInt8], from path: String) throws(TLSFailure) -> [OpaquePointer] {
    OpenSSLErrors.clear()
    defer { OpenSSLErrors.clear() }
    let bio = try reader(bytes)
    defer { BIO_free(bio) }
    var found: [OpaquePointer] = []
    if bytes.first == 0x30 {
      if let list = d2i_X509_CRL_bio(bio, nil) { found.append(list) }
    } else {
      while let list = PEM_read_bio_X509_CRL(bio, nil, refusingPassword, nil) { found.append(list) }
    }
    let error = OpenSSLErrors.first
    guard !found.isEmpty, error == 0 || isEnd(error) else {
      for list in found { X509_CRL_free(list) }
      throw TLSFailure(
        .malformed, "\(path) holds no certificate revocation list that OpenSSL can read",
        remedy: "it must have a block `-----BEGIN X509 CRL-----`, or be a list in DER", place: path)
    }
    return found
  }

  private static func isEnd(_ error: UInt) -> Bool {
    waypost_ERR_GET_LIB(error) == ERR_LIB_PEM && waypost_ERR_GET_REASON(error) == PEM_R_NO_START_LINE
  }

  /// A bio over a copy that OpenSSL holds.
  private static func reader(_ bytes: [UInt8]) throws(TLSFailure) -> OpaquePointer {
    guard let bio = BIO_new(BIO_s_secmem()) else { throw .library("no memory") }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { BIO_write(bio, $0.baseAddress, Int32(min($0.count, 1 << 20))) }
      guard count > 0 else {
        BIO_free(bio)
        throw .library(OpenSSLErrors.take())
      }
      rest = rest.dropFirst(Int(count))
    }
    return bio
  }
}

/// Instead of OpenSSL's own, which would ask at the console: says that a password was asked for, and gives none.
let refusingPassword: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = {
  _, _, _, data in
  data?.assumingMemoryBound(to: Bool.self).pointee = true
  return -1
}

extension TLSFailure {
  static func library(_ text: String) -> TLSFailure {
    TLSFailure(
      .library, "OpenSSL failed: \(text)", remedy: "report this, with the version that `openssl version` tells")
  }
}
