import Model

/// Packs the records of one block.
///
/// Names (devices, metrics, units, rules, zones, reasons) stand once per block in a table, since a hundred readings share a few;
/// sequence numbers and times are differences from the record before. Layout, in the primitives of `PackedWriter`:
///
///     block  = nameCount name* recordCount record*
///     record = head seqStep timeStep [timestampStep] body      head = kind | moment << 4
///              (of a gap 64 more where it says what was thinned to: since schema 3; kind 7, health, since schema 4)
///     moment = 0 no timestamp, 1 a difference (ms) from the last one written so, 2 the position's own time
struct RecordPacker {
  static let thinned: UInt8 = 0x40

  private var names: [String: UInt64] = [:]
  private var nameTable = PackedWriter()
  var body = PackedWriter()
  private(set) var count = 0
  private var nextSeq: UInt64
  private var time: Int64
  private var timestamp: Int64 = 0

  /// - Parameters:
  ///   - first: The number that the first record probably has.
  ///   - time: The block's engine time, near that of its records.
  init(first: UInt64, time: EngineTime) {
    nextSeq = first
    self.time = time.nanoseconds
  }

  /// About how many bytes the block takes before it is deflated.
  var byteCount: Int { body.bytes.count + nameTable.bytes.count }

  var bytes: [UInt8] {
    var head = PackedWriter()
    head.write(UInt64(names.count))
    var tail = PackedWriter()
    tail.write(UInt64(count))
    return head.bytes + nameTable.bytes + tail.bytes + body.bytes
  }

  mutating func append(_ record: Record, seq: UInt64) {
    var moment: UInt8 = 0
    if let timestamp = record.timestamp {
      moment = 1
      if case .position(_, let position) = record.body, position.time == timestamp { moment = 2 }
    }
    var head = record.kind.rawValue | moment << 4
    if case .gap(_, _, _, _, .some) = record.body { head |= Self.thinned }
    body.write(byte: head)
    body.write(seq &- nextSeq)
    body.write(record.time.nanoseconds &- time)
    if moment == 1, let stamp = record.timestamp {
      body.write(stamp.milliseconds &- timestamp)
      timestamp = stamp.milliseconds
    }
    nextSeq = seq &+ 1
    time = record.time.nanoseconds
    count += 1
    append(record.body)
  }

  private mutating func append(_ record: Record.Body) {
    switch record {
    case .position(let device, let position):
      write(name: device)
      body.write(position)
    case .reading(let device, let metric, let value, let unit, let quality):
      write(name: device)
      write(name: metric)
      body.write(byte: quality.rawValue | (value == nil ? 0 : 4) | (unit == nil ? 0 : 8))
      if let value { body.write(value) }
      if let unit { write(name: unit) }
    case .event(let event):
      body.write(event.id)
      write(name: event.rule)
      switch event.content {
      case .geofence(let geofence): append(geofence)
      case .general(let general): append(general)
      }
    case .device(let name, let isUp, let reason):
      write(name: name)
      body.write(byte: (isUp ? 1 : 0) | (reason == nil ? 0 : 2))
      if let reason { write(name: reason) }
    case .gap(let first, let last, let count, let reason, let thinned):
      body.write(first)
      body.write(last)
      body.write(count)
      write(name: reason)
      switch thinned {
      case .positions(let error):
        body.write(byte: 0)
        body.write(error)
      case .readings(let interval):
        body.write(byte: 1)
        body.write(interval.nanoseconds)
      case nil: break
      }
    case .time(let boot, let utcAtStart):
      body.write(boot)
      body.write(utcAtStart.milliseconds)
    case .health(let health): append(health)
    }
  }

  private mutating func append(_ event: GeofenceEvent) {
    body.write(byte: event.kind.rawValue | (event.gap ? 2 : 0) | (event.zoneName == nil ? 0 : 4))
    write(name: event.device)
    write(name: event.zone)
    if let name = event.zoneName { write(name: name) }
    body.write(event.latitude)
    body.write(event.longitude)
  }

  private mutating func append(_ event: GeneralEvent) {
    write(name: event.type)
    body.write(byte: event.severity.rawValue | event.state.rawValue << 4 | (event.reason == nil ? 0 : 1 << 6))
    if let reason = event.reason { write(name: reason) }
    body.write(UInt64(event.data.count))
    for member in event.data {
      write(name: member.key)
      body.write(member.value)
    }
  }

  mutating func write(name: String) {
    if let index = names[name] {
      body.write(index)
      return
    }
    let index = UInt64(names.count)
    names[name] = index
    nameTable.write(name)
    body.write(index)
  }
}
