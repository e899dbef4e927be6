import Journal
import Model

/// `format: sparkplug`: records as metrics of an edge node and its devices, one message each. What is sent is made by the connection, which
/// alone knows aliases and numbers (`SparkplugSession`); this weighs it.
public struct SparkplugMessages: MessageFormat {
  public init() {}
  public var name: String { "sparkplug" }
  public var isText: Bool { false }
  public var singly: RecordKinds { .all }
  public func encoder(gateway: String) -> any RecordEncoder { SparkplugEncoder() }
}

/// Tells how large a record's message is, for the catch-up and the count of bytes; its bytes are a payload without aliases and numbers.
struct SparkplugEncoder: RecordEncoder, Sendable {
  private var metrics: [SparkplugMetric] = []
  private(set) var size = 0

  mutating func beginRecord() {
    metrics = []
    size = 0
  }

  /// Never asked for, since all kinds go singly.
  mutating func beginBatch(number: UInt64, journal: String, cursors: LaneCursors, head: UInt64) { beginRecord() }

  mutating func append(_ record: StoredRecord, late: Bool) {
    var timestamp = Timestamp(milliseconds: 0)
    if case .utc(let time) = record.moment { timestamp = time }
    for entry in SparkplugReport(record.body).entries {
      metrics.append(
        SparkplugMetric(
          alias: 1000, timestamp: timestamp, isHistorical: late, value: entry.value, quality: entry.quality,
          properties: entry.properties))
    }
    metrics[0].properties += SparkplugSession.identity(of: record)
    size = SparkplugPayload.bytes(timestamp: timestamp, metrics: metrics, seq: 0).count
  }

  mutating func finish() -> [UInt8] {
    defer { beginRecord() }
    return SparkplugPayload.bytes(timestamp: nil, metrics: metrics, seq: nil)
  }
}
