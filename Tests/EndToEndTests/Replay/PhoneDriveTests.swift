import Drives
import Foundation
import Geo
import Model
import Testing

extension EndToEnd {
  /// The phone's drive, against the truth, as it arrives over gpsd: sentences into a real gpsd, its JSON into `waypost replay`. The same
  /// without gpsd, and with the figures, is in the tests of zones.
  @Suite(.serialized, .enabled(if: Environment.have("gpsfake", "gpsd") && Environment.data != nil))
  struct PhoneDriveTests {
    /// Of the drive's 29 minutes; all of them in `make verify`.
    private static let seconds = Environment.soak ? 10_000 : 600
    static let receivers = [true, false].flatMap { satellites in
      [0.4, 1, 2.3].map { PhoneReceiver(hdop: $0, tellsSatellites: satellites) }
    }

    private let drive: PhoneDrive

    init() throws {
      drive = try PhoneDrive(in: try #require(RecordedDrive.folder), seconds: Self.seconds)
    }

    /// What the gateway tells of each circle, for each receiver; all gpsds run at a time, since most of it is waiting.
    private func told(_ points: [RecordedDrive.Point], of circles: [GrazedCircle], in bench: Bench) throws -> [[[Stay]]]
    {
      let features = circles.enumerated().map { number, circle in
        #"{"type":"Feature","properties":{"number":"\#(number)","radius":\#(circle.radius)},"geometry":{"type":"Point","#
          + #""coordinates":[\#(circle.center.longitude),\#(circle.center.latitude)]}}"#
      }
      try bench.write(
        #"{"type":"FeatureCollection","features":[\#(features.joined(separator: ","))]}"#, to: "rules.d/circles.geojson"
      )
      try bench.write(
        """
        zones:
          circles: { file: circles.geojson, id: properties.number, tags: [all] }
        report:
          - signals: [gps.position]
            every: 1 h
        rules:
          - name: visits
            on: { enter: "tag:all", exit: "tag:all" }
            then:
              - event: geofence_event

        """, to: "rules.d/rules.yaml")
      let fakes = try Self.receivers.enumerated().map { number, receiver in
        let log = try bench.write(points.map(receiver.sentences).joined(), to: "phone-\(number).log")
        return try GPSFake(
          log: log, port: Socket.freePort(), pause: 0.002, name: "gpsfake-\(number)", in: bench)
      }
      return try fakes.map { fake in
        try fake.wait(within: 900)
        // Every fix came through.
        #expect(Set(fake.reports.compactMap(\.time)).count == points.count)
        return try replay(fake.recording, circles: circles.count, in: bench)
      }
    }

    private func replay(_ recording: String, circles: Int, in bench: Bench) throws -> [[Stay]] {
      let result = try bench.run(
        Environment.waypost, ["replay", "--rules", bench.path("rules.d/rules.yaml"), "--format", "json", recording],
        name: "replay")
      guard result.exit == .code(0) else { throw Failure("waypost replay: \(result.exit): \(result.errors)") }
      var stays: [[Stay]] = Array(repeating: [], count: circles)
      for line in result.output.split(separator: "\n") where line.contains("geofence_event") {
        let record = try WireValue.parse(Array(line.utf8))
        guard let event = record["event"], let number = event["geofence_id"]?.text.flatMap({ Int($0) }),
          let time = record["timestamp"]?.text.flatMap({ Timestamp(rfc3339: $0) })
        else { throw Failure("a crossing without zone or time: \(line)") }
        stays[number].tell(entry: event["event_type"]?.text == "entry", at: Double(time.milliseconds) / 1000)
      }
      return stays
    }

    @Test func visitsAreToldAndNothingElseIs() throws {
      var random = Seeded(seed: 20_240_607)
      let circles = drive.circles(600, using: &random)
      try Bench.with { bench in
        for (receiver, told) in zip(Self.receivers, try told(drive.phone.points, of: circles, in: bench)) {
          let error = 5 * receiver.hdop
          let tally = VisitTally(
            zip(circles, told).map { ($0, $1) }, route: drive.truth, from: drive.begin,
            // What counts as less deep than the fix's error isn't to be told; see docs/performance.md.
            counting: { radius, depth in depth >= max(5, min(error, radius / 3)) })
          print("\(receiver), through gpsd: \(tally)")
          #expect(tally.visits > 300)
          #expect(tally.falseEntries == 0 && tally.falseExits == 0)
          #expect(tally.share <= 0.01)
        }
      }
    }

    /// The phone's errors, as they wandered during the drive, about one place on the borders of 24 zones.
    @Test func parkedAtABorderLessThanOneEventAnHour() throws {
      guard let place = drive.truth.first?.place else { throw Failure("no truth") }
      let points = zip(drive.phone.points, drive.flawless.points).map { fix, truth in
        var point = fix
        point.place = Coordinate(
          latitude: place.latitude + fix.place.latitude - truth.place.latitude,
          longitude: place.longitude + fix.place.longitude - truth.place.longitude)
        point.speed = 0
        return point
      }
      let radius = 100.0
      let circles = (0..<24).map { number in
        let angle = 2 * Double.pi * Double(number) / 24
        return GrazedCircle(center: place.moved(east: radius * cos(angle), north: radius * sin(angle)), radius: radius)
      }
      let hours = Double(points.count * circles.count) / 3600
      try Bench.with { bench in
        for (receiver, told) in zip(Self.receivers, try told(points, of: circles, in: bench)) {
          let events = told.joined().reduce(0) { $0 + ($1.from > -.infinity ? 1 : 0) + ($1.to < .infinity ? 1 : 0) }
          print("\(receiver), parked at a border, through gpsd: \(events) events in \(hours) hours")
          #expect(Double(events) < hours)
        }
      }
    }
  }
}
