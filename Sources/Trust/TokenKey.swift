import COpenSSL
import Glibc

/// Private keys that never leave a token: a TPM by tpm2-openssl's provider, PKCS#11 by a provider, or by libp11's engine where there is
/// none (Debian 12).
enum TokenKey {
  /// Answers the question for the PIN, and remembers that it was asked.
  private struct Answer {
    var pin: UnsafePointer<CChar>?
    var count = 0
    var wasAsked = false
  }

  /// - Returns: the key, which the caller frees, and what must outlive it.
  static func load(_ uri: String, pin: String?) throws(TLSFailure) -> (OpaquePointer, TokenLibrary?) {
    switch scheme(uri) {
    case "pkcs11": return try pkcs11(uri, pin: pin)
    case "handle", "object": return try tpm(uri, shown: uri, pin: pin)
    default:
      throw TLSFailure(
        .noToken, "`\(shown(uri))` is no kind of key that is known here",
        remedy: "write a file's path, `pkcs11:…`, or `handle:0x81000001` for a key in a TPM", place: shown(uri))
    }
  }

  static func isTPMFile(_ bytes: [UInt8]) -> Bool {
    let mark = Array("-----BEGIN TSS2 PRIVATE KEY-----".utf8)
    return bytes.prefix(4096).firstRange(of: mark) != nil
  }

  static func loadTPMFile(_ path: String, pin: String?) throws(TLSFailure) -> (OpaquePointer, TokenLibrary?) {
    try tpm("file:" + path, shown: path, pin: pin)
  }

  /// The URI without what may be a secret in it (RFC 7512, section 2.4).
  static func shown(_ uri: String) -> String {
    let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return uri }
    let attributes = parts[1].split(separator: "&").filter { !$0.hasPrefix("pin-value") }
    return attributes.isEmpty ? String(parts[0]) : "\(parts[0])?\(attributes.joined(separator: "&"))"
  }

  static func scheme(_ uri: String) -> String { uri.prefix { $0 != ":" }.lowercased() }

  private static func tpm(
    _ uri: String, shown: String, pin: String?
  ) throws(TLSFailure) -> (OpaquePointer, TokenLibrary?) {
    guard let library = TokenLibrary.with(.tpm2) else {
      let reason = OpenSSLErrors.take()
      throw TLSFailure(
        .noToken, "the TPM can't be had for the key \(shown) (\(reason))",
        remedy: "install the package tpm2-openssl, and let the service's user use /dev/tpmrm0 (group tss)", place: shown
      )
    }
    return (try stored(uri, shown: shown, pin: pin, in: library), library)
  }

  private static func pkcs11(_ uri: String, pin: String?) throws(TLSFailure) -> (OpaquePointer, TokenLibrary?) {
    let shown = shown(uri)
    if let library = TokenLibrary.with(.pkcs11) {
      return (try stored(uri, shown: shown, pin: pin, in: library), library)
    }
    OpenSSLErrors.clear()
    let (found, key, wasAsked): (Int32, OpaquePointer?, Bool) = asking(pin) { method, data in
      var key: OpaquePointer?
      let found = waypost_ENGINE_pkcs11_key(uri, method, data, &key)
      return (found, key)
    }
    if found < 0 {
      throw TLSFailure(
        .noToken, "OpenSSL has nothing that drives PKCS#11 for the key \(shown)",
        remedy: "install the package pkcs11-provider (Debian 13) or libengine-pkcs11-openssl (Debian 12)", place: shown)
    }
    guard let key else { throw noKey(shown, pin: pin, wasAsked: wasAsked) }
    return (key, nil)
  }

  /// By OSSL_STORE(7).
  private static func stored(
    _ uri: String, shown: String, pin: String?, in library: TokenLibrary
  ) throws(TLSFailure) -> OpaquePointer {
    OpenSSLErrors.clear()
    let (_, key, wasAsked): (Int32, OpaquePointer?, Bool) = asking(pin) { method, data in
      guard
        let store = OSSL_STORE_open_ex(uri, library.pointer, library.keyQuery, method, data, nil, nil, nil)
      else { return (0, nil) }
      defer { OSSL_STORE_close(store) }
      OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY)
      while OSSL_STORE_eof(store) == 0 {
        guard let info = OSSL_STORE_load(store) else {
          if OSSL_STORE_error(store) == 1 { break }
          continue
        }
        defer { OSSL_STORE_INFO_free(info) }
        if let key = OSSL_STORE_INFO_get1_PKEY(info) { return (1, key) }
      }
      return (0, nil)
    }
    guard let key else { throw noKey(shown, pin: pin, wasAsked: wasAsked) }
    return key
  }

  private static func noKey(_ shown: String, pin: String?, wasAsked: Bool) -> TLSFailure {
    let reason = OpenSSLErrors.take()
    if wasAsked, pin == nil {
      return TLSFailure(
        .noKey, "the token asks for a PIN for the key \(shown)",
        remedy: "write `key: { uri: …, pin: { credential: NAME } }`",
        place: shown)
    }
    return TLSFailure(
      .noKey, "the token does not give the key \(shown) (\(reason))",
      remedy: wasAsked
        ? "check the PIN, and the URI with `p11tool --list-all` or `tpm2_getcap handles-persistent`"
        : "check the URI with `p11tool --list-all` or `tpm2_getcap handles-persistent`",
      place: shown)
  }

  /// Runs `body` with a method that answers questions with the PIN, or not at all: the console is never asked.
  private static func asking(
    _ pin: String?, _ body: (OpaquePointer?, UnsafeMutableRawPointer) -> (Int32, OpaquePointer?)
  ) -> (Int32, OpaquePointer?, Bool) {
    let method = UI_UTIL_wrap_read_pem_callback(
      { buffer, size, _, data in
        guard let data, let buffer else { return -1 }
        let answer = data.assumingMemoryBound(to: Answer.self)
        answer.pointee.wasAsked = true
        guard let pin = answer.pointee.pin, answer.pointee.count <= Int(size) else { return -1 }
        memcpy(buffer, pin, answer.pointee.count)
        return Int32(answer.pointee.count)
      }, 0)
    defer { UI_destroy_method(method) }
    func run(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> (Int32, OpaquePointer?, Bool) {
      var answer = Answer(pin: bytes, count: count)
      let (found, key) = withUnsafeMutablePointer(to: &answer) { body(method, UnsafeMutableRawPointer($0)) }
      return (found, key, answer.wasAsked)
    }
    guard let pin else { return run(nil, 0) }
    return pin.withCString { run($0, strlen($0)) }
  }
}
