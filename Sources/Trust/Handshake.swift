import COpenSSL
import Glibc
import Synchronization

/// What OpenSSL's callbacks tell of one connection's handshake: who is at the other end, and what went wrong first.
struct Handshake: Sendable {
  /// Why the server's certificate wasn't accepted.
  var verification: TLSFailure?
  /// The first fatal alert that the server sent.
  var alert: Int32?
  /// OpenSSL's first error when the handshake failed.
  var error: UInt = 0
  /// The socket's, as in errno(3), when it failed beneath the handshake.
  var system: Int32 = 0
  /// The server has asked for a certificate.
  var wasAsked = false
  /// The handshake is over.
  var isDone = false
}

extension TLSContext {
  /// Makes OpenSSL tell this object. It has to outlive the connections, as the context does that they hold.
  func listen() {
    waypost_SSL_CTX_set_app_data(pointer, Unmanaged.passUnretained(self).toOpaque())
    SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER) { accepted, store in
      guard accepted != 1, let store else { return accepted }
      let connection = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx())
      TLSContext.of(connection.map { OpaquePointer($0) })?.refused(store)
      return 0
    }
    SSL_CTX_set_info_callback(pointer) { connection, what, value in
      let number = errno
      guard let connection, let context = TLSContext.of(connection) else { return }
      context.happened(what, value, number, on: connection)
    }
    // Called when a certificate of ours is asked for; says nothing about it.
    SSL_CTX_set_cert_cb(
      pointer,
      { connection, _ in
        TLSContext.of(connection)?.handshake.withLock { $0.wasAsked = true }
        return 1
      }, nil)
  }

  private static func of(_ connection: OpaquePointer?) -> TLSContext? {
    guard let connection, let context = SSL_get_SSL_CTX(connection), let data = waypost_SSL_CTX_get_app_data(context)
    else { return nil }
    return Unmanaged<TLSContext>.fromOpaque(data).takeUnretainedValue()
  }

  private func refused(_ store: OpaquePointer) {
    let failure = TLSFailure.verification(
      error: X509_STORE_CTX_get_error(store),
      certificate: X509_STORE_CTX_get_current_cert(store).map { CertificateFacts(borrowing: $0) },
      leaf: X509_STORE_CTX_get0_cert(store).map { CertificateFacts(borrowing: $0) },
      host: name.text, now: now ?? Moment.now)
    handshake.withLock { if $0.verification == nil { $0.verification = failure } }
  }

  private func happened(_ what: Int32, _ value: Int32, _ number: Int32, on connection: OpaquePointer) {
    switch what {
    case SSL_CB_HANDSHAKE_START:
      // Before the ClientHello is written: the last moment to say which server is meant, and the only one where a library makes the
      // connection and knows nothing but an address. An address is never said (RFC 6066, section 3).
      waypost_SSL_set_tlsext_host_name(connection, name.forSNI)
    case SSL_CB_HANDSHAKE_DONE:
      handshake.withLock { $0.isDone = true }
    case SSL_CB_READ_ALERT:
      let (level, number) = (value >> 8, value & 0xFF)
      guard level == SSL3_AL_FATAL else { return }
      handshake.withLock { if $0.alert == nil { $0.alert = number } }
    case SSL_CB_CONNECT_EXIT where value <= 0:
      let first = OpenSSLErrors.first
      let isSocket = first == 0 && Self.hasSocketFailed(connection)
      handshake.withLock {
        if $0.error == 0 { $0.error = first }
        if isSocket, $0.system == 0 { $0.system = number }
      }
    default: break
    }
  }

  /// True when what is waited for won't come: the socket has an error, not just nothing to give.
  private static func hasSocketFailed(_ connection: OpaquePointer) -> Bool {
    let bio: OpaquePointer?
    switch SSL_want(connection) {
    case SSL_READING: bio = SSL_get_rbio(connection)
    case SSL_WRITING: bio = SSL_get_wbio(connection)
    default: return false
    }
    return bio.map { waypost_BIO_should_retry($0) == 0 } ?? false
  }
}
