import Model

/// What the journal keeps of one uplink.
struct UplinkCursor: Hashable {
  var cursors: LaneCursors
  /// What it sends; the other lanes count as settled.
  var lanes: LaneSet
  /// Older records are given up for it.
  var keep: Interval?
  /// When the configuration last named it, or it last moved.
  var seen: EngineTime
  /// Named by the configuration of this run. One that isn't stays for its `keep`, in case it comes back.
  var isConfigured = false

  /// How long the cursor of an uplink without `keep` stays after it was removed.
  static let graceTime = Interval.days(30)

  func isSettled(_ seq: UInt64, _ lane: Lane) -> Bool {
    !lanes.contains(LaneSet(lane)) || cursors[lane].contains(seq)
  }

  var packed: [UInt8] {
    var writer = PackedWriter()
    writer.write(byte: 2)
    writer.write(byte: lanes.rawValue)
    writer.write(optional: keep) { $0.write($1.nanoseconds) }
    writer.write(seen.nanoseconds)
    writer.write(cursors)
    writer.write(isConfigured)
    return writer.bytes
  }
}

extension UplinkCursor {
  init(packed: [UInt8]) throws(PackingError) {
    var reader = PackedReader(packed)
    let version = try reader.byte()
    guard (1...2).contains(version) else { throw .malformed(offset: 0) }
    lanes = LaneSet(rawValue: try reader.byte())
    keep = try reader.optional { reader throws(PackingError) in Interval(nanoseconds: try reader.signed()) }
    seen = EngineTime(nanoseconds: try reader.signed())
    cursors = try reader.laneCursors()
    // Before version 2 nobody noted it; a removed uplink then stays a little longer.
    isConfigured = version > 1 ? try reader.bool() : true
  }
}
