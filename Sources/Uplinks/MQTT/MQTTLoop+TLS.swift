import CMosquitto
import Glibc
import Trust

/// What the loop must know of TLS beneath.
extension MQTTLoop {
  /// True when text lies ready that the socket doesn't tell of any more: OpenSSL takes a whole record at once, and the library stops
  /// reading early where errno is set by something else in between.
  var isTextWaiting: Bool {
    guard tls != nil, let connection = mosquitto_ssl_get(handle) else { return false }
    return TLSConnection.hasPending(connection)
  }

  var secureConnection: TLSConnection? {
    guard tls != nil, let connection = mosquitto_ssl_get(handle) else { return nil }
    return TLSConnection(of: connection)
  }

  /// Why the library could not even connect, where that is TLS's fault: within one machine the whole handshake may be over by then.
  func handshakeFailure(_ code: Int32, _ number: Int32) -> Closure? {
    guard let tls else { return nil }
    if let failure = tls.failure { return insecure(failure) }
    // Newer libraries call it TLS's fault also where there was no connection to begin with.
    let isOfTLS = code == MOSQ_ERR_TLS.asCode && tls.socketError == nil
    guard isOfTLS || [EPROTO, ECONNRESET, EPIPE].contains(number) else { return nil }
    return tls.hangUp.map(insecure)
  }

  /// Why the handshake won't get on, if so. The library swallows what the socket says beneath it, and would be woken without end.
  func handshakeFailure(_ events: Int16) -> Closure? {
    guard let tls else { return nil }
    if let failure = tls.failure { return insecure(failure) }
    if let number = tls.socketError {
      return handshakeFailure(MOSQ_ERR_ERRNO.asCode, number) ?? MQTTReason.network(number)
    }
    guard !tls.isEstablished, events & (Int16(POLLERR) | Int16(POLLHUP)) != 0 else { return nil }
    return insecure(.hungUp)
  }

  /// What a failure of TLS means for the link; tells the status first.
  func insecure(_ failure: TLSFailure) -> Closure {
    link.sink(.secured(TLSStatus(certificateEnds: tls?.certificate?.notAfter, failure: failure)))
    return failure.isAboutUs ? .notAuthorized(failure.description) : .local(failure.description)
  }
}
