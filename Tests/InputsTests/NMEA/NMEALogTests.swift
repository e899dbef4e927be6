import Geo
import Model
import Testing

@testable import Inputs

/// Logs of real receivers through the live driver's session, beside what the reader of recordings and gpsd make of them.
@Suite(.enabled(if: RecordedDrives.isThere, "test data is missing: set WAYPOST_TEST_DATA")) struct NMEALogTests {
  /// What the session submits when the log is said as the receiver said it: each epoch when its time has come, its sentences 5 ms apart.
  static func live(_ path: String) throws -> [Observation.Content] {
    var bench = NMEABench()
    var last: Int?
    for (_, line) in ByteLines(try RecordedDrives.bytes(path)) {
      if let time = sentence(line)?.timeOfFix {
        let step = last.map { (time - $0 + 86_400_000) % 86_400_000 } ?? 0
        bench.pass(to: bench.now + Int64(step > 43_200_000 ? 1000 : step) * 1_000_000)
        last = time
      }
      bench.pass(to: bench.now + 5_000_000)
      bench.actions += bench.session.received((Array(line) + [13, 10])[...], at: bench.now)
    }
    bench.pass(to: bench.now + 1_000_000_000)
    return bench.contents
  }

  private static func sentence(_ line: ArraySlice<UInt8>) -> NMEASentence? {
    do { return try NMEASentence(line) } catch { return nil }
  }

  static func positions(_ contents: [Observation.Content]) -> [Position] {
    contents.compactMap { if case .position(_, let position) = $0 { position } else { nil } }
  }

  @Test(arguments: RecordedDrives.names("gps", ending: [".log"]))
  func aLogGivesTheFixesOfTheReaderOfRecordings(name: String) throws {
    let live = Self.positions(try Self.live("gps/\(name)"))
    let recorded: [Position]
    do {
      recorded = try RecordedDrives.track("gps/\(name)").positions
    } catch let error as TrackError where error.code == .nothingUsable {
      #expect(live.isEmpty)
      return
    }
    #expect(live.count == recorded.count)
    for (a, b) in zip(live, recorded) {
      var b = b
      b.time = b.time.flatMap(WeekRollOver.corrected)
      if Self.jumping.contains(name), a.time == nil { b.time = nil }
      #expect(a == b, "\(String(describing: b.time))")
    }
  }

  /// Logs whose dates jump by years from one epoch to the next, pieced together of several: the live driver holds such a date back until
  /// it has come five times.
  static let jumping = ["bt451.log", "nmea-fuzzy-cases.log"]

  /// How many of gpsd's fixes of a log are the driver's too, at the same time and the same place, and how far apart the two are at most.
  @Test(arguments: RecordedDrives.names("gps", ending: [".log"]).filter { $0 != "GPSmap-76S.log" })
  func aLogGivesTheFixesThatGpsdFound(name: String) throws {
    let live = Self.positions(try Self.live("gps/\(name)"))
    var gpsds: [Timestamp: Position] = [:]
    // gpsd reports several times an epoch as sentences come in; its last word on each counts.
    for position in try RecordedDrives.track("gps/\(name).chk").positions {
      let place = Coordinate(latitude: position.latitude, longitude: position.longitude)
      if let antenna = RecordedDriveTests.antennas[name], Geodesic.distance(place, antenna.place) < 0.1 { continue }
      position.time.flatMap(WeekRollOver.corrected).map { gpsds[$0] = position }
    }
    var apart = 0.0
    var (common, modes, speeds) = (0, 0, 0.0)
    for position in live {
      guard let time = position.time, let theirs = gpsds[time] else { continue }
      common += 1
      apart = max(
        apart,
        Geodesic.distance(
          Coordinate(latitude: position.latitude, longitude: position.longitude),
          Coordinate(latitude: theirs.latitude, longitude: theirs.longitude)))
      if position.mode != theirs.mode { modes += 1 }
      if let a = position.speed, let b = theirs.speed { speeds = max(speeds, abs(a - b)) }
    }
    #expect(common >= gpsds.count - (Self.jumping.contains(name) ? 4 : 0), "\(common) of gpsd's \(gpsds.count)")
    #expect(live.count <= gpsds.count + (Self.jumping.contains(name) ? 3 : 1), "\(live.count), gpsd \(gpsds.count)")
    // gpsd writes nine decimals of a degree, and speeds in millimetres a second.
    #expect(apart < 0.001 && speeds < 0.001, "\(apart) m, \(speeds) m/s")
    // gpsd 3.22 takes a fix for three-dimensional where these receivers say in GSA that it isn't.
    #expect(modes <= 2 || ["quectel.log", "telit-pls83-w.log"].contains(name), "\(modes) of \(common)")
  }
}
