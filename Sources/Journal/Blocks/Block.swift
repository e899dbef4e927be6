import Deflate
import Model

/// One row of the table `blocks`: the records of one commit, or a part of them.
struct Block {
  /// What is known of a block without unpacking it.
  struct Header: Hashable {
    /// The numbers that it covers. There may be holes, where records were given up.
    var first: UInt64
    var last: UInt64
    /// Ordinal in `runs`: which journal id its numbers belong to.
    var run: Int64
    /// Ordinal in `boots`.
    var boot: Int64
    /// When it was committed.
    var time: EngineTime
    /// Its records per lane.
    var counts: LaneCounts
    /// All records per lane before it, since the journal was made, so that a depth is a subtraction.
    var before: LaneCounts

    var range: ClosedRange<UInt64> { first...max(first, last) }

    /// Without records: in the place of what was deleted, or thinned to nothing.
    var isEmpty: Bool { counts.total == 0 }

    /// Whether everything of these lanes that there was before the next block was there before this one, or is counted in it. Where not, some
    /// of it was deleted since, or what this one counts is damaged: its checksum knows.
    ///
    /// - Parameter next: As `before` of the next block; behind the last one the sums of all.
    func accounts(for lanes: LaneSet, upTo next: LaneCounts) -> Bool {
      Lane.allCases.allSatisfy { !lanes.contains(LaneSet($0)) || before[$0] &+ counts[$0] == next[$0] }
    }
  }

  var header: Header
  var packed: PackedBytes

  /// Over everything that decides what the records mean, so that no flipped bit passes for data.
  var checksum: UInt32 {
    var head = PackedWriter()
    for number in [header.first, header.last] { head.write(number) }
    for number in [header.run, header.boot, header.time.nanoseconds, Int64(packed.rawCount)] { head.write(number) }
    for lane in Lane.allCases {
      head.write(header.counts[lane])
      head.write(header.before[lane])
    }
    return Checksum.crc32(head.bytes, packed.data)
  }

  /// - Parameter empty: Counts no records.
  init(empty: Header, by deflater: Deflater) {
    self.init(
      header: empty,
      packed: PackedBytes(RecordPacker(first: empty.first, time: empty.time).bytes, by: deflater))
  }

  init(header: Header, packed: PackedBytes) {
    self.header = header
    self.packed = packed
  }

  /// A block takes no more than about this many bytes before it is deflated, so that reading a record never costs much.
  static let rawLimit = 64 << 10

  /// The most bytes of text in a record. A larger one would not pass any broker either; it is given up and reported.
  static let recordLimit = 256 << 10
}

extension Block {
  /// What its content has of each lane, whatever its header counts; `nil` where the content can't be read.
  func contentCounts(by inflater: Inflater) -> LaneCounts? {
    guard let raw = packed.unpacked(by: inflater) else { return nil }
    var counts = LaneCounts()
    do throws(PackingError) {
      var unpacker = try RecordUnpacker(raw, first: header.first, time: header.time)
      for _ in 0..<unpacker.count { counts[try unpacker.next().record.lane] += 1 }
      return unpacker.isAtEnd ? counts : nil
    } catch {
      return nil
    }
  }
}

/// A block's records, unpacked.
struct UnpackedBlock {
  var header: Header
  var records: [(seq: UInt64, record: Record)]
  /// Packed size of each record, bytes.
  var sizes: [Int]

  typealias Header = Block.Header

  /// `nil` when the bytes are not what their header says.
  init?(_ block: Block, by inflater: Inflater) {
    header = block.header
    records = []
    sizes = []
    guard let raw = block.packed.unpacked(by: inflater) else { return nil }
    do throws(PackingError) {
      var unpacker = try RecordUnpacker(raw, first: header.first, time: header.time)
      records.reserveCapacity(unpacker.count)
      sizes.reserveCapacity(unpacker.count)
      for _ in 0..<unpacker.count {
        let start = unpacker.offset
        let next = try unpacker.next()
        guard header.range.contains(next.seq) else { return nil }
        records.append(next)
        sizes.append(unpacker.offset - start)
      }
      guard unpacker.isAtEnd, UInt64(records.count) == header.counts.total else { return nil }
    } catch {
      return nil
    }
  }
}
