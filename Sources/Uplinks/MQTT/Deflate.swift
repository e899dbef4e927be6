import CZlib

/// Raw DEFLATE (RFC 1951) by zlib.
enum Deflate {
  /// The bytes deflated; `nil` when there is no memory for it, so that they go as they are.
  static func raw(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    // Negative window bits: no header nor trailer (zlib.h, deflateInit2).
    guard
      deflateInit2_(
        &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(bytes.count)))
    var input = bytes
    let code = input.withUnsafeMutableBufferPointer { source in
      [UInt8](unsafeUninitializedCapacity: bound) { target, count in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(bound)
        count = deflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.total_out) : 0
      }
    }
    return code.isEmpty ? nil : code
  }
}
