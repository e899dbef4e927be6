import CZlib

/// Raw DEFLATE (RFC 1951), without header nor trailer, by zlib. Its memory is kept between calls; used from one thread at a time.
public final class Deflater {
  /// How much time and memory goes into being short.
  public struct Effort: Hashable, Sendable {
    let level: Int32
    /// Logarithm of how far back repetition is looked for, bytes.
    let window: Int32
    /// As `memLevel` in zlib.h.
    let memory: Int32

    /// For many small pieces: half the memory, 69 µs of CPU instead of 83 for 100 records, for 4 % more bytes. A window of 16 KiB and
    /// 64 KiB of hash tables.
    public static let quick = Effort(level: 3, window: 14, memory: 7)

    /// The same at another of zlib's levels, 0 to 9.
    public func at(level: Int) -> Effort { Effort(level: Int32(max(0, min(9, level))), window: window, memory: memory) }

    /// zlib's own balance: 256 KiB of memory.
    public static let balanced = Effort(level: Z_DEFAULT_COMPRESSION, window: 15, memory: 8)
  }

  private let stream: UnsafeMutablePointer<z_stream>
  private let isReady: Bool

  public init(_ effort: Effort) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // Negative window bits: raw (zlib.h, deflateInit2).
    isReady =
      deflateInit2_(
        stream, effort.level, Z_DEFLATED, -effort.window, effort.memory, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// The deflated bytes, or `nil` when they would be more than `limit`, when there are 4 GiB or more to deflate, or when zlib had no memory.
  public func deflate(_ bytes: [UInt8], limit: Int = .max) -> [UInt8]? {
    guard isReady, limit > 0, bytes.count <= Int(UInt32.max), deflateReset(stream) == Z_OK else { return nil }
    let capacity = min(limit, Int(deflateBound(stream, UInt(bytes.count))), Int(UInt32.max))
    var isDone = false
    let out = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      bytes.withUnsafeBufferPointer { input in
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = buffer.baseAddress
        stream.pointee.avail_out = UInt32(capacity)
        isDone = CZlib.deflate(stream, Z_FINISH) == Z_STREAM_END
        count = capacity - Int(stream.pointee.avail_out)
      }
    }
    return isDone ? out : nil
  }
}
