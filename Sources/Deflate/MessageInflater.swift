import CZlib

/// Inflates the messages of one WebSocket connection (permessage-deflate, RFC 7692, section 7.2.2). Never traps on damaged bytes, nor
/// gives or holds more than it was allowed. Used from one thread at a time.
public final class MessageInflater {
  /// Why a message can't be had. The stream is of no use after either.
  public enum Failure: Error, Hashable, Sendable {
    /// It isn't DEFLATE, or refers to what never was.
    case damaged
    /// It holds more than was allowed.
    case tooLarge
  }

  private static let step = 16 << 10

  private let stream: UnsafeMutablePointer<z_stream>
  private let isReady: Bool
  private let keepsContext: Bool

  /// - Parameter keepsContext: whether messages may refer to what was in earlier ones.
  public init(keepsContext: Bool) {
    self.keepsContext = keepsContext
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // The widest window reads what was written with any.
    isReady = inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// What the message holds; memory is taken as it grows, up to `limit` bytes.
  public func inflate(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
    guard isReady, bytes.count < Int(UInt32.max) - 4 else { throw .damaged }
    if !keepsContext, inflateReset(stream) != Z_OK { throw .damaged }
    var out: [UInt8] = []
    // The end of a message's last block, which stays off the wire.
    for part in [bytes, [0, 0, 0xFF, 0xFF]] { try inflate(part, into: &out, limit: limit) }
    return out
  }

  private func inflate(_ bytes: [UInt8], into out: inout [UInt8], limit: Int) throws(Failure) {
    var failure: Failure?
    bytes.withUnsafeBufferPointer { input in
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.pointee.avail_in = UInt32(input.count)
      while failure == nil {
        var code = Z_OK
        let part = [UInt8](unsafeUninitializedCapacity: Self.step) { buffer, count in
          stream.pointee.next_out = buffer.baseAddress
          stream.pointee.avail_out = UInt32(Self.step)
          code = CZlib.inflate(stream, Z_SYNC_FLUSH)
          count = Self.step - Int(stream.pointee.avail_out)
        }
        guard out.count + part.count <= limit else {
          failure = .tooLarge
          break
        }
        out += part
        switch code {
        case Z_OK where stream.pointee.avail_out == 0: continue
        case Z_OK, Z_BUF_ERROR:
          if stream.pointee.avail_in > 0 { failure = .damaged }
          return
        case Z_STREAM_END:
          // A writer may end the stream with a message (section 7.2.3.5); the next one begins anew.
          if inflateReset(stream) != Z_OK { failure = .damaged }
          if stream.pointee.avail_in == 0 { return }
        default: failure = .damaged
        }
      }
    }
    if let failure { throw failure }
  }
}
