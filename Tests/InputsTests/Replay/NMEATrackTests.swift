import Foundation
import Model
import Testing

@testable import Inputs

@Suite struct NMEATrackTests {
  /// With `$` and the checksum.
  static func sentence(_ body: String) -> String {
    let sum = body.utf8.reduce(0, ^)
    let digits = String(sum, radix: 16, uppercase: true)
    return "$\(body)*\(digits.count < 2 ? "0" : "")\(digits)"
  }

  static func read(_ lines: [String], notBefore: Timestamp? = nil) throws -> Track {
    try TrackReader.read(
      Array(lines.joined(separator: "\r\n").utf8), file: "test.nmea", device: "gps", notBefore: notBefore)
  }

  static func rmc(_ time: String, _ date: String, status: String = "A", talker: String = "GP") -> String {
    sentence("\(talker)RMC,\(time),\(status),4612.2640,N,00608.5920,E,19.44,271.5,\(date),,,A")
  }

  static func gga(_ time: String, quality: Int = 1, talker: String = "GP", minutes: String = "12.2640") -> String {
    sentence("\(talker)GGA,\(time),46\(minutes),N,00608.5920,E,\(quality),09,0.9,375.1,M,47.0,M,,")
  }

  static func time(_ text: String) -> Timestamp? { Timestamp(rfc3339: text) }

  @Test func theSentencesOfAnEpochAreOneFix() throws {
    let track = try Self.read([
      Self.rmc("120000.00", "050226"), Self.gga("120000.00"), Self.sentence("GPGSA,A,3,01,02,03,,,,,,,,,,1.8,0.9,1.5"),
      Self.sentence("GPGST,120000.00,10,2,1,45,3.0,4.0,6.0"), Self.sentence("GPVTG,271.5,T,,M,19.44,N,36.0,K,A"),
      Self.rmc("120001.00", "050226"), Self.gga("120001.00"),
    ])
    #expect(track.points.map(\.offset) == [.zero, .seconds(1)])
    let first = try #require(track.positions.first)
    #expect(abs(first.latitude - 46.2044) < 1e-9 && abs(first.longitude - 6.1432) < 1e-9)
    #expect(first.mode == .threeD && first.time == Self.time("2026-02-05T12:00:00Z"))
    #expect(first.altitude == 375.1 && first.course == 271.5 && first.hdop == 0.9 && first.satellites == 9)
    #expect(abs((first.speed ?? 0) - 10.0008) < 1e-3)
    #expect(first.accuracy == 5)
    #expect(track.positions[1].accuracy == nil)
  }

