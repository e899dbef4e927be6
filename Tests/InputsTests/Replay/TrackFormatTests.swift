import Foundation
import Model
import Testing

@testable import Inputs

@Suite struct TrackFormatTests {
  static func read(_ text: String) throws -> Track {
    try TrackReader.read(Array(text.utf8), file: "track", device: "gps")
  }

  static let gpx = """
    <?xml version="1.0"?>
    <g:gpx xmlns:g="http://www.topografix.com/GPX/1/1" version="1.1"><g:metadata><g:time>2026-01-01T00:00:00Z</g:time></g:metadata>
    <g:wpt lat="1" lon="2"/>
    <g:trk><g:trkseg>
    <g:trkpt lat="46.2044" lon="6.1432"><g:ele>375</g:ele><g:time>2026-02-05T12:00:00Z</g:time><g:hdop>0.9</g:hdop><g:sat>9</g:sat>
      <g:extensions><x:TrackPointExtension xmlns:x="u"><x:speed>13.9</x:speed><x:course>271.5</x:course></x:TrackPointExtension></g:extensions></g:trkpt>
    <g:trkpt lat="46.2045" lon="6.1432"><g:time>2026-02-05T12:00:02.5Z</g:time></g:trkpt>
    <g:trkpt lat="91" lon="6.1432"><g:time>2026-02-05T12:00:03Z</g:time></g:trkpt>
    <g:trkpt lat="46.2046" lon="6.1432"><g:time>2026-02-05T12:00:01Z</g:time></g:trkpt>
    <g:trkpt lat="46.2047" lon="6.1432"><g:time>2026-02-05T12:00:04Z</g:time><g:fix>none</g:fix></g:trkpt>
    </g:trkseg></g:trk></g:gpx>
    """

