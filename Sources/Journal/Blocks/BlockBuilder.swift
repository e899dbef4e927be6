import Deflate
import Model

/// Makes the blocks of one commit.
struct BlockBuilder {
  let run: Int64
  let boot: Int64
  let time: EngineTime
  let deflater: Deflater
  /// As `Journal.Packing.blockBytes`.
  let blockBytes: Int
  /// All records per lane so far.
  private(set) var totals: LaneCounts
  private(set) var lastSequence: UInt64
  private(set) var blocks: [Block] = []
  private var first: UInt64
  private var counts = LaneCounts()
  private var packer: RecordPacker

  init(
    after lastSequence: UInt64, totals: LaneCounts, run: Int64, boot: Int64, time: EngineTime, deflater: Deflater,
    blockBytes: Int = Block.rawLimit
  ) {
    self.lastSequence = lastSequence
    self.totals = totals
    self.run = run
    self.boot = boot
    self.time = time
    self.deflater = deflater
    self.blockBytes = blockBytes
    first = lastSequence + 1
    packer = RecordPacker(first: first, time: time)
  }

  /// Gives the record the next number. False when it is too large: the number is spent and the record isn't there.
  mutating func append(_ record: Record) -> Bool {
    lastSequence += 1
    guard record.body.textSize <= Block.recordLimit else { return false }
    packer.append(record, seq: lastSequence)
    counts[record.lane] += 1
    if packer.byteCount >= blockBytes { finishBlock() }
    return true
  }

  /// Ends the block that is being filled, if there is anything in it.
  mutating func finishBlock() {
    guard packer.count > 0 else { return }
    let header = Block.Header(
      first: first, last: lastSequence, run: run, boot: boot, time: time, counts: counts, before: totals)
    blocks.append(Block(header: header, packed: PackedBytes(packer.bytes, by: deflater)))
    totals += counts
    counts = LaneCounts()
    first = lastSequence + 1
    packer = RecordPacker(first: first, time: time)
  }
}

extension Record.Body {
  /// Bytes of text in it, which is all that can make a record large.
  fileprivate var textSize: Int {
    switch self {
    case .position(let device, _): device.utf8.count
    case .reading(let device, let metric, let value, let unit, _):
      device.utf8.count + metric.utf8.count + (value?.textSize ?? 0) + (unit?.utf8.count ?? 0)
    case .event(let event):
      switch event.content {
      case .geofence(let geofence):
        event.id.utf8.count + event.rule.utf8.count + geofence.device.utf8.count + geofence.zone.utf8.count
          + (geofence.zoneName?.utf8.count ?? 0)
      case .general(let general):
        general.data.reduce(
          event.id.utf8.count + event.rule.utf8.count + general.type.utf8.count + (general.reason?.utf8.count ?? 0)
        ) { $0 + $1.key.utf8.count + $1.value.textSize }
      }
    case .device(let name, _, let reason): name.utf8.count + (reason?.utf8.count ?? 0)
    case .gap(_, _, _, let reason, _): reason.utf8.count
    case .time(let boot, _): boot.utf8.count
    case .health(let health):
      health.uplinks.reduce(health.version.utf8.count + (health.configuration?.utf8.count ?? 0)) {
        $0 + $1.name.utf8.count
      }
    }
  }
}

extension Value {
  fileprivate var textSize: Int {
    if case .text(let text) = self { text.utf8.count } else { 9 }
  }
}
