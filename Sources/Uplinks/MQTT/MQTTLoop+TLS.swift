import CMosquitto
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

  /// What a failure of TLS means for the link; tells the status first.
  func insecure(_ failure: TLSFailure) -> Closure {
    link.sink(.secured(TLSStatus(certificateEnds: tls?.certificate?.notAfter, failure: failure)))
    return failure.isAboutUs ? .notAuthorized(failure.description) : .local(failure.description)
  }
}