  @Test func gpxGivesItsTrackWhateverItsPrefixes() throws {
    let track = try Self.read(Self.gpx)
    #expect(track.format == .gpx)
    #expect(track.points.map(\.offset.seconds) == [0, 2.5, 4])
    #expect(
      track.positions.first
        == Position(
          latitude: 46.2044, longitude: 6.1432, mode: .threeD, time: Timestamp(rfc3339: "2026-02-05T12:00:00Z"),
          altitude: 375,
          speed: 13.9, course: 271.5, hdop: 0.9, satellites: 9))
    #expect(track.points.last?.content == .positionLost(device: "gps"))
    #expect(track.issues.first.map { "\($0.line) \($0.reason)" } == ["8 notOnEarth", "9 backwards"])
  }

  @Test func gpxCutShortKeepsWhatItHas() throws {
    let cut = try #require(Self.gpx.range(of: "<g:trkpt lat=\"91\""))
    let track = try Self.read(String(Self.gpx[..<cut.lowerBound]))
    #expect(track.positions.count == 2)
    #expect(track.issues.first.map(\.reason) == [.badXML])
  }

  @Test func gpxWithoutTimesIsAPointASecond() throws {
    let track = try Self.read(
      "<gpx><rte><rtept lat='1' lon='2'/><rtept lat='1' lon='3'/></rte><wpt lat='5' lon='5'/></gpx>")
    #expect(track.positions.map(\.longitude) == [2, 3])
    #expect(track.points.map(\.offset.seconds) == [0, 1])
  }

  @Test func entitiesAreNotExpanded() {
    let bomb = """
      <!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
      <gpx><trk><trkseg><trkpt lat="1" lon="2"><time>&b;&x;</time></trkpt></trkseg></trk></gpx>
      """
    let error = #expect(throws: TrackError.self) { try Self.read(bomb) }
    #expect(error?.code == .nothingUsable)
  }

  @Test func deepNestingEnds() {
    let error = #expect(throws: TrackError.self) { try Self.read(String(repeating: "<a>", count: 100_000)) }
    #expect(error?.code == .nothingUsable)
  }

  @Test func csvColumnsStandInAnyOrderAndMayBeEmpty() throws {
    let track = try Self.read(
      "lon,LAT, t ,other,hdop,fix\r\n6.1432,46.2044,100,x,0.9,1\n6.1433,46.2044,101.5,x,,\n,,102,x,,\n6.1434,46.2044,103,x,,0\n"
        + "6.1,46.2,104,x,abc,1\n6.1,46.2,105\n6.1,96.2,106,x,,1\n6.1,46.2,50,x,,1\n6.1435,46.2044,107,x,,1\n")
    #expect(track.format == .csv)
    #expect(track.positions.map(\.longitude) == [6.1432, 6.1433, 6.1435])
    #expect(track.positions.map(\.hdop) == [0.9, nil, nil])
    #expect(track.positions.first?.time == Timestamp(milliseconds: 100_000))
    #expect(track.points.map(\.offset.seconds) == [0, 1.5, 2, 7])
    #expect(
      track.issues.first.map { "\($0.line) \($0.reason)" } == [
        "6 badField", "7 cutShort", "8 notOnEarth", "9 backwards",
      ])
  }

  @Test func gpsdsOwnEstimateCountsOnlyWhereItsDriverMakesOne() throws {
    func track(_ driver: String) throws -> Track {
      try Self.read(
        """
        {"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14}
        {"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/ttyS0","driver":"\(driver)","activated":"2026-02-05T12:00:00.000Z"}]}
        {"class":"SKY","device":"/dev/ttyS0","nSat":12,"uSat":9,"satellites":[]}
        {"class":"SKY","device":"/dev/ttyS0","hdop":0.9,"uSat":9}
        {"class":"TPV","device":"/dev/ttyS0","mode":3,"time":"2026-02-05T12:00:00.000Z","lat":46.2044,"lon":6.1432,"eph":17.1}
        {"class":"TPV","device":"/dev/ttyS0","mode":3,"time":"2026-02-05T12:00:01.000Z","lat":46.2044,"l
        {"class":"TPV","device":"/dev/ttyS0","mode":1}
        {"class":"TPV","device":"/dev/ttyS0","mode":3,"time":"2026-02-05T12:00:05.000Z","lat":46.2044,"lon":6.1432}
        """)
    }
    let plain = try track("NMEA0183")
    #expect(plain.format == .gpsdJSON)
    #expect(plain.points.map(\.offset.seconds) == [0, 0, 5])
    #expect(plain.positions.first?.hdop == 0.9)
    #expect(plain.positions.map(\.accuracy) == [nil, nil] && plain.positions.first?.eph == 17.1)
    #expect(plain.issues.first.map { "\($0.line) \($0.reason)" } == ["6 cutShort"])
    #expect(try track("u-blox").positions.first?.accuracy == 17.1)
  }

  @Test(arguments: ["", "hello\n", "{\"type\":\"FeatureCollection\"}", "a,b,c\n1,2,3\n", "\u{0}\u{1}\u{2}"])
  func whatIsNoTrackIsToldWithWhatWouldBe(text: String) {
    let error = #expect(throws: TrackError.self) { try Self.read(text) }
    #expect(error?.code == .unknownFormat)
    #expect(error?.help.contains("NMEA 0183") == true)
  }

  @Test(arguments: ["$GPGGA,,,,,,0,,,,,,,,*66\n", "{\"class\":\"VERSION\"}\n", "<html></html>", "t,lat,lon\n"])
  func aTrackWithoutAFixIsToldWithWhatWasExpected(text: String) {
    let error = #expect(throws: TrackError.self) { try Self.read(text) }
    #expect(error?.code == .nothingUsable)
    #expect(error?.help.hasPrefix("expected ") == true)
  }

  @Test func aFileAboveTheLimitIsRefused() {
    let error = #expect(throws: TrackError.self) {
      try TrackReader.read([UInt8](repeating: 32, count: TrackReader.byteLimit + 1), file: "track", device: "gps")
    }
    #expect(error?.code == .tooLarge)
  }
}
