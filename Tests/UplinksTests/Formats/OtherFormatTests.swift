import Certificates
import Config
import Foundation
import Journal
import Model
import Testing

@testable import Uplinks

/// `Cases/NAME` holds what each format makes of the records of `NAME`: `expected.json`, `expected.cbor` as hexadecimal digits. With
/// `WAYPOST_WRITE_CASES` set they are written anew, to be looked at before they are committed.
@Suite struct OtherFormatTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Cases")
  private static let moment = StoredRecord.Moment.utc(Timestamp(milliseconds: 1_770_301_800_250))

  static func record(_ seq: UInt64, _ body: Record.Body, _ moment: StoredRecord.Moment = moment) -> StoredRecord {
    StoredRecord(identity: RecordIdentity(journal: "k7f3q2", seq: seq), moment: moment, body: body)
  }

  private static func reading(_ metric: String, _ value: Value?, unit: String? = nil, _ quality: Quality = .good)
    -> Record.Body
  { .reading(device: "reefer", metric: metric, value: value, unit: unit, quality: quality) }

  static let records: [StoredRecord] = [
    record(
      1042,
      .position(
        device: "gps",
        Position(
          latitude: 37.77490004, longitude: -122.4194, altitude: 12.1, speed: 13.899, course: 271.5, accuracy: 4.2))),
    record(
      1043, .position(device: "gps", Position(latitude: -0.5, longitude: 180)),
      .utc(Timestamp(milliseconds: 1_770_301_801_250))),
    record(
      1044,
      .event(
        Event(
          id: "e-1", rule: "site_visit",
          content: .geofence(
            GeofenceEvent(
              kind: .entry, device: "gps", zone: "depot", zoneName: "Dépôt", latitude: 46.2044, longitude: 6.1432,
              gap: true))))),
    record(
      1045,
      .event(
        Event(
          id: "e-2", rule: "cold_chain",
          content: .general(
            GeneralEvent(
              type: "cold_chain", severity: .critical, state: .raised,
              data: [
                .init(key: "peak", value: .number(-5.25)), .init(key: "note", value: .text("a\"b")),
                .init(key: "none", value: .number(.nan)),
              ]))))),
    record(1046, reading("temperature", .number(-17.5), unit: "Cel")),
    record(1047, reading("door", .boolean(true), unit: nil, .stale)),
    record(1048, reading("label", .text("köln"))), record(1049, reading("count", .number(70_000))),
    record(1050, reading("missing", nil, unit: "Cel", .bad)),
    record(1051, reading("odd", .number(.infinity), unit: "V")),
    record(1052, .device(name: "reefer", isUp: false, reason: "timeout")),
    record(1053, .gap(first: 900, last: 950, count: 51, reason: "limit")),
    record(1054, .time(boot: "b1", utcAtStart: Timestamp(milliseconds: 1_770_301_000_500))),
    record(1055, reading("temperature", .number(1)), .unsynchronised(boot: "b1", uptime: .milliseconds(12_345))),
    record(1056, reading("temperature", .number(2))),
  ]

  private static func messages(_ format: any MessageFormat) -> [[UInt8]] {
    var encoder = format.encoder(gateway: "truck-005")
    let known = records.filter { format.kinds.contains($0.kind) }
    var messages: [[UInt8]] = []
    for (index, record) in known.enumerated() {
      encoder.beginRecord()
      encoder.append(record, late: index == 1)
      messages.append(encoder.finish())
    }
    guard format.singly != format.kinds else { return messages }
    var cursors = LaneCursors()
    cursors[.position].settle(1...900)
    encoder.beginBatch(number: 17, journal: "k7f3q2", cursors: cursors, head: 1100)
    for (index, record) in known.enumerated() { encoder.append(record, late: index == 1) }
    messages.append(encoder.finish())
    return messages
  }

  private static func text(_ format: any MessageFormat) -> String {
    messages(format).map { message in
      format.isText
        ? String(decoding: message, as: UTF8.self)
        : message.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }.joined(separator: "\n") + "\n"
  }

  private static let formats: [any MessageFormat] = Formats.all.dropFirst() + [SocketIOMessages()]

  @Test(arguments: formats.map(\.name))
  func writesWhatIsExpected(name: String) throws {
    let format = try #require(Self.formats.first { $0.name == name })
    let file = Self.folder.appendingPathComponent(name).appendingPathComponent("expected.txt")
    let text = Self.text(format)
    if ProcessInfo.processInfo.environment["WAYPOST_WRITE_CASES"] != nil {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(text == (try String(contentsOf: file, encoding: .utf8)))
    // The delivery reckons with the size before the end.
    var encoder = format.encoder(gateway: "g")
    encoder.beginRecord()
    #expect(encoder.size <= 2)
  }

  /// Readers that we did not write: Debian's python3-cbor2 and python3-geojson.
  @Test(.enabled(if: WebSocketReceiver.has("cbor2", "geojson"), "python3-cbor2 and python3-geojson are not installed"))
  func othersReadIt() throws {
    let script = Self.folder.deletingLastPathComponent().appendingPathComponent("read.py").path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [script, Self.folder.path]
    let output = Launch.pipe()
    process.standardOutput = output
    process.standardError = output
    try process.begin()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(said)")
    #expect(said.contains("all read"))
  }

  @Test(
    arguments: [
      (0, [0x00]), (23, [0x17]), (24, [0x18, 0x18]), (1000, [0x19, 0x03, 0xe8]),
      (1_000_000, [0x1a, 0, 0x0f, 0x42, 0x40]),
      (-1, [0x20]), (-1000, [0x39, 0x03, 0xe7]), (-4.1, [0xfb, 0xc0, 0x10, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66]),
      (100_000.5, [0xfa, 0x47, 0xc3, 0x50, 0x40]), (1.1, [0xfb, 0x3f, 0xf1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a]),
      (1_000_000_000_000, [0x1b, 0, 0, 0, 0xe8, 0xd4, 0xa5, 0x10, 0]),
    ] as [(Double, [UInt8])])
  func numbersAreWrittenAsInTheExamplesOfCBOR(number: Double, bytes: [UInt8]) {
    var writer = CBORWriter()
    writer.number(number)
    #expect(writer.bytes == bytes)
  }

  @Test func whatAFormatCannotSayIsPassedOverOrToldWhereItIsAskedFor() throws {
    let all = UplinkConfigurationTests.read("a: { mqtt: { url: mqtt://h }, format: owntracks }")
    #expect(all.places == [])
    #expect(all.uplinks.first?.settings.kinds == RecordKinds([.position, .geofenceEvent]))
    #expect(all.uplinks.first?.settings.singly == RecordKinds([.position, .geofenceEvent]))
    let some = UplinkConfigurationTests.read("a: { mqtt: { url: mqtt://h }, format: owntracks, send: [event] }")
    #expect(some.uplinks.first?.settings.kinds == RecordKinds([.geofenceEvent]))
    let none = UplinkConfigurationTests.read(
      "a: { mqtt: { url: mqtt://h }, format: owntracks, send: [position, reading] }")
    #expect(none.places == ["1:67–74 format"])
    #expect(none.diagnostics.first?.help?.contains("`position`, `geofence_event`") == true)
  }
}
