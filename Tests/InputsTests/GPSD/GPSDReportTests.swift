import Model
import Testing

@testable import Inputs

@Suite struct GPSDReportTests {
  private func parse(_ line: String) -> GPSDFix? {
    if case .fix(let fix) = GPSDReport(line: line.utf8) { fix } else { nil }
  }

  @Test func aFixGivesAllThatTheReceiverSaid() throws {
    let fix = try #require(
      parse(
        #"{"class":"TPV","device":"/dev/pts/3","status":2,"mode":3,"time":"2020-07-11T22:37:45.005Z","ept":0.005,"lat":38.110494000,"lon":-122.626897000,"altHAE":53.6000,"altMSL":83.1000,"alt":83.1000,"speed":0.021,"track":360.0,"eph":2.565}"#
      ))
    #expect(fix.receiver == "/dev/pts/3")
    #expect(fix.mode == 3)
    #expect(fix.time == Timestamp(milliseconds: 1_594_507_065_005))
    #expect(fix.latitude == 38.110494)
    #expect(fix.longitude == -122.626897)
    #expect(fix.altitude == 83.1)
    #expect(fix.speed == 0.021)
    #expect(fix.course == 0)
    #expect(fix.eph == 2.565)
  }

  @Test func whatIsNotSaidIsNilNotZero() throws {
    let fix = try #require(parse(#"{"class":"TPV","device":"/dev/pts/3","mode":2,"lat":1.5,"lon":2.5}"#))
    #expect(fix.time == nil && fix.altitude == nil && fix.speed == nil && fix.course == nil && fix.eph == nil)
    let bare = try #require(parse(#"{"class":"TPV","device":"/dev/pts/3"}"#))
    #expect(bare.mode == 0 && bare.latitude == nil && bare.longitude == nil)
    #expect(parse(#"{"class":"TPV","mode":3,"lat":1.5}"#)?.latitude == nil)
  }

  @Test func heightAboveTheEllipsoidIsNoHeightAboveTheSea() {
    #expect(parse(#"{"class":"TPV","mode":3,"lat":1,"lon":2,"altHAE":53.6,"alt":53.6}"#)?.altitude == nil)
    #expect(parse(#"{"class":"TPV","mode":3,"lat":1,"lon":2,"alt":53.6}"#)?.altitude == 53.6)
  }

  @Test func anUnreadableTimeIsNone() {
    #expect(parse(#"{"class":"TPV","mode":3,"lat":1.5,"lon":2.5,"time":"garbage"}"#)?.time == nil)
    #expect(parse(#"{"class":"TPV","mode":3,"lat":1.5,"lon":2.5,"time":"9999999999999-01-01"}"#)?.latitude == 1.5)
  }

  @Test func receiversAreToldWithTheirDrivers() {
    let list = GPSDReport(
      line:
        #"{"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/pts/3","driver":"u-blox","activated":"2026-11-21T01:00:00.000Z"},{"class":"DEVICE","path":"/dev/ttyACM0"}]}"#
        .utf8)
    #expect(
      list
        == .receivers([
          .init(path: "/dev/pts/3", driver: "u-blox", isActive: true),
          .init(path: "/dev/ttyACM0", driver: "", isActive: true),
        ]))
    #expect(GPSDReport(line: #"{"class":"DEVICES","devices":[]}"#.utf8) == .receivers([]))
  }

  @Test func deactivationIsRead() {
    #expect(
      GPSDReport(line: #"{"class":"DEVICE","path":"/dev/pts/3","activated":0}"#.utf8)
        == .receiver(.init(path: "/dev/pts/3", driver: "", isActive: false)))
    #expect(
      GPSDReport(
        line: #"{"class":"DEVICE","path":"/dev/pts/3","driver":"SiRF","activated":"2026-11-21T01:00:00Z"}"#.utf8)
        == .receiver(.init(path: "/dev/pts/3", driver: "SiRF", isActive: true)))
  }

  @Test func usedSatellitesAreReadWithAndWithoutTheirList() {
    #expect(
      GPSDReport(line: #"{"class":"SKY","device":"/dev/pts/3","hdop":0.40,"uSat":15}"#.utf8)
        == .sky(receiver: "/dev/pts/3", hdop: 0.4, satellites: 15))
    #expect(
      GPSDReport(
        line:
          #"{"class":"SKY","device":"/dev/pts/3","hdop":0.40,"satellites":[{"PRN":28,"el":78.0,"az":1,"ss":33,"used":true},{"PRN":30,"used":false}]}"#
          .utf8) == .sky(receiver: "/dev/pts/3", hdop: 0.4, satellites: 1))
    #expect(
      GPSDReport(line: #"{"class":"SKY","device":"/dev/pts/3","nSat":3,"uSat":0}"#.utf8)
        == .sky(receiver: "/dev/pts/3", hdop: nil, satellites: nil))
  }

  @Test(arguments: [
    "", "{", "}", "{}", "hello", "$GPGGA,1,2*33", #"{"class":"TPV""#, #"{"class":"TPV","mode":3,"lat":1.5,"lon":2.5"#,
    #"{"class":"TPV","mode":3,"lat":1.5,"lon":2.5,"ti"#, "{\"a\":{\"b\":[[[[",
  ])
  func aLineCutShortIsMalformed(_ line: String) {
    #expect(GPSDReport(line: line.utf8) == .malformed)
  }

  @Test func aLineWithANULIsMalformed() {
    #expect(GPSDReport(line: Array(#"{"class":"TPV","mode":3}"#.utf8.dropLast()) + [0] + Array("}".utf8)) == .malformed)
  }

  @Test func anyBytesDoNoHarm() {
    var random = SplitMix(state: 7)
    let whole = Array(
      #"{"class":"SKY","device":"/dev/pts/3","hdop":0.40,"satellites":[{"PRN":28,"el":78.0,"az":1,"ss":33,"used":true}]}"#
        .utf8)
    for _ in 0..<5000 {
      var line = whole
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let i = Int.random(in: 1..<(line.count - 1), using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: line[i] = UInt8.random(in: 0...255, using: &random)
        case 1: line.remove(at: i)
        default: line.insert(contentsOf: line[i..<min(line.count, i + 8)], at: i)
        }
      }
      _ = GPSDReport(line: line)
    }
  }
}

/// Steele, Lea and Flood's SplitMix64, so that a failure can be seen again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
