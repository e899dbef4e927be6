import COpenSSL

/// The client's end of a TLS connection without a socket: bytes from the wire go in, bytes for the wire and what was said come out.
///
/// Everything is said by `Output`; nothing is thrown, since a failure mostly has an alert to send along. It holds at most
/// `earlyLimit` bytes that wait for the handshake; all else leaves it in the call that brought it. Not safe between threads.
///
/// Renegotiation is refused (RFC 5746 has its dangers; TLS 1.3 has none of it), and there is no resumption.
public final class TLSSession {
  /// What a call brought about, in the order: bytes to send, then the news, then the text.
  public struct Output: Sendable {
    /// To be sent, also when the connection has failed: the alert that tells the peer.
    public var ciphertext: [UInt8] = []
    /// The handshake is over, and the server is who it should be.
    public var opened: TLSConnection?
    /// What the server said.
    public var plaintext: [UInt8] = []
    /// The server ended it in good order: nothing more comes, and all has come.
    public var hasEnded = false
    /// The connection is of no use any more. Told once.
    public var failure: TLSFailure?
  }

  /// Whether bytes can be exchanged.
  public enum State: Sendable, Hashable {
    case idle, handshaking, open
    /// Both ends in good order, or given up.
    case closed
    case failed
  }

  public private(set) var state: State = .idle
  /// So many bytes may be written before the handshake is over; beyond, the connection fails.
  public let earlyLimit: Int
  private let context: TLSContext
  private let connection: OpaquePointer
  private let incoming: OpaquePointer
  private let outgoing: OpaquePointer
  private var early: [UInt8] = []
  private var buffer = [UInt8](repeating: 0, count: 16 << 10)
  /// So that OpenSSL's memory holds a few records at most, however much came at once.
  private static let step = 32 << 10

  /// - Parameter context: for this connection alone.
  public init(_ context: TLSContext, earlyLimit: Int = 1 << 20) throws(TLSFailure) {
    context.reset()
    guard let connection = SSL_new(context.pointer) else { throw .library(OpenSSLErrors.take()) }
    guard let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem()) else {
      SSL_free(connection)
      throw .library("no memory")
    }
    self.context = context
    self.connection = connection
    self.incoming = incoming
    self.outgoing = outgoing
    self.earlyLimit = earlyLimit
    // It owns both from here on.
    SSL_set_bio(connection, incoming, outgoing)
    SSL_set_connect_state(connection)
  }

  deinit { SSL_free(connection) }

  /// Begins the handshake.
  public func start() -> Output {
    var output = Output()
    guard state == .idle else { return output }
    state = .handshaking
    handshake(&output)
    return finished(output)
  }

  /// Bytes came from the wire.
  public func receive(_ bytes: UnsafeRawBufferPointer) -> Output {
    var output = Output()
    var rest = bytes[...]
    while !rest.isEmpty, state == .handshaking || state == .open {
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.step))
      let count = BIO_write(incoming, part.baseAddress, Int32(part.count))
      guard count > 0 else {
        fail(.library("no memory"), &output)
        break
      }
      rest = rest.dropFirst(Int(count))
      if state == .handshaking { handshake(&output) }
      if state == .open { read(&output) }
    }
    return finished(output)
  }

  /// The wire has ended.
  public func receiveEnd() -> Output {
    var output = Output()
    switch state {
    case .idle, .handshaking: fail(context.failure ?? .hungUp, &output)
    case .open: fail(context.failure ?? .truncated, &output)
    case .closed, .failed: break
    }
    return finished(output)
  }

  /// Says something; waits for the handshake if need be.
  public func write(_ bytes: UnsafeRawBufferPointer) -> Output {
    var output = Output()
    switch state {
    case .idle, .handshaking:
      guard early.count + bytes.count <= earlyLimit else {
        fail(
          TLSFailure(
            .tooMuch, "more than \(earlyLimit) bytes were to be sent before the TLS handshake was over",
            remedy: "the server may be overloaded; it is tried again"), &output)
        break
      }
      early += bytes
    case .open: encrypt(bytes, &output)
    case .closed, .failed: break
    }
    return finished(output)
  }

  /// Ends it in good order (close_notify); what comes afterwards is dropped.
  public func close() -> Output {
    let output = Output()
    if state == .open {
      OpenSSLErrors.clear()
      SSL_shutdown(connection)
    }
    if state != .failed { state = .closed }
    return finished(output)
  }

  private func handshake(_ output: inout Output) {
    OpenSSLErrors.clear()
    let result = SSL_do_handshake(connection)
    guard result == 1 else {
      switch SSL_get_error(connection, result) {
      case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return
      default: return fail(context.failure(error: OpenSSLErrors.first), &output)
      }
    }
    state = .open
    output.opened = TLSConnection(connection)
    let waiting = early
    early = []
    if !waiting.isEmpty { waiting.withUnsafeBytes { encrypt($0, &output) } }
  }

  private func read(_ output: inout Output) {
    while true {
      OpenSSLErrors.clear()
      let count = SSL_read(connection, &buffer, Int32(buffer.count))
      guard count > 0 else {
        switch SSL_get_error(connection, count) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return
        case SSL_ERROR_ZERO_RETURN:
          output.hasEnded = true
          SSL_shutdown(connection)
          state = .closed
          return
        default: return fail(context.failure(error: OpenSSLErrors.first), &output)
        }
      }
      output.plaintext += buffer[..<Int(count)]
    }
  }

  private func encrypt(_ bytes: UnsafeRawBufferPointer, _ output: inout Output) {
    var rest = bytes[...]
    while !rest.isEmpty {
      OpenSSLErrors.clear()
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.step))
      let count = SSL_write(connection, part.baseAddress, Int32(part.count))
      // Memory takes everything at once: there is nothing to wait for.
      guard count > 0 else { return fail(context.failure(error: OpenSSLErrors.first), &output) }
      rest = rest.dropFirst(Int(count))
      drain(&output)
    }
  }

  private func fail(_ failure: TLSFailure, _ output: inout Output) {
    guard state != .failed else { return }
    state = .failed
    early = []
    output.failure = failure
  }

  private func finished(_ output: Output) -> Output {
    var output = output
    drain(&output)
    OpenSSLErrors.clear()
    return output
  }

  private func drain(_ output: inout Output) {
    while waypost_BIO_pending(outgoing) > 0 {
      let count = BIO_read(outgoing, &buffer, Int32(buffer.count))
      guard count > 0 else { return }
      output.ciphertext += buffer[..<Int(count)]
    }
  }
}
