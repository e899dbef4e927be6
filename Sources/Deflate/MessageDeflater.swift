import CZlib

/// Deflates the messages of one WebSocket connection (permessage-deflate, RFC 7692, section 7.2.1). With its context kept, each message
/// refers back into those before it. Used from one thread at a time.
public final class MessageDeflater {
  private let stream: UnsafeMutablePointer<z_stream>
  private let keepsContext: Bool

  /// 64 KiB of hash tables beside the window, which is twice as large as it reaches back.
  private static let memoryLevel: Int32 = 8

  /// - Parameters:
  ///   - windowBits: logarithm of how far back repetition may be looked for, bytes: 9…15. (zlib writes no raw stream with 8.)
  ///   - keepsContext: whether a message may refer to what was in earlier ones.
  /// - Returns: `nil` when zlib takes no such window or has no memory.
  public init?(windowBits: Int, keepsContext: Bool) {
    guard (9...15).contains(windowBits) else { return nil }
    self.keepsContext = keepsContext
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let code = deflateInit2_(
      stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -Int32(windowBits), Self.memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { return nil }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// The payload of a message, without the empty block that ends it on the wire's behalf; `nil` for 4 GiB or more, or when zlib had no
  /// memory. After `nil` the stream is of no use any more.
  public func deflate(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count < Int(UInt32.max) - 1024 else { return nil }
    if !keepsContext, deflateReset(stream) != Z_OK { return nil }
    // The flush writes an empty block of five bytes behind what the bound reckons with, and may have three bits to end before it.
    var room = Int(deflateBound(stream, UInt(bytes.count))) + 16
    var out: [UInt8] = []
    var isWhole = false
    bytes.withUnsafeBufferPointer { input in
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.pointee.avail_in = UInt32(input.count)
      repeat {
        var code = Z_OK
        let part = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
          stream.pointee.next_out = buffer.baseAddress
          stream.pointee.avail_out = UInt32(room)
          code = CZlib.deflate(stream, Z_SYNC_FLUSH)
          count = room - Int(stream.pointee.avail_out)
        }
        guard code == Z_OK || code == Z_BUF_ERROR else { return }
        out = out.isEmpty ? part : out + part
        isWhole = stream.pointee.avail_out > 0
        room = 1024
      } while !isWhole
    }
    guard isWhole else { return nil }
    // A message of nothing right behind another has nothing to flush: one empty block stands for it.
    guard out.count >= 4, out.suffix(4) == [0, 0, 0xFF, 0xFF] else { return [0] }
    out.removeLast(4)
    return out
  }
}
