import Model
import Testing

@testable import Inputs

@Suite struct GPSDReportsTests {
  private static let second: Int64 = 1_000_000_000

  private func tpv(_ second: Int, mode: Int = 3, device: String = "/dev/gps", eph: Double = 9.5) -> String {
    #"{"class":"TPV","device":"\#(device)","mode":\#(mode),"time":"2024-05-01T00:00:\#(second < 10 ? "0" : "")\#(second).000Z","lat":46.2,"lon":6.1,"eph":\#(eph)}"#
  }

  private func position(_ reports: inout GPSDReports, _ line: String, at time: Int64 = 0) -> Position? {
    guard case .position(_, let position) = reports.read(line.utf8, at: time).content else { return nil }
    return position
  }

  @Test func eachFixGivesOnePositionAlsoTheSameTwice() {
    var reports = GPSDReports(device: "gps", correctsRollOver: true)
    #expect(position(&reports, tpv(1)) != nil)
    #expect(position(&reports, tpv(1)) != nil)
    #expect(position(&reports, tpv(2)) != nil)
  }

  @Test func lossIsToldOnce() {
    var reports = GPSDReports(device: "gps", correctsRollOver: true)
    _ = position(&reports, tpv(1))
    #expect(reports.read(#"{"class":"TPV","mode":1}"#.utf8, at: 0).content == .positionLost(device: "gps"))
    #expect(reports.read(#"{"class":"TPV","mode":1}"#.utf8, at: 0).content == nil)
    #expect(reports.read(#"{"class":"TPV"}"#.utf8, at: 0).content == nil)
    _ = position(&reports, tpv(2))
    #expect(reports.read(#"{"class":"TPV"}"#.utf8, at: 0).content == .positionLost(device: "gps"))
  }

