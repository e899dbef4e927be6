import Model

/// Reads what `RecordPacker` packed. Never traps on damaged bytes: it throws.
struct RecordUnpacker {
  var reader: PackedReader
  private let names: [String]
  let count: Int
  private var nextSeq: UInt64
  private var time: Int64
  private var timestamp: Int64 = 0

  init(_ bytes: [UInt8], first: UInt64, time: EngineTime) throws(PackingError) {
    reader = PackedReader(bytes)
    let nameCount = try reader.unsigned()
    // A name takes a byte at least, a record several.
    guard nameCount <= UInt64(bytes.count) else { throw .malformed(offset: 0) }
    var names: [String] = []
    names.reserveCapacity(Int(nameCount))
    for _ in 0..<nameCount { names.append(try reader.string()) }
    self.names = names
    let records = try reader.unsigned()
    guard records <= UInt64(bytes.count) else { throw .malformed(offset: reader.offset) }
    count = Int(records)
    nextSeq = first
    self.time = time.nanoseconds
  }

  /// Bytes read so far, for the size of a record.
  var offset: Int { reader.offset }
  var isAtEnd: Bool { reader.isAtEnd }

  mutating func next() throws(PackingError) -> (seq: UInt64, record: Record) {
    var head = try reader.byte()
    let isThinned = head & 0xf == Record.Kind.gap.rawValue && head & RecordPacker.thinned != 0
    if isThinned { head &= ~RecordPacker.thinned }
    guard let kind = Record.Kind(rawValue: head & 0xf), head >> 4 <= 2 else {
      throw .malformed(offset: reader.offset - 1)
    }
    let seq = nextSeq &+ (try reader.unsigned())
    nextSeq = seq &+ 1
    time &+= try reader.signed()
    var stamp: Timestamp?
    if head >> 4 == 1 {
      timestamp &+= try reader.signed()
      stamp = Timestamp(milliseconds: timestamp)
    }
    let body = try body(kind, isThinned: isThinned)
    if head >> 4 == 2, case .position(_, let position) = body { stamp = position.time }
    return (seq, Record(time: EngineTime(nanoseconds: time), timestamp: stamp, body: body))
  }

  private mutating func body(_ kind: Record.Kind, isThinned: Bool) throws(PackingError) -> Record.Body {
    switch kind {
    case .position: return .position(device: try name(), try reader.position())
    case .reading:
      let device = try name()
      let metric = try name()
      let flags = try reader.byte()
      guard flags < 16, let quality = Quality(rawValue: flags & 3) else {
        throw .malformed(offset: reader.offset - 1)
      }
      let value = flags & 4 == 0 ? nil : try reader.value()
      let unit = flags & 8 == 0 ? nil : try name()
      return .reading(device: device, metric: metric, value: value, unit: unit, quality: quality)
    case .event, .geofenceEvent:
      let id = try reader.string()
      let rule = try name()
      let content: Event.Content = kind == .event ? .general(try general()) : .geofence(try geofence())
      return .event(Event(id: id, rule: rule, content: content))
    case .device:
      let device = try name()
      let flags = try reader.byte()
      guard flags < 4 else { throw .malformed(offset: reader.offset - 1) }
      return .device(name: device, isUp: flags & 1 == 1, reason: flags & 2 == 0 ? nil : try name())
    case .gap:
      return .gap(
        first: try reader.unsigned(), last: try reader.unsigned(), count: try reader.unsigned(), reason: try name(),
        thinned: isThinned ? try thinning() : nil)
    case .time:
      return .time(boot: try reader.string(), utcAtStart: Timestamp(milliseconds: try reader.signed()))
    case .health: return .health(try health())
    }
  }

  private mutating func thinning() throws(PackingError) -> Thinning {
    switch try reader.byte() {
    case 0: return .positions(error: try reader.double())
    case 1: return .readings(interval: Interval(nanoseconds: try reader.signed()))
    default: throw .malformed(offset: reader.offset - 1)
    }
  }

  private mutating func geofence() throws(PackingError) -> GeofenceEvent {
    let flags = try reader.byte()
    guard flags < 8, let kind = GeofenceEvent.Kind(rawValue: flags & 1) else {
      throw .malformed(offset: reader.offset - 1)
    }
    return GeofenceEvent(
      kind: kind, device: try name(), zone: try name(), zoneName: flags & 4 == 0 ? nil : try name(),
      latitude: try reader.double(), longitude: try reader.double(), gap: flags & 2 != 0)
  }

  private mutating func general() throws(PackingError) -> GeneralEvent {
    let type = try name()
    let flags = try reader.byte()
    guard let severity = GeneralEvent.Severity(rawValue: flags & 0xf),
      let state = GeneralEvent.State(rawValue: flags >> 4 & 3), flags < 1 << 7
    else { throw .malformed(offset: reader.offset - 1) }
    let reason = flags & 1 << 6 == 0 ? nil : try name()
    var data: [GeneralEvent.Member] = []
    for _ in 0..<(try reader.unsigned()) {
      data.append(GeneralEvent.Member(key: try name(), value: try reader.value()))
    }
    return GeneralEvent(type: type, severity: severity, state: state, data: data, reason: reason)
  }

  mutating func name() throws(PackingError) -> String {
    let index = try reader.unsigned()
    guard index < UInt64(names.count) else { throw .malformed(offset: reader.offset) }
    return names[Int(index)]
  }
}
