import Deflate
public import Model

// The file that `waypost record export` writes and `waypost replay` reads:
//
//   magic  8 bytes: "WPREC" CR LF and the format's version, 1. The line end shows a transfer in text mode.
//   frame  kind (1 byte), count (u32), unpacked length (u32), stored length (u32), CRC-32 (u32), stored bytes.
//          All little-endian. The bytes are raw DEFLATE where the lengths differ. The checksum is over kind, count and unpacked length
//          (as PackedWriter writes them), then the stored bytes.
//   kinds  0 header: gateway, engine id, engine time, number of state rows; 1 state rows; 2 observations; 255 end.
//
// It begins with a header. Another header in between begins a new segment. A file without the end frame is torn: what stands before the
// tear is good, and the reader says where it is.
enum RecordingFile {
  static let magic: [UInt8] = Array("WPREC".utf8) + [13, 10, 1]
  static let frameHeadSize = 17
}

extension RecordingBlock {
  var frame: [UInt8] {
    var out: [UInt8] = [kind.rawValue]
    out.reserveCapacity(RecordingFile.frameHeadSize + packed.data.count)
    for number in [UInt32(clamping: count), UInt32(packed.rawCount), UInt32(packed.data.count), checksum] {
      for shift in stride(from: 0, to: 32, by: 8) { out.append(UInt8(truncatingIfNeeded: number >> UInt32(shift))) }
    }
    return out + packed.data
  }

  /// The stored length that a frame's head gives; `nil` when it can't be one.
  static func storedCount(_ head: [UInt8]) -> Int? {
    guard head.count == RecordingFile.frameHeadSize, Kind(rawValue: head[0]) != nil else { return nil }
    let (raw, stored) = (number(head, 5), number(head, 9))
    guard raw <= PackedBytes.limit, stored <= raw else { return nil }
    return stored
  }

  /// From a frame's head and its stored bytes; `nil` when the checksum doesn't fit.
  init?(frameHead head: [UInt8], data: [UInt8]) {
    guard Self.storedCount(head) == data.count, let kind = Kind(rawValue: head[0]) else { return nil }
    self.init(
      kind: kind, count: Self.number(head, 1), packed: PackedBytes(data: data, rawCount: Self.number(head, 5)))
    guard Int(checksum) == Self.number(head, 13) else { return nil }
  }

  private static func number(_ bytes: [UInt8], _ offset: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }
}

/// Makes the bytes of a recording's file. The caller writes them, in their order.
public struct RecordingWriter {
  private let deflater = Deflater(.quick)
  private var waiting: [Observation] = []
  private var count: UInt64 = 0
  /// Not yet taken.
  private var bytes: [UInt8]

  public init(_ header: RecordingHeader) {
    bytes = RecordingFile.magic
    begin(header)
  }

  /// Begins a new segment.
  public mutating func begin(_ header: RecordingHeader) {
    close()
    for block in RecordingBlock.segment(header, by: deflater) { bytes += block.frame }
  }

  public mutating func append(_ observation: Observation) {
    waiting.append(observation)
    if waiting.count >= 1000 { close() }
  }

  /// What there is to write by now.
  public mutating func takeBytes() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  /// Ends the file. What is still to write is returned.
  public mutating func finish() -> [UInt8] {
    close()
    bytes += RecordingBlock.end(observations: count, by: deflater).frame
    return takeBytes()
  }

  private mutating func close() {
    for block in RecordingBlock.observations(waiting, by: deflater) { bytes += block.frame }
    count += UInt64(waiting.count)
    waiting = []
  }
}
