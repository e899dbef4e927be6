import Deflate
import Journal
import Model
import Uplinks

/// What sending costs: records as the JSON messages in which an uplink with the default settings delivers them, a hundred a batch.
public struct MessageMeter: Sendable {
  /// Records in a batch, as `batch: { records: 100 }`.
  static let batch = 100

  /// Records.
  public private(set) var records = 0
  /// Messages' bytes, as they are.
  public private(set) var bytes = 0
  /// Messages' bytes with `compress: deflate`.
  public private(set) var deflated = 0
  private var waiting: [StoredRecord] = []
  private var gateway = ""

  /// Counts a record.
  mutating func add(_ record: Record, gateway: String) {
    if gateway != self.gateway { finish() }
    self.gateway = gateway
    records += 1
    let moment: StoredRecord.Moment =
      record.timestamp.map { .utc($0) }
      ?? .unsynchronised(boot: "00000000-0000-0000-0000-000000000000", uptime: record.time - .zero)
    waiting.append(
      StoredRecord(identity: RecordIdentity(journal: "replay", seq: UInt64(records)), moment: moment, body: record.body)
    )
    if waiting.count == Self.batch { finish() }
  }

  /// Counts the batch that is not full yet.
  mutating func finish() {
    guard let last = waiting.last else { return }
    var encoder = JSONMessages().encoder(gateway: gateway)
    encoder.beginBatch(
      number: last.identity.seq, journal: last.identity.journal, cursors: LaneCursors(low: last.identity.seq),
      head: last.identity.seq)
    for record in waiting { encoder.append(record, late: false) }
    let message = encoder.finish()
    bytes += message.count
    // As the uplink does: what deflating doesn't make smaller goes as it is.
    deflated += min(message.count, Deflater(.balanced).deflate(message)?.count ?? message.count)
    waiting.removeAll(keepingCapacity: true)
  }

  /// The cost over several drives.
  public mutating func formUnion(_ other: MessageMeter) {
    records += other.records
    bytes += other.bytes
    deflated += other.deflated
  }
}
