import Drives
import Foundation
import Geo
import Model
import Testing

@testable import Rules

/// Real drives past circles along their way. Skipped, and shown so, where the test data is missing (`WAYPOST_TEST_DATA`).
@Suite(.enabled(if: RecordedDrive.folder != nil, "test data is missing: set WAYPOST_TEST_DATA"))
struct RecordedDriveTests {
  private func run(_ drive: RecordedDrive, apart: Double, radius: Double) throws -> (zones: [Zone], records: [Record]) {
    let zones = try drive.places(apart: apart).enumerated().map { index, place in
      Zone(id: "z\(index)", tags: ["along"], shape: try .circle(center: place, radius: radius))
    }
    let rule = Rule(name: "visits", triggers: [.enter(.tag("along")), .exit(.tag("along"))], actions: [.geofenceEvent])
    var engine = Scene.engine(zones, [rule])
    return (zones, engine.run(drive.observations).eventRecords)
  }

  private func geofence(_ record: Record) -> GeofenceEvent? {
    if case .event(let event) = record.body, case .geofence(let fence) = event.content { fence } else { nil }
  }

  @Test(arguments: RecordedDrive.names)
  func entriesAndExitsAlternate(name: String) throws {
    let drive = try RecordedDrive(name, in: try #require(RecordedDrive.folder))
    for radius in [40.0, 200] {
      let (zones, records) = try run(drive, apart: 3 * radius, radius: radius)
      #expect(records.count > zones.count)
      var last: [String: GeofenceEvent.Kind] = [:]
      for fence in records.compactMap(geofence) {
        #expect(last[fence.zone] != fence.kind, "\(fence.zone)")
        last[fence.zone] = fence.kind
      }
      let times = records.compactMap(\.timestamp)
      #expect(times.count == records.count)
    }
  }

  /// How often the vehicle's bare side of the border changes, against how often we say so: far less where it stands at a border.
  @Test func bandTellsFewerChangesThanTheBareBorder() throws {
    let drive = try RecordedDrive("mtv-phone", in: try #require(RecordedDrive.folder))
    let (zones, records) = try run(drive, apart: 100, radius: 40)
    var bare = 0
    for zone in zones {
      let sides = drive.points.map { zone.shape.contains($0.place) }
      bare += zip(sides, sides.dropFirst()).count { $0 != $1 }
    }
    #expect(records.count <= bare)
  }

  /// Against survey-grade truth of the same drive: every visit that goes deep enough is told, and nothing that wasn't one.
  @Test func visitsAgreeWithTheTruth() throws {
    let folder = try #require(RecordedDrive.folder)
    let drive = try RecordedDrive("mtv-phone", in: folder)
    let truth = try RecordedDrive("mtv-phone-truth", in: folder, stride: 10).points
    let from = try #require(drive.points.first).time
    let (zones, records) = try run(drive, apart: 300, radius: 80)
    var missed = 0
    var visits = 0
    for zone in zones {
      let entries = records.compactMap { record in
        geofence(record).flatMap { $0.zone == zone.id && $0.kind == .entry ? record.timestamp?.seconds : nil }
      }
      for visit in deepVisits(of: truth, to: zone, depth: 40) where visit.lowerBound > from + 5 {
        visits += 1
        if !entries.contains(where: { $0 > visit.lowerBound - 15 && $0 < visit.upperBound + 15 }) { missed += 1 }
      }
    }
    var invented = 0
    for record in records {
      guard let fence = geofence(record), let time = record.timestamp?.seconds,
        let zone = zones.first(where: { $0.id == fence.zone })
      else { continue }
      let near = truth.filter { abs($0.time - time) < 15 }
      guard !near.isEmpty else { continue }
      let crosses = near.contains { abs(zone.shape.signedDistance($0.place)) < 30 }
      if !crosses { invented += 1 }
    }
    #expect(visits > 20)
    #expect(missed == 0)
    #expect(invented == 0)
  }

  /// When the true way was inside and at some moment at least `depth` metres deep.
  private func deepVisits(of truth: [RecordedDrive.Point], to zone: Zone, depth: Double) -> [ClosedRange<Double>] {
    var visits: [ClosedRange<Double>] = []
    var current: (start: Double, end: Double, deepest: Double)?
    for point in truth {
      let distance = zone.shape.signedDistance(point.place)
      if distance > 0 {
        current = (current?.start ?? point.time, point.time, max(current?.deepest ?? 0, distance))
      } else if let visit = current {
        if visit.deepest >= depth { visits.append(visit.start...visit.end) }
        current = nil
      }
    }
    return visits
  }
}
