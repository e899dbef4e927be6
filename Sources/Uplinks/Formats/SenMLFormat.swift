import Config
import Journal
import Model

/// `format: senml` and `senml_cbor` (RFC 8428): a message is a pack, in JSON or CBOR.
///
/// The first SenML record says the base name (the gateway and a colon) and the base time; names are `DEVICE:METRIC`. A Waypost record is one
/// or several SenML records of the same time, of which the first has the labels `seq` and `journal`, and the pack's first `batch`; readers
/// pass over labels that they don't know (section 4.4). A position is `lat`, `lon`, and what else is known: `altitude` (m), `speed` (m/s),
/// `heading` (rad) and `accuracy` (m). A reading without a value is its quality: `METRIC:quality`, which stands beside any that is not good.
///
/// Without UTC the time is 0, which SenML reads as now, and `boot` and `uptime` are labels beside.
public struct SenMLMessages: MessageFormat {
  public let isText: Bool
  public init(isText: Bool) { self.isText = isText }
  public var name: String { isText ? "senml" : "senml_cbor" }
  public func encoder(gateway: String) -> any RecordEncoder { SenMLEncoder(gateway: gateway, isText: isText) }
}

struct SenMLEncoder: RecordEncoder, Sendable {
  private let gateway: String
  private let isText: Bool
  private var json = JSONWriter()
  private var cbor = CBORWriter()
  private var batch: UInt64?
  private var isFirst = true
  /// Milliseconds since 1970; `nil`: 0, for what has no UTC.
  private var baseTime: Int64?

  init(gateway: String, isText: Bool) {
    self.gateway = gateway
    self.isText = isText
  }

  var size: Int { isText ? json.bytes.count : cbor.bytes.count }

  mutating func beginRecord() { begin(nil) }

  mutating func beginBatch(number: UInt64, journal: String, cursors: LaneCursors, head: UInt64) { begin(number) }

  private mutating func begin(_ number: UInt64?) {
    json.removeAll()
    cbor.removeAll()
    batch = number
    isFirst = true
    baseTime = nil
    if isText { json.beginArray() } else { cbor.beginArray() }
  }

  mutating func append(_ record: StoredRecord, late: Bool) { append(record, late: late, again: false) }
  mutating func append(again record: StoredRecord) { append(record, late: true, again: true) }

  private mutating func append(_ record: StoredRecord, late: Bool, again: Bool) {
    var shared: [SenMLField] = []
    var labels: [SenMLField] = []
    if isFirst {
      shared.append(.init(.baseName, .text("\(gateway):")))
      if let batch { labels.append(.init(.own("batch"), .unsigned(batch))) }
    }
    var offset: Double?
    switch record.moment {
    case .utc(let time):
      if let baseTime {
        offset = Double(time.milliseconds - baseTime) / 1000
      } else {
        baseTime = time.milliseconds
        shared.append(.init(.baseTime, .number(time.seconds)))
      }
    case .unsynchronised(let boot, let uptime):
      if baseTime != nil { shared.append(.init(.baseTime, .number(0))) }
      baseTime = nil
      labels.append(.init(.own("boot"), .text(boot)))
      labels.append(.init(.own("uptime"), .number((uptime.seconds * 1000).rounded() / 1000)))
    }
    labels.append(.init(.own("journal"), .text(record.identity.journal)))
    labels.append(.init(.own("seq"), .unsigned(record.identity.seq)))
    if late { labels.append(.init(.own("late"), .boolean(true))) }
    if again { labels.append(.init(.own("again"), .boolean(true))) }
    for (index, entry) in SenMLEntry.entries(of: record.body).enumerated() {
      var fields = index == 0 ? shared : []
      fields.append(.init(.name, .text(SenMLEntry.name(entry.name))))
      if let unit = entry.unit { fields.append(.init(.unit, .text(unit))) }
      if let offset, offset != 0 { fields.append(.init(.time, .number(offset))) }
      switch entry.value {
      case .number(let number): fields.append(.init(.value, .number(number)))
      case .text(let text): fields.append(.init(.text, .text(text)))
      case .boolean(let flag): fields.append(.init(.flag, .boolean(flag)))
      }
      write(index == 0 ? fields + labels : fields)
    }
    isFirst = false
  }

  mutating func finish() -> [UInt8] {
    if isText {
      json.endArray()
      return json.take()
    }
    cbor.endArray()
    defer { cbor = CBORWriter() }
    return cbor.bytes
  }

  private mutating func write(_ fields: [SenMLField]) {
    if isText {
      json.beginObject()
      for field in fields { field.write(to: &json) }
      json.endObject()
    } else {
      cbor.map(fields.count)
      for field in fields { field.write(to: &cbor) }
    }
  }
}
