import CZlib

/// Raw DEFLATE (RFC 1951) by zlib, with its memory kept between calls.
final class Deflater {
  private let stream: UnsafeMutablePointer<z_stream>
  private let isReady: Bool

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // Level 3: 69 µs of CPU for a commit of 100 records against 83 µs at level 6, for 4 % more bytes, most of which pages round away.
    // A window of 16 KiB and 64 KiB of hash tables: a block is at most a few times that, and the default takes twice the memory.
    isReady =
      deflateInit2_(
        stream, 3, Z_DEFLATED, -14, 7, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// The deflated bytes, or `nil` when they would be no shorter (or zlib had no memory): then they are stored as they are.
  func deflate(_ bytes: [UInt8]) -> [UInt8]? {
    guard isReady, bytes.count > 1, deflateReset(stream) == Z_OK else { return nil }
    var isDone = false
    let out = [UInt8](unsafeUninitializedCapacity: bytes.count - 1) { buffer, count in
      bytes.withUnsafeBufferPointer { input in
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = buffer.baseAddress
        stream.pointee.avail_out = UInt32(buffer.count)
        isDone = CZlib.deflate(stream, Z_FINISH) == Z_STREAM_END
        count = buffer.count - Int(stream.pointee.avail_out)
      }
    }
    return isDone ? out : nil
  }
}

/// The way back.
final class Inflater {
  private let stream: UnsafeMutablePointer<z_stream>
  private let isReady: Bool

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    isReady = inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Exactly `count` bytes, or `nil` when `bytes` don't inflate to just that.
  func inflate(_ bytes: [UInt8], count expected: Int) -> [UInt8]? {
    guard isReady, inflateReset(stream) == Z_OK else { return nil }
    var isDone = false
    let out = [UInt8](unsafeUninitializedCapacity: expected) { buffer, count in
      bytes.withUnsafeBufferPointer { input in
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = buffer.baseAddress
        stream.pointee.avail_out = UInt32(buffer.count)
        isDone = CZlib.inflate(stream, Z_FINISH) == Z_STREAM_END && stream.pointee.avail_in == 0
        count = buffer.count - Int(stream.pointee.avail_out)
      }
    }
    return isDone && out.count == expected ? out : nil
  }
}

/// CRC-32 (ISO 3309, as in zlib and PNG).
enum Checksum {
  static func crc32(_ parts: [UInt8]...) -> UInt32 {
    var value: UInt = 0
    for part in parts where !part.isEmpty {
      value = part.withUnsafeBufferPointer { CZlib.crc32(value, $0.baseAddress, UInt32($0.count)) }
    }
    return UInt32(truncatingIfNeeded: value)
  }
}

/// Bytes as they lie on disk: deflated where that is shorter, with the length that they unpack to.
struct PackedBytes: Equatable {
  /// The longest that may unpack: what is longer was never written by this module.
  static let limit = 4 << 20

  var data: [UInt8]
  var rawCount: Int

  init(data: [UInt8], rawCount: Int) {
    self.data = data
    self.rawCount = rawCount
  }

  init(_ raw: [UInt8], by deflater: Deflater) {
    data = deflater.deflate(raw) ?? raw
    rawCount = raw.count
  }

  /// The bytes that were packed; `nil` when they are damaged.
  func unpacked(by inflater: Inflater) -> [UInt8]? {
    if data.count == rawCount { return data }
    guard data.count < rawCount, rawCount <= Self.limit else { return nil }
    return inflater.inflate(data, count: rawCount)
  }
}
