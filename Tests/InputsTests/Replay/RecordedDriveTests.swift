import Foundation
import Geo
import Model
import Testing

@testable import Inputs

/// Recordings of real receivers, beside what gpsd made of them.
@Suite(.enabled(if: RecordedDrives.isThere, "test data is missing: set WAYPOST_TEST_DATA")) struct RecordedDriveTests {
  /// Where a receiver says in a sentence of its own that its antenna was surveyed to stand, and how often it does. gpsd gives that out as one
  /// more fix of the epoch, 18 m from what the receiver had just measured; it is no fix, and the reader doesn't take it.
  static let antennas: [String: (place: Coordinate, reports: Int)] = [
    // $PERC,GPavp,4111.5950,N,11156.5597,W
    "ericsson-gru04-02-70sec.log": (Coordinate(latitude: 41.19325, longitude: -111.942661667), 2)
  ]

  /// Epochs of which a log has only a part, with a place and a time nonetheless. gpsd waits for what ends an epoch or tells its date, and
  /// reports them without a time or not at all.
  static let cutEpochs: [String: [String]] = [
    // Pieced together: a part that begins with the GLL of an epoch, before the date that its ZDA brings; its end, before GLL and ZDA, where
    // another begins; and the end of that, before GGA.
    "bt451.log": ["2009-12-09T15:25:04.500Z", "2009-12-09T15:25:08.500Z", "2009-12-09T14:33:08.500Z"]
  ]

  @Test(arguments: RecordedDrives.names("gps", ending: [".log"]))
  func aLogGivesTheFixesThatGpsdFound(name: String) throws {
    // A simulating receiver that warns all the time: gpsd reports two fixes, both while it is sorting sentences into epochs.
    if name == "GPSmap-76S.log" {
      let error = #expect(throws: TrackError.self) { try RecordedDrives.track("gps/\(name)") }
      #expect(error?.code == .nothingUsable)
      return
    }
    let ours = try RecordedDrives.track("gps/\(name)")
    #expect(ours.format == .nmea)
    let gpsds = try RecordedDrives.track("gps/\(name).chk")
    #expect(gpsds.format == .gpsdJSON)
    #expect(gpsds.issues.count == 0)
    // gpsd reports several times an epoch as sentences come in; its last word on each counts.
    var byTime: [Timestamp: Position] = [:]
    var surveyed = 0
    for position in gpsds.positions {
      let place = Coordinate(latitude: position.latitude, longitude: position.longitude)
      if let antenna = Self.antennas[name], Geodesic.distance(place, antenna.place) < 0.1 {
        surveyed += 1
      } else {
        position.time.map { byTime[$0] = position }
      }
    }
    #expect(surveyed == Self.antennas[name]?.reports ?? 0)
    let all = ours.positions.filter { $0.time != nil }
    #expect(Set(all.map(\.time)).count == all.count, "an epoch gave two fixes")
    let cut = Self.cutEpochs[name, default: []].map { Timestamp(rfc3339: $0) }
    #expect(cut.allSatisfy { time in time != nil && all.contains { $0.time == time } }, "a cut epoch is missing")
    let dated = all.filter { !cut.contains($0.time) }
    #expect(abs(dated.count - byTime.count) <= 2, "\(dated.count) fixes, gpsd \(byTime.count)")
    var common = 0
    for position in dated {
      guard let time = position.time, let theirs = byTime[time] else { continue }
      common += 1
      let apart = Geodesic.distance(
        Coordinate(latitude: position.latitude, longitude: position.longitude),
        Coordinate(latitude: theirs.latitude, longitude: theirs.longitude))
      #expect(apart < 1, "\(time): \(apart) m apart")
      if let a = position.speed, let b = theirs.speed { #expect(abs(a - b) < 0.2, "\(time)") }
    }
    #expect(common >= byTime.count - 2, "\(common) of \(byTime.count) are gpsd's")
    let offsets = ours.points.map(\.offset)
    #expect(zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 })
  }

  static let drives: [(String, TrackFormat, fixes: Int, seconds: Double)] = [
    ("dg100.gpx", .gpx, 12_027, 90_763), ("drive-31.csv", .csv, 4_245, 4_244), ("drive-42.csv", .csv, 7_739, 12_377),
    ("drive-54.csv", .csv, 19_313, 19_523), ("drive-92.csv", .csv, 7_892, 7_891),
    ("mtv-phone-truth.csv", .csv, 23_771, 2_377), ("mtv-phone.csv", .csv, 1_737, 1_738),
    ("mtv-phone.nmea", .nmea, 1_737, 1_738), ("mtv-ublox-f9k.nmea", .nmea, 1_654, 1_727),
    ("seattle.csv", .csv, 7_531, 7_611),
  ]

  @Test(arguments: drives.indices) func aDriveIsReadWhole(index: Int) throws {
    let (name, format, fixes, seconds) = Self.drives[index]
    let track = try RecordedDrives.track("tracks/\(name)")
    #expect(track.format == format)
    #expect(track.positions.count == fixes)
    #expect(abs(track.duration.seconds - seconds) < 0.5)
    #expect(track.issues.count <= 13)
    #expect(track.positions.allSatisfy { $0.isUsable && $0.time != nil })
  }

  @Test func thePhonesSentencesAndItsTableAreOneDrive() throws {
    let (a, b) = try (RecordedDrives.track("tracks/mtv-phone.nmea"), RecordedDrives.track("tracks/mtv-phone.csv"))
    for (p, q) in zip(a.positions, b.positions) {
      #expect(p.time == q.time)
      #expect(abs(p.latitude - q.latitude) < 1e-7 && abs(p.longitude - q.longitude) < 1e-7)
    }
  }

  @Test func noDamageToARecordingTraps() throws {
    var random = SeededRandom(seed: 11)
    for path in ["gps/bt451.log", "gps/garmin-10x.log.chk", "gps/ublox-zed-f9p-nmea.log"] {
      let bytes = try RecordedDrives.bytes(path)
      for _ in 0..<25 {
        var damaged = Array(bytes.prefix(12_000))
        for _ in 0..<200 {
          damaged[Int(random.next() % UInt64(damaged.count))] = UInt8(truncatingIfNeeded: random.next())
        }
        do {
          _ = try TrackReader.read(damaged, file: path, device: "gps")
        } catch {
          #expect(!error.message.isEmpty)
        }
      }
    }
  }
}
