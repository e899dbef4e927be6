import Deflate
import Model

/// A dead letter as it lies in its table. It holds all that its record needs to be understood, since block, run and boot may be
/// forgotten before it is.
struct PackedDeadLetter {
  var uplink: String
  var identity: RecordIdentity
  var reason: String
  /// The boot in which the record was committed.
  var boot: Boot
  /// The record alone, as `RecordPacker` packs it.
  var packed: PackedBytes

  init(uplink: String, identity: RecordIdentity, reason: String, boot: Boot, packed: PackedBytes) {
    self.uplink = uplink
    self.identity = identity
    self.reason = reason
    self.boot = boot
    self.packed = packed
  }

  init(
    _ record: Record, uplink: String, identity: RecordIdentity, reason: String, boot: Boot, by deflater: Deflater
  ) {
    var packer = RecordPacker(first: identity.seq, time: .zero)
    packer.append(record, seq: identity.seq)
    self.init(
      uplink: uplink, identity: identity,
      reason: DeadLetter.cut(reason), boot: boot,
      packed: PackedBytes(packer.bytes, by: deflater))
  }

  /// About what it takes on disk: the bytes, names and reason, the index, and room that pages leave.
  var cost: UInt64 { Self.cost(packed.data.count) }
  static func cost(_ bytes: Int) -> UInt64 { UInt64(bytes) + 512 }

  func isOf(_ uplink: String, _ identity: RecordIdentity) -> Bool {
    self.uplink == uplink && self.identity == identity
  }

  /// Over what decides what the record means. Not over the mapping to UTC, which may come later.
  var checksum: UInt32 {
    var head = PackedWriter()
    head.write(uplink)
    head.write(identity.journal)
    head.write(identity.seq)
    head.write(boot.id)
    head.write(boot.zero)
    head.write(packed.rawCount)
    return Checksum.crc32(head.bytes, packed.data)
  }

  /// `nil` when the bytes are no such record.
  func record(by inflater: Inflater) -> StoredRecord? {
    guard let raw = packed.unpacked(by: inflater) else { return nil }
    do throws(PackingError) {
      var unpacker = try RecordUnpacker(raw, first: identity.seq, time: .zero)
      guard unpacker.count == 1 else { return nil }
      let (seq, record) = try unpacker.next()
      guard seq == identity.seq, unpacker.isAtEnd else { return nil }
      return StoredRecord(
        identity: identity, moment: record.timestamp.map { .utc($0) } ?? boot.moment(of: record.time), body: record.body
      )
    } catch {
      return nil
    }
  }
}
