import CZlib

/// Undoes raw DEFLATE (RFC 1951). Never traps on damaged bytes, nor gives more than it was allowed. Its memory is kept between calls;
/// used from one thread at a time.
public final class Inflater {
  private let stream: UnsafeMutablePointer<z_stream>
  private let isReady: Bool

  public init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // The widest window reads what was written with any.
    isReady = inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// What `bytes` hold, all of them, or `nil` when they are damaged, cut off, followed by more, or hold more than `limit` bytes.
  ///
  /// `limit` bytes of memory are set aside for it.
  public func inflate(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
    let room = 0...Int(UInt32.max)
    guard isReady, room.contains(limit), room.contains(bytes.count), inflateReset(stream) == Z_OK else { return nil }
    var isDone = false
    // One byte at least: zlib refuses to begin without a place to write to.
    let capacity = max(1, limit)
    let out = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      bytes.withUnsafeBufferPointer { input in
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = buffer.baseAddress
        stream.pointee.avail_out = UInt32(capacity)
        isDone = CZlib.inflate(stream, Z_FINISH) == Z_STREAM_END && stream.pointee.avail_in == 0
        count = capacity - Int(stream.pointee.avail_out)
      }
    }
    return isDone && out.count <= limit ? out : nil
  }
}
