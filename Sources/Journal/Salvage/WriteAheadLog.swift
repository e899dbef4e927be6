// SQLite's write-ahead log (fileformat2.html, 4): a header with two salts, then frames, each a header and a page. A frame's checksum goes
// on from that of the frame before, so that for SQLite the log ends at the first frame that doesn't fit, silently, whatever stands behind
// it. Frames with other salts are of the time before the log was last begun anew, and were written back by then.

/// What there is in a log, and whether SQLite would lose a part of it.
struct WriteAheadLog {
  struct Frame {
    /// 0 where the frame's header can't be right.
    var page: UInt32
    /// The last one of a transaction.
    var isCommit: Bool
    /// Its checksum fits to the frame before.
    var isSound: Bool
  }

  enum Verdict: Equatable {
    /// All of it is sound, but for a transaction at its end that was never finished.
    case whole
    /// What is broken was never committed, as far as anybody can tell, or is in the database already: as a power cut leaves it.
    case torn
    /// Something that was committed is broken.
    case damaged(String)
  }

  /// Of the present salts, in their order; the number of each is its place in the file.
  private(set) var frames: [Frame] = []
  /// Frames from this one on are of no finished transaction.
  var end = 0
  var verdict = Verdict.whole

  static let headerSize = 32
  static let frameSize = 24 + Int(Schema.pageSize)
  private static let littleEndian: UInt32 = 0x377f_0682

  static func place(of frame: Int) -> Int { headerSize + frame * frameSize + 24 }

  /// - Parameter database: What the log is of. Where the log's header is broken, it tells whether anything of the log is missing there.
  init(_ source: some ByteSource, of database: @autoclosure () -> any ByteSource) {
    let count = max(0, source.count - Self.headerSize) / Self.frameSize
    guard count > 0, let header = source.bytes(at: 0, count: Self.headerSize) else { return }
    let isBigEndian = header.number32(at: 0) == Self.littleEndian + 1
    let isHeaderSound =
      (header.number32(at: 0) ?? 0) & ~1 == Self.littleEndian && header.number32(at: 8) == UInt32(Schema.pageSize)
      && LogSum(header[0..<24], isBigEndian).isWritten(in: header, at: 24)
    var salts: [UInt8]? = isHeaderSound ? Array(header[16..<24]) : nil
    // Both ways to go on from the frame before: by what it says its sum is, and by what that is.
    var stored = LogSum(in: header, at: 24)
    var computed = stored
    var last = -1
    for index in 0..<count {
      guard let frame = source.bytes(at: Self.headerSize + index * Self.frameSize, count: Self.frameSize) else {
        frames.append(Frame(page: 0, isCommit: false, isSound: false))
        continue
      }
      let head = Array(frame[0..<24])
      // Without a header the first frame that has any tells the salts.
      if salts == nil, head[8..<16].contains(where: { $0 != 0 }) { salts = Array(head[8..<16]) }
      let isCurrent = salts.map { head[8..<16].elementsEqual($0) } ?? false
      let written = LogSum(in: head, at: 16)
      let fromStored = stored.adding(head[0..<8], isBigEndian).adding(frame[24...], isBigEndian)
      let fromComputed =
        computed == stored ? fromStored : computed.adding(head[0..<8], isBigEndian).adding(frame[24...], isBigEndian)
      let isSound = isCurrent && (fromStored == written || fromComputed == written)
      if isCurrent { last = index }
      frames.append(
        Frame(page: head.number32(at: 0) ?? 0, isCommit: (head.number32(at: 4) ?? 0) != 0, isSound: isSound))
      (stored, computed) = (written, fromComputed == written ? fromComputed : fromStored)
    }
    frames.removeLast(count - 1 - last)
    if isHeaderSound { judge() } else { judgeWithoutHeader(source, database()) }
  }
}

/// The checksum of a log: Fibonacci-weighted, in words of the byte order that the header names.
struct LogSum: Equatable {
  var first: UInt32 = 0
  var second: UInt32 = 0

  init(_ bytes: ArraySlice<UInt8>, _ isBigEndian: Bool) { self = Self().adding(bytes, isBigEndian) }
  private init() {}

  /// As written in a header, which is big-endian always.
  init(in bytes: [UInt8], at offset: Int) {
    first = bytes.number32(at: offset) ?? 0
    second = bytes.number32(at: offset + 4) ?? 0
  }

  func isWritten(in bytes: [UInt8], at offset: Int) -> Bool { self == LogSum(in: bytes, at: offset) }

  func adding(_ bytes: ArraySlice<UInt8>, _ isBigEndian: Bool) -> LogSum {
    var sum = self
    bytes.withUnsafeBytes { buffer in
      for offset in stride(from: 0, to: buffer.count - 7, by: 8) {
        let a = buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        let b = buffer.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
        sum.first &+= (isBigEndian ? UInt32(bigEndian: a) : UInt32(littleEndian: a)) &+ sum.second
        sum.second &+= (isBigEndian ? UInt32(bigEndian: b) : UInt32(littleEndian: b)) &+ sum.first
      }
    }
    return sum
  }
}
