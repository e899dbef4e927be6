import Deflate

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
    data = deflater.deflate(raw, limit: raw.count - 1) ?? raw
    rawCount = raw.count
  }

  /// The bytes that were packed; `nil` when they are damaged.
  func unpacked(by inflater: Inflater) -> [UInt8]? {
    if data.count == rawCount { return data }
    guard data.count < rawCount, rawCount <= Self.limit else { return nil }
    guard let raw = inflater.inflate(data, limit: rawCount), raw.count == rawCount else { return nil }
    return raw
  }
}
