import COpenSSL
import Glibc
import Synchronization

/// The one builder of OpenSSL's `SSL_CTX`: what is trusted, what is shown, and a check of the server's certificate and name that
/// can't be switched off.
///
/// Made anew for each connection, so that renewed files count at once, and so that what its callbacks tell belongs to one connection.
public final class TLSContext: @unchecked Sendable {
  // OpenSSL guards a context between threads; it isn't changed after `init`.
  let pointer: OpaquePointer
  let name: PeerName
  /// By which the server's certificate is judged, seconds since 1970; `nil`: by the system's clock when it comes.
  let now: Int64?
  let handshake = Mutex(Handshake())
  private let minimum: TLSVersion
  /// Tokens' keys belong to a library context of their own, which must outlive them.
  private let token: TokenLibrary?
  /// The client's own certificate.
  public let certificate: CertificateFacts?

  /// Reads all files. Blocks: files, and tokens, which can take seconds.
  /// - Parameters:
  ///   - host: the name or address of the server.
  ///   - pin: the token's, where it wants one.
  ///   - now: by which certificates and revocation lists are judged, seconds since 1970; `nil`: by the system's clock.
  public init(
    _ settings: TLSSettings, host: String, pin: String? = nil, now: Int64? = nil
  ) throws(TLSFailure) {
    OpenSSLErrors.clear()
    defer { OpenSSLErrors.clear() }
    let credentials = try ClientCredentials(reading: settings, pin: pin)
    token = credentials?.token
    guard let pointer = SSL_CTX_new_ex(token?.pointer, token?.propertyQuery, TLS_client_method()) else {
      throw .library(OpenSSLErrors.take())
    }
    self.pointer = pointer
    self.now = now
    name = PeerName(settings.serverName ?? host)
    minimum = settings.minimumVersion
    certificate = credentials?.certificates.first?.facts
    // Everything is initialised: where one of these throws, `deinit` frees the context.
    try setProtocols(settings)
    try setTrust(settings)
    try credentials?.install(in: pointer)
    listen()
  }

  deinit {
    waypost_SSL_CTX_set_app_data(pointer, nil)
    SSL_CTX_free(pointer)
  }

  /// The `SSL_CTX *`, for libraries that make connections themselves. Valid while this object lives; it keeps a reference of its own.
  public var opaque: UnsafeMutableRawPointer { UnsafeMutableRawPointer(pointer) }

  /// Forgets what earlier connections told. Call it before each, on the thread that connects.
  public func reset() {
    OpenSSLErrors.clear()
    handshake.withLock { $0 = Handshake() }
  }

  /// True once the handshake is over.
  public var isEstablished: Bool { handshake.withLock { $0.isDone } }

  /// Why the connection failed, as far as TLS knows; `nil` where nothing was wrong with TLS.
  public var failure: TLSFailure? {
    let handshake = handshake.withLock { $0 }
    if let failure = handshake.verification { return failure }
    if let alert = handshake.alert {
      return .alert(alert, hasCertificate: certificate != nil, wasAsked: handshake.wasAsked, minimum: minimum)
    }
    if handshake.error != 0 { return .error(handshake.error, duringHandshake: !handshake.isDone, minimum: minimum) }
    return nil
  }

  /// The socket's error beneath the handshake, as in errno(3), where a library that makes the connection swallows it.
  public var socketError: Int32? {
    let number = handshake.withLock { $0.system }
    return number == 0 ? nil : number
  }

  /// What it means that the server hung up before it had said anything, while `failure` is `nil`.
  ///
  /// Under TLS 1.3 a client is through before the server has looked at its certificate, and the alert that tells why it hung up is lost
  /// where something was being written at that moment.
  public var hangUp: TLSFailure? {
    let handshake = handshake.withLock { $0 }
    guard handshake.isDone else { return .hungUp }
    guard handshake.wasAsked else { return nil }
    return certificate == nil
      ? TLSFailure(
        .clientCertificateMissing, "the server asked for a certificate of this box, had none, and hung up",
        remedy: "add `certificate` and `key` to `tls`")
      : TLSFailure(
        .clientCertificateRefused, "the server asked for this box's certificate and hung up on it",
        remedy: "look for the reason in the server's log, and for the certificate's days in `waypost status`")
  }

  /// What an error of a read or write means.
  func failure(error: UInt) -> TLSFailure {
    failure ?? .error(error, duringHandshake: !isEstablished, minimum: minimum)
  }

  private func setProtocols(_ settings: TLSSettings) throws(TLSFailure) {
    let version = settings.minimumVersion == .v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION
    guard waypost_SSL_CTX_set_min_proto_version(pointer, version) == 1 else { throw .library(OpenSSLErrors.take()) }
    SSL_CTX_set_options(pointer, waypost_SSL_OP_NO_RENEGOTIATION() | waypost_SSL_OP_NO_COMPRESSION())
    // What waits to be written may move in memory between two attempts.
    waypost_SSL_CTX_set_mode(pointer, Int(SSL_MODE_ENABLE_PARTIAL_WRITE) | Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
    waypost_SSL_CTX_session_cache_off(pointer)
    guard !settings.protocols.isEmpty else { return }
    var wire: [UInt8] = []
    for name in settings.protocols {
      wire.append(UInt8(clamping: name.utf8.count))
      wire += name.utf8.prefix(255)
    }
    // This one function gives 0 for success.
    guard SSL_CTX_set_alpn_protos(pointer, wire, UInt32(wire.count)) == 0 else {
      throw TLSFailure(.library, "`alpn` is not taken by OpenSSL", remedy: "name protocols of 1 to 255 bytes")
    }
  }

  private func setTrust(_ settings: TLSSettings) throws(TLSFailure) {
    guard let store = SSL_CTX_get_cert_store(pointer), let parameters = SSL_CTX_get0_param(pointer) else {
      throw .library("no certificate store")
    }
    if let authority = settings.authority {
      for certificate in try PEM.certificates(authority.bytes(), from: authority.path()) {
        guard X509_STORE_add_cert(store, certificate.pointer) == 1 else { throw .library(OpenSSLErrors.take()) }
      }
      // What is named here is trusted, be it a root, one in between, or the server's own.
      X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    } else {
      guard SSL_CTX_set_default_verify_paths(pointer) == 1 else { throw .library(OpenSSLErrors.take()) }
    }
    for file in settings.revocationLists {
      let lists = try PEM.revocationLists(file.bytes(), from: file.path())
      defer { for list in lists { X509_CRL_free(list) } }
      for list in lists where X509_STORE_add_crl(store, list) != 1 { throw .library(OpenSSLErrors.take()) }
    }
    if !settings.revocationLists.isEmpty { X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_CRL_CHECK)) }
    if let now { X509_VERIFY_PARAM_set_time(parameters, time_t(now)) }
    X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
    let isSet =
      name.isAddress
      ? X509_VERIFY_PARAM_set1_ip_asc(parameters, name.text)
      : X509_VERIFY_PARAM_set1_host(parameters, name.text, name.text.utf8.count)
    guard isSet == 1, !name.text.isEmpty else {
      throw TLSFailure(
        .library, "“\(name.text)” can't be looked for in a certificate", remedy: "name a host or address")
    }
  }
}