  @Test func ggaAtMidnightDoesNotJumpADay() throws {
    // Before the first RMC of the new day, and a late GGA of the old one.
    let track = try Self.read([
      Self.rmc("235958.00", "050226"), Self.gga("235959.00"), Self.gga("000000.00"), Self.rmc("000001.00", "060226"),
      Self.gga("000002.00"),
    ])
    #expect(
      track.positions.map(\.time)
        == [
          "2026-02-05T23:59:58Z", "2026-02-05T23:59:59Z", "2026-02-06T00:00:00Z", "2026-02-06T00:00:01Z",
          "2026-02-06T00:00:02Z",
        ].map(Self.time))
    #expect(track.points.map(\.offset.seconds) == [0, 1, 2, 3, 4])
  }

  @Test func zdaGivesTheDateWhereThereIsNoRMC() throws {
    let track = try Self.read([Self.sentence("GPZDA,120000.00,05,02,2026,00,00"), Self.gga("120000.00")])
    #expect(track.positions.first?.time == Self.time("2026-02-05T12:00:00Z"))
  }

  @Test func fixesBeforeTheFirstDateHaveNoTime() throws {
    let track = try Self.read([Self.gga("115959.00"), Self.gga("120000.00"), Self.rmc("120000.00", "050226")])
    #expect(track.positions.map(\.time) == [nil, Self.time("2026-02-05T12:00:00Z")])
    #expect(track.points.map(\.offset.seconds) == [0, 1])
  }

  @Test func aLogWithoutAnyDateBeginsIn1970() throws {
    let track = try Self.read([Self.gga("235959.00"), Self.gga("000000.00")])
    #expect(track.positions.map(\.time) == ["1970-01-01T23:59:59Z", "1970-01-02T00:00:00Z"].map(Self.time))
  }

  @Test func aDateThatRolledOverIsMovedOnByWholePeriodsOnlyWhenAsked() throws {
    let lines = [Self.rmc("000345.00", "220899")]
    #expect(try Self.read(lines).positions.first?.time == Self.time("1999-08-22T00:03:45Z"))
    let corrected = try Self.read(lines, notBefore: Self.time("2010-01-01T00:00:00Z"))
    #expect(corrected.positions.first?.time == Self.time("2019-04-07T00:03:45Z"))
    let twice = try Self.read(lines, notBefore: Self.time("2020-01-01T00:00:00Z"))
    #expect(twice.positions.first?.time == Self.time("2038-11-21T00:03:45Z"))
  }

  @Test func aWarningInRMCOverridesTheOldPlaceInGGA() throws {
    let track = try Self.read([
      Self.rmc("120000.00", "050226"), Self.gga("120000.00"), Self.rmc("120001.00", "050226", status: "V"),
      Self.gga("120001.00"), Self.rmc("120002.00", "050226", status: "V"), Self.gga("120002.00", quality: 0),
      Self.rmc("120003.00", "050226"), Self.gga("120003.00"),
    ])
    #expect(track.points.map(\.offset.seconds) == [0, 1, 3])
    #expect(track.points[1].content == .positionLost(device: "gps"))
  }

  @Test func ofSeveralTalkersTheOneForAllSystemsIsBelieved() throws {
    let track = try Self.read([
      Self.gga("120000.00", talker: "GA", minutes: "12.0000"), Self.gga("120000.00", talker: "GN"),
      Self.gga("120000.00", minutes: "13.0000"), Self.rmc("120000.00", "050226", talker: "GN"),
    ])
    #expect(track.positions.count == 1)
    #expect(abs((track.positions.first?.latitude ?? 0) - 46.2044) < 1e-9)
  }

  @Test func uBloxSaysItsOwnEstimate() throws {
    let track = try Self.read([
      Self.sentence(
        "PUBX,00,120000.00,4612.26400,N,00608.59200,E,375.1,G3,2.1,3.2,36.000,271.50,0.007,,0.92,1.19,0.77,9,0,0")
    ])
    let fix = try #require(track.positions.first)
    #expect(fix.accuracy == 2.1 && fix.speed == 10 && fix.hdop == 0.92 && fix.satellites == 9 && fix.mode == .threeD)
  }

  @Test func wrongLinesAreToldWithTheirNumbersAndNeverFatal() throws {
    let good = Self.rmc("120000.00", "050226")
    let track = try Self.read([
      "# comment", good.replacingOccurrences(of: "46", with: "47"), String(good.dropLast(3)),
      String(good.prefix(30)) + good,
      "!AIVDM,1",
      "$GPRMC" + String(repeating: "x", count: 2000), "garbage", Self.rmc("120001.00", "050226"),
    ])
    #expect(track.positions.count == 2)
    #expect(
      track.issues.first.map { "\($0.line) \($0.reason)" } == [
        "2 checksum", "3 noChecksum", "6 tooLong", "7 cutShort",
      ])
  }

  @Test(arguments: [
    "4860.0000,N,00608.5920,E", "9100.0000,N,00608.5920,E", "4612.2640,X,00608.5920,E", ",,,", "nan,N,inf,E",
  ])
  func aPlaceThatIsNoneGivesNoFix(fields: String) {
    #expect(throws: TrackError.self) { try Self.read([Self.sentence("GPRMC,120000.00,A,\(fields),0,0,050226,,,A")]) }
  }
}
