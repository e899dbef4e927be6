import Config
import Journal
import Model
import Testing

@testable import Uplinks

@Suite struct JSONFormatTests {
  static let moment = StoredRecord.Moment.utc(Timestamp(milliseconds: 1_770_301_800_000))

  static func json(
    _ body: Record.Body, moment: StoredRecord.Moment = moment, late: Bool = false, inBatch: Bool = false
  ) -> String {
    var writer = JSONWriter()
    JSONFormat.append(
      StoredRecord(identity: RecordIdentity(journal: "k7f3q2", seq: 1042), moment: moment, body: body),
      gateway: "truck-005", late: late, inBatch: inBatch, to: &writer)
    return writer.text
  }

  static let head = #""gateway":"truck-005","journal":"k7f3q2","seq":1042,"timestamp":"2026-02-05T14:30:00.000Z""#

  @Test func position() {
    let full = Position(
      latitude: 37.77490004, longitude: -122.4194, time: nil, altitude: 12.1, speed: 13.899, course: 271.5,
      accuracy: 4.2, hdop: 1, satellites: 9)
    #expect(
      Self.json(.position(device: "gps", full))
        == #"{"type":"position",\#(Self.head),"device":"gps","location":{"latitude":37.7749,"longitude":-122.4194},"altitude":12.1,"speed":13.9,"heading":271.5,"accuracy":4.2}"#
    )
  }

  @Test func whatIsNotKnownIsAbsent() {
    #expect(
      Self.json(.position(device: "gps", Position(latitude: -0.00000004, longitude: 180)))
        == #"{"type":"position",\#(Self.head),"device":"gps","location":{"latitude":0,"longitude":180}}"#)
  }

  @Test func readings() {
    #expect(
      Self.json(
        .reading(device: "reefer", metric: "temperature", value: .number(-17.5), unit: "Cel", quality: .good))
        == #"{"type":"reading",\#(Self.head),"device":"reefer","metric":"temperature","value":-17.5,"unit":"Cel","quality":"good"}"#
    )
    #expect(
      Self.json(.reading(device: "d", metric: "on", value: .boolean(true), unit: nil, quality: .stale))
        == #"{"type":"reading",\#(Self.head),"device":"d","metric":"on","value":true,"quality":"stale"}"#)
    #expect(
      Self.json(.reading(device: "d", metric: "m", value: .text("a\"\n"), unit: nil, quality: .good))
        == #"{"type":"reading",\#(Self.head),"device":"d","metric":"m","value":"a\"\n","quality":"good"}"#)
    #expect(
      Self.json(.reading(device: "d", metric: "m", value: nil, unit: "Cel", quality: .never))
        == #"{"type":"reading",\#(Self.head),"device":"d","metric":"m","unit":"Cel","quality":"never"}"#)
  }

  @Test func geofenceEvents() {
    let crossing = GeofenceEvent(
      kind: .entry, device: "gps", zone: "depot", zoneName: "Downtown Depot", latitude: 46.2044, longitude: 6.1432,
      gap: false)
    #expect(
      Self.json(.event(Event(id: "abc123-7", rule: "site_visit", content: .geofence(crossing))))
        == #"{"type":"geofence_event",\#(Self.head),"event":{"id":"abc123-7","device_id":"truck-005","geofence_id":"depot","geofence_name":"Downtown Depot","event_type":"entry","location":{"latitude":46.2044,"longitude":6.1432},"rule":"site_visit"}}"#
    )
    var later = crossing
    later.kind = .exit
    later.zoneName = nil
    later.gap = true
    #expect(
      Self.json(.event(Event(id: "abc123-8", rule: "site_visit", content: .geofence(later))))
        == #"{"type":"geofence_event",\#(Self.head),"event":{"id":"abc123-8","device_id":"truck-005","geofence_id":"depot","event_type":"exit","location":{"latitude":46.2044,"longitude":6.1432},"rule":"site_visit","gap":true}}"#
    )
  }

  @Test func events() {
    let content = GeneralEvent(
      type: "cold_chain", severity: .critical, state: .raised,
      data: [.init(key: "temperature", value: .number(-9)), .init(key: "door", value: .text("open"))])
    #expect(
      Self.json(.event(Event(id: "abc123-9", rule: "cold_chain", content: .general(content))))
        == #"{"type":"event",\#(Self.head),"event":{"id":"abc123-9","type":"cold_chain","severity":"critical","state":"raised","rule":"cold_chain","data":{"temperature":-9,"door":"open"}}}"#
    )
    let cleared = GeneralEvent(type: "cold_chain", severity: .info, state: .cleared, data: [], reason: "reload")
    #expect(
      Self.json(.event(Event(id: "abc123-9", rule: "cold_chain", content: .general(cleared))))
        == #"{"type":"event",\#(Self.head),"event":{"id":"abc123-9","type":"cold_chain","severity":"info","state":"cleared","reason":"reload","rule":"cold_chain"}}"#
    )
  }

  @Test func whatTheGatewayReportsOfItself() {
    #expect(
      Self.json(.device(name: "reefer", isUp: false, reason: "timeout"))
        == #"{"type":"device",\#(Self.head),"device":"reefer","state":"down","reason":"timeout"}"#)
    #expect(
      Self.json(.gap(first: 900, last: 950, count: 51, reason: "limit"))
        == #"{"type":"gap",\#(Self.head),"first":900,"last":950,"count":51,"reason":"limit"}"#)
    #expect(
      Self.json(.gap(first: 900, last: 950, count: 41, reason: "thinned", thinned: .positions(error: 20)))
        == #"{"type":"gap",\#(Self.head),"first":900,"last":950,"count":41,"reason":"thinned","error":20}"#)
    #expect(
      Self.json(.gap(first: 900, last: 950, count: 41, reason: "thinned", thinned: .readings(interval: .seconds(40))))
        == #"{"type":"gap",\#(Self.head),"first":900,"last":950,"count":41,"reason":"thinned","interval":40}"#)
    #expect(
      Self.json(.time(boot: "b1", utcAtStart: Timestamp(milliseconds: 1_770_300_000_250)))
        == #"{"type":"time",\#(Self.head),"boot":"b1","offset":1770300000.25}"#)
  }

  @Test func aRecordWithoutUTCSaysItsBootAndUptime() {
    #expect(
      Self.json(
        .device(name: "gps", isUp: true, reason: nil),
        moment: .unsynchronised(boot: "b1", uptime: .milliseconds(12_345)))
        == #"{"type":"device","gateway":"truck-005","journal":"k7f3q2","seq":1042,"time_quality":"unsynchronised","boot":"b1","uptime":12.345,"device":"gps","state":"up"}"#
    )
  }

  @Test func backlogIsMarkedLateAndABatchSaysGatewayAndJournalOnce() {
    #expect(
      Self.json(.device(name: "gps", isUp: true, reason: nil), late: true, inBatch: true)
        == #"{"type":"device","seq":1042,"timestamp":"2026-02-05T14:30:00.000Z","late":true,"device":"gps","state":"up"}"#
    )
    var encoder = JSONEncoder(gateway: "truck-005")
    var cursors = LaneCursors()
    cursors[.event].settle(through: 1040)
    cursors[.position].settle(through: 900)
    cursors[.reading].settle(through: 300)
    for _ in 1...2 {
      encoder.beginBatch(number: 17, journal: "k7f3q2", cursors: cursors, head: 1100)
      for seq in 1042...1043 {
        encoder.append(
          StoredRecord(
            identity: RecordIdentity(journal: "k7f3q2", seq: UInt64(seq)), moment: Self.moment,
            body: .device(name: "gps", isUp: true, reason: nil)), late: false)
      }
      let text = String(decoding: encoder.finish(), as: UTF8.self)
      #expect(
        text
          == #"{"type":"batch","gateway":"truck-005","journal":"k7f3q2","batch":17,"low":{"event":1040,"position":900,"reading":300,"other":0},"head":1100,"messages":[{"type":"device","seq":1042,"timestamp":"2026-02-05T14:30:00.000Z","device":"gps","state":"up"},{"type":"device","seq":1043,"timestamp":"2026-02-05T14:30:00.000Z","device":"gps","state":"up"}]}"#
      )
    }
  }

  @Test func aReplayedRecordHasNoNumber() {
    var writer = JSONWriter()
    JSONFormat.append(
      Record(
        time: .seconds(1.5), timestamp: Timestamp(milliseconds: 1_770_301_800_000),
        body: .device(name: "gps", isUp: true, reason: nil)), gateway: "truck-005", to: &writer)
    #expect(
      writer.text
        == #"{"type":"device","gateway":"truck-005","timestamp":"2026-02-05T14:30:00.000Z","device":"gps","state":"up"}"#
    )
    writer.removeAll()
    JSONFormat.append(
      Record(time: .seconds(1.5), timestamp: nil, body: .device(name: "gps", isUp: true, reason: nil)),
      gateway: "truck-005", to: &writer)
    #expect(
      writer.text == #"{"type":"device","gateway":"truck-005","engine_time":1.5,"device":"gps","state":"up"}"#)
  }

  @Test func everyRecordIsReadableJSON() {
    for text in ["\u{0}\u{1f}\"\\", "é😀", String(repeating: "x", count: 10_000)] {
      var diagnostics = Diagnostics()
      let json = Self.json(.reading(device: "d", metric: "m", value: .text(text), unit: text, quality: .bad))
      let node = JSON.parse(SourceFile(path: "record", text: json), diagnostics: &diagnostics)
      #expect(node != nil && diagnostics.isEmpty)
    }
    for value in [Double.nan, .infinity, -0.0, 1e300, 1e-300] {
      var diagnostics = Diagnostics()
      let json = Self.json(
        .position(
          device: "d",
          Position(latitude: 1, longitude: 2, altitude: value, speed: value, course: value, accuracy: value)))
      _ = JSON.parse(SourceFile(path: "record", text: json), diagnostics: &diagnostics)
      #expect(diagnostics.isEmpty, "\(json)")
    }
  }
}