  /// As tomtom-mkII.log begins, on a machine that has been up for longer than no time at all.
  @Test func theFirstSkyMayLackItsDilution() {
    var reports = GPSDReports(device: "gps", correctsRollOver: true)
    _ = reports.read(#"{"class":"SKY","device":"/dev/gps","nSat":12,"uSat":0}"#.utf8, at: 5 * Self.second)
    #expect(position(&reports, tpv(1), at: 6 * Self.second)?.hdop == nil)
  }

  @Test func aModeWithoutAPositionIsNeitherFixNorLoss() {
    var reports = GPSDReports(device: "gps", correctsRollOver: true)
    _ = position(&reports, tpv(1))
    let reading = reports.read(#"{"class":"TPV","mode":3,"time":"2024-05-01T00:00:05.000Z"}"#.utf8, at: 0)
    #expect(reading.content == nil && !reading.isFresh)
  }

  @Test func ephOfPlainNMEAIsNoAccuracy() {
    var reports = GPSDReports(device: "gps", correctsRollOver: true)
    _ = reports.read(#"{"class":"DEVICE","path":"/dev/gps","driver":"NMEA0183"}"#.utf8, at: 0)
    let position = position(&reports, tpv(1))
    #expect(position?.accuracy == nil)
    #expect(position?.eph == 9.5)
  }

  @Test func ephOfABinaryDriverIsTheAccuracyOfItsReceiverAlone() {
    var reports = GPSDReports(device: "gps", correctsRollOver: true)
    _ = reports.read(
      #"{"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/a","driver":"u-blox"},{"class":"DEVICE","path":"/dev/b","driver":"NMEA0183"}]}"#
        .utf8, at: 0)
    #expect(position(&reports, tpv(1, device: "/dev/a", eph: 2.5))?.accuracy == 2.5)
    #expect(position(&reports, tpv(1, device: "/dev/b", eph: 2.5))?.accuracy == nil)
    #expect(position(&reports, tpv(1, device: "/dev/c", eph: 2.5))?.accuracy == nil)
  }

  @Test func aDriverStaysKnownOverAReportThatDoesNotNameItButNotOverAnUnplugging() {
    var reports = GPSDReports(device: "gps", correctsRollOver: true)
    _ = reports.read(#"{"class":"DEVICE","path":"/dev/gps","driver":"u-blox"}"#.utf8, at: 0)
    _ = reports.read(#"{"class":"DEVICE","path":"/dev/gps","activated":"2026-11-21T01:00:00.000Z"}"#.utf8, at: 0)
    #expect(position(&reports, tpv(1))?.accuracy == 9.5)
    _ = reports.read(#"{"class":"DEVICE","path":"/dev/gps","activated":0}"#.utf8, at: 0)
    #expect(position(&reports, tpv(2))?.accuracy == nil)
  }

  @Test func theReceiversErrorEstimateIsTheAccuracyForThreeSeconds() {
    var reports = GPSDReports(device: "gps", correctsRollOver: true)
    _ = reports.read(#"{"class":"GST","device":"/dev/gps","rms":837.0,"lat":3.0,"lon":4.0,"alt":3.0}"#.utf8, at: 0)
    #expect(position(&reports, tpv(1), at: 3 * Self.second)?.accuracy == 5)
    #expect(position(&reports, tpv(2), at: 3 * Self.second + 1)?.accuracy == nil)
  }

  @Test func dilutionAndSatellitesBelongToTheFixForTenSeconds() {
    var reports = GPSDReports(device: "gps", correctsRollOver: true)
    _ = reports.read(#"{"class":"SKY","device":"/dev/gps","hdop":0.8,"uSat":9}"#.utf8, at: 0)
    _ = reports.read(#"{"class":"SKY","device":"/dev/gps","nSat":12,"uSat":0}"#.utf8, at: 1)
    let first = position(&reports, tpv(1), at: Self.second)
    #expect(first?.hdop == 0.8 && first?.satellites == 9)
    let last = position(&reports, tpv(2), at: 12 * Self.second)
    #expect(last?.hdop == nil && last?.satellites == nil)
  }

  @Test func theFirstWordOfAReceiverMayLackEverything() {
    var reports = GPSDReports(device: "gps", correctsRollOver: true)
    _ = reports.read(#"{"class":"SKY","device":"/dev/gps","nSat":0}"#.utf8, at: Self.second)
    let position = position(&reports, tpv(1), at: Self.second)
    #expect(position != nil && position?.hdop == nil && position?.satellites == nil)
  }

  @Test func aLiveFixFromBeforeTheLastRollOverIsMovedByWholePeriods() {
    let line = #"{"class":"TPV","mode":3,"time":"2007-03-14T12:00:00.000Z","lat":1,"lon":2}"#
    var live = GPSDReports(device: "gps", correctsRollOver: true)
    let later = Timestamp(rfc3339: "2026-10-28T12:00:00Z")
    #expect(position(&live, line)?.time == later)
    var recorded = GPSDReports(device: "gps", correctsRollOver: false)
    #expect(position(&recorded, line)?.time == Timestamp(rfc3339: "2007-03-14T12:00:00Z"))
  }

  @Test func dayOneOfGPSIsNoTime() {
    var reports = GPSDReports(device: "gps", correctsRollOver: true)
    let position = position(
      &reports, #"{"class":"TPV","mode":3,"time":"1980-01-06T00:03:45.000Z","lat":1,"lon":2}"#)
    #expect(position != nil && position?.time == nil)
  }

  @Test func aTimeThatCanBeRightIsKept() {
    for time in ["2019-04-07T00:00:00.000Z", "2026-01-01T00:00:00.000Z", "2031-01-01T00:00:00.000Z"] {
      var reports = GPSDReports(device: "gps", correctsRollOver: true)
      let position = position(&reports, #"{"class":"TPV","mode":3,"time":"\#(time)","lat":1,"lon":2}"#)
      #expect(position?.time == Timestamp(rfc3339: time))
    }
  }
}
