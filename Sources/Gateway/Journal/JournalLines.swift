import Config
import Journal
import Model
import Uplinks

/// Lines of JSON on their way out: records, dead letters, and what a courier's file begins and ends with.
struct JournalLines {
  let gateway: String
  private(set) var records = 0
  private var bytes: [UInt8] = []

  init(gateway: String) { self.gateway = gateway }

  mutating func append(_ record: StoredRecord, late: Bool = false) {
    var writer = JSONWriter()
    JSONFormat.append(record, gateway: gateway, late: late, to: &writer)
    add(writer)
    records += 1
  }

  mutating func append(_ letter: DeadLetter, now: EngineTime) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("uplink", letter.uplink)
    writer.member("journal", letter.identity.journal)
    writer.member("seq", letter.identity.seq)
    writer.member("reason", letter.reason)
    writer.member("ago", seconds: max(.zero, now - letter.time))
    writer.member("bytes", letter.bytes)
    writer.member("requeued", letter.isRequeued)
    writer.member("damaged", letter.record == nil)
    if let record = letter.record {
      writer.key("record")
      JSONFormat.append(record, gateway: gateway, late: true, to: &writer)
    }
    writer.endObject()
    add(writer)
    records += 1
  }

  mutating func begin(_ carried: Carried, journal: String, cursors: LaneCursors, head: UInt64) {
    var writer = JSONWriter()
    batch(1, journal: journal, to: &writer)
    JSONStatus.append(low: cursors, head: head, to: &writer)
    writer.key("export")
    writer.beginObject()
    carried.write(to: &writer, gateway: false)
    writer.endObject()
    messages(&writer)
  }

  mutating func finish(journal: String) {
    var writer = JSONWriter()
    batch(2, journal: journal, to: &writer)
    writer.key("export")
    writer.beginObject()
    writer.member("records", records)
    writer.member("end", true)
    writer.endObject()
    messages(&writer)
  }

  private func batch(_ number: UInt64, journal: String, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("type", "batch")
    writer.member("gateway", gateway)
    writer.member("journal", journal)
    writer.member("batch", number)
  }

  private mutating func messages(_ writer: inout JSONWriter) {
    writer.key("messages")
    writer.beginArray()
    writer.endArray()
    writer.endObject()
    add(writer)
  }

  private mutating func add(_ writer: JSONWriter) {
    bytes += writer.bytes
    bytes.append(10)
  }

  mutating func flush(_ write: (_ chunk: [UInt8]) async throws -> Void) async throws {
    guard !bytes.isEmpty else { return }
    let chunk = bytes
    bytes = []
    try await write(chunk)
  }

  mutating func end(_ write: (_ chunk: [UInt8]) async throws -> Void) async throws {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("end", true)
    writer.member("records", records)
    writer.endObject()
    add(writer)
    try await flush(write)
  }
}
