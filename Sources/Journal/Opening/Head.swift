import Model

/// The row that every commit writes: where the journal stands.
struct Head: Hashable {
  var lastSequence: UInt64 = 0
  /// Records per lane since the journal was made.
  var totals = LaneCounts()
  /// Engine time of the last commit, and what the clocks said then.
  var time = EngineTime.zero
  var clock = JournalClock(bootTime: 0, wallTime: Timestamp(milliseconds: 0), isWallTrusted: false)
  /// Shut down cleanly, and nothing written since.
  var isClosed = true
  /// The time between the last commit and this boot can't be told; until the boot's first commit.
  var isStopUnknown = true
  /// The current boot has committed records without UTC.
  var hasUndated = false
  var drops = DropCounts()
  var recording = RecordingState()
  /// Over the rule engine's rows as of this commit (see `StateSums`); `nil` in a head of before schema 3.
  var stateSum: UInt64? = 0
  /// Over the open actions as of this commit (see `ActionSum`); `nil` in a head of before version 4.
  var actionSum: UInt64? = 0
  /// How many cursors there are.
  var cursorCount: UInt64 = 0
  /// Cursors were lost: an uplink that isn't known begins with the oldest record, until the next commit.
  var hasLostCursors = false
}

/// What the journal knows of the recording without reading it.
struct RecordingState: Hashable {
  enum Stop: UInt8 { case asked = 0, limit = 1 }
  var isOn = false
  /// Why it is off, when it is.
  var stop = Stop.asked
  var observations: UInt64 = 0
  var bytes: UInt64 = 0
  /// The row that was written last; grows on over every recording.
  var position: UInt64 = 0
  /// The gateway's id, for its header.
  var gateway = ""
}

extension Head {
  /// 1: without sum, cursors, and the counts of what was thinned. 2: without those of what was given up as told. 3: without the actions' sum.
  private static let version: UInt8 = 4

  /// The causes that a head of that version counts.
  private static func causes(_ version: UInt8) -> [DropCause] {
    DropCause.allCases.filter { (version > 1 || $0 != .thinned) && (version > 2 || $0 != .told) }
  }

  var packed: [UInt8] {
    var writer = PackedWriter()
    writer.write(byte: Self.version)
    writer.write(lastSequence)
    for lane in Lane.allCases { writer.write(totals[lane]) }
    writer.write(time.nanoseconds)
    writer.write(clock.bootTime)
    writer.write(clock.wallTime.milliseconds)
    writer.write(clock.isWallTrusted)
    writer.write(isClosed)
    writer.write(isStopUnknown)
    writer.write(hasUndated)
    for cause in DropCause.allCases {
      for lane in Lane.allCases { writer.write(drops[cause][lane]) }
    }
    writer.write(recording.isOn)
    writer.write(byte: recording.stop.rawValue)
    writer.write(recording.observations)
    writer.write(recording.bytes)
    writer.write(recording.position)
    writer.write(recording.gateway)
    writer.write(optional: stateSum) { $0.write($1) }
    writer.write(cursorCount)
    writer.write(hasLostCursors)
    writer.write(optional: actionSum) { $0.write($1) }
    return writer.bytes
  }

  init(packed: [UInt8]) throws(PackingError) {
    var reader = PackedReader(packed)
    let version = try reader.byte()
    guard (1...Self.version).contains(version) else { throw .malformed(offset: 0) }
    lastSequence = try reader.unsigned()
    guard lastSequence < UInt64(Int64.max) else { throw .malformed(offset: 1) }
    for lane in Lane.allCases { totals[lane] = try reader.unsigned() }
    time = EngineTime(nanoseconds: try reader.signed())
    clock.bootTime = try reader.signed()
    clock.wallTime = Timestamp(milliseconds: try reader.signed())
    clock.isWallTrusted = try reader.bool()
    isClosed = try reader.bool()
    isStopUnknown = try reader.bool()
    hasUndated = try reader.bool()
    for cause in Self.causes(version) {
      for lane in Lane.allCases { drops[cause][lane] = try reader.unsigned() }
    }
    recording.isOn = try reader.bool()
    guard let stop = RecordingState.Stop(rawValue: try reader.byte()) else { throw .malformed(offset: reader.offset) }
    recording.stop = stop
    recording.observations = try reader.unsigned()
    recording.bytes = try reader.unsigned()
    recording.position = try reader.unsigned()
    recording.gateway = try reader.string()
    stateSum = nil
    actionSum = nil
    guard version > 1 else { return }
    stateSum = try reader.optional { reader throws(PackingError) in try reader.unsigned() }
    cursorCount = try reader.unsigned()
    hasLostCursors = try reader.bool()
    guard version > 3 else { return }
    actionSum = try reader.optional { reader throws(PackingError) in try reader.unsigned() }
  }
}

/// A boot of this machine, as far as the journal saw it.
struct Boot: Hashable {
  var ordinal: Int64
  var id: String
  /// Engine time at the boot's start (`CLOCK_BOOTTIME` 0), nanoseconds; may be negative.
  var zero: Int64
  /// UTC at engine time 0, once the clock was first trusted in this boot. Never changes after that.
  var utcAtZero: Timestamp?

  func moment(of time: EngineTime) -> StoredRecord.Moment {
    if let utcAtZero { return .utc(utcAtZero + (time - .zero)) }
    return .unsynchronised(boot: id, uptime: time - EngineTime(nanoseconds: zero))
  }
}
