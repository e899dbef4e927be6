@testable import CEL
import Glibc
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    "string(timestamp('2009-02-13T23:31:30Z')) == '2009-02-13T23:31:30Z'",
    "string(timestamp('2009-02-13T23:31:30.120+01:30')) == '2009-02-13T22:01:30.12Z'",
    "timestamp('1970-01-01T00:00:00Z') == timestamp(0)",
    "timestamp('0001-01-01T00:00:00Z') < timestamp('9999-12-31T23:59:59.999999999Z')",
    "timestamp('2024-02-29T00:00:00Z').getDayOfYear() == 59",
    "timestamp('1969-12-31T23:59:59.5Z') - timestamp(0) == duration('-500ms')",
    "timestamp(0) + duration('-1ns') == timestamp('1969-12-31T23:59:59.999999999Z')",
    "timestamp('1900-03-01T00:00:00Z').getDayOfYear() == 59",
    "duration('1h30m') == duration('90m') && duration('-1.5s') == duration('-1500ms') && duration('0') == duration('0s')",
    "duration('1.5h') == duration('5400s') && string(duration('1ns')) == '0.000000001s' && string(duration('-90s')) == '-90s'",
    "duration('-9223372036854775808ns') < duration('9223372036854775807ns')",
    "duration('3730s').getMinutes() == 62 && duration('-1500ms').getMilliseconds() == -500",
  ])
  func textAndArithmetic(_ text: String) throws { #expect(try holds(text)) }

  @Test(arguments: [
    "timestamp('2009-02-30T00:00:00Z')", "timestamp('2009-02-13')", "timestamp('2009-02-13T24:00:00Z')",
    "timestamp('2009-02-13T23:31:30')", "timestamp('')",
    "timestamp('2009-02-13T23:31:30.Z')", "duration('1')", "duration('')", "duration('-')", "duration('1x')",
    "duration('.s')", "duration('1s ')",
    "duration('9223372036854775808ns')", "duration('99999999999999999999h')", "timestamp(253402300800)",
    "timestamp('0000-12-31T00:00:00Z')",
    "timestamp(0).getHours('Nowhere/Land')", "timestamp(0).getHours('../../etc/passwd')",
    "timestamp(0).getHours('Europe')", "timestamp(0).getHours('+25:00')",
  ])
  func whatIsNoTimeIsRefused(_ text: String) throws { #expect(try failure(text) != nil) }
}

@Suite struct TimeZoneTests {
  /// Each hour around the changes of some years, against the C library's own reader of the same files.
  @Test(arguments: [
    "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu",
    "Africa/Casablanca", "Europe/Dublin",
    "Pacific/Chatham", "America/Nuuk", "Antarctica/Troll", "Asia/Gaza", "UTC",
  ])
  func offsetsAreThoseOfTheDatabase(_ name: String) throws {
    guard let offsets = reference(name) else { return }
    let zone = try TimeZone.named(name)
    for (instant, offset) in offsets where zone.offset(at: instant) != offset {
      Issue.record("\(name) at \(instant): \(zone.offset(at: instant)), not \(offset)")
      return
    }
  }

  /// By date(1), which reads the zone from its own environment; nil where it isn't there.
  private func reference(_ name: String) -> [(Int64, Int32)]? {
    let instants = stride(from: Int64(-2_000_000_000), to: 4_200_000_000, by: 1_234_567).map { $0 }
    let list = instants.map { "@\($0)\n" }.joined()
    let path = "/tmp/waypost-zones-\(getpid())-\(name.replacing("/", with: "-"))"
    guard let file = fopen(path, "w") else { return nil }
    fputs(list, file)
    fclose(file)
    defer { unlink(path) }
    guard let output = popen("TZ=\(name) date -f \(path) +%z:%::z", "r") else { return nil }
    defer { pclose(output) }
    var result: [(Int64, Int32)] = []
    var line = [CChar](repeating: 0, count: 64)
    while fgets(&line, 64, output) != nil {
      let text = line.prefix { $0 != 0 && $0 != 10 }.map { Character(Unicode.Scalar(UInt8(bitPattern: $0))) }
      let parts = String(text).split(separator: ":").dropFirst().map { Int32($0.drop { $0 == "+" || $0 == "-" }) ?? 0 }
      guard parts.count == 3 else { return nil }
      let sign: Int32 = text.first == "-" ? -1 : 1
      result.append((instants[result.count], sign * (parts[0] * 3600 + parts[1] * 60 + parts[2])))
    }
    return result.count == instants.count ? result : nil
  }

  @Test func fixedOffsetsNeedNoDatabase() throws {
    #expect(try TimeZone.named("-02:30").offset(at: 0) == -9000)
    #expect(try TimeZone.named("05:45").offset(at: 0) == 20_700)
  }

  @Test(arguments: [
    ("CET-1CEST,M3.5.0,M10.5.0/3", Int64(1_719_792_000), Int32(7200)),
    ("CET-1CEST,M3.5.0,M10.5.0/3", 1_704_067_200, 3600),
    ("NZST-12NZDT,M9.5.0,M4.1.0/3", 1_704_067_200, 46_800), ("<-03>3", 0, -10_800),
    ("EST5EDT,J60/2,J300", 1_719_792_000, -14_400),
    ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 1_704_067_200, 39_600), ("IST-1GMT0,M10.5.0,M3.5.0/1", 1_704_067_200, 0),
  ])
  func footersAreFollowed(_ text: String, _ instant: Int64, _ offset: Int32) throws {
    let rule = try #require(ZoneRule(Array(text.utf8)[...]))
    #expect(rule.offset(at: instant) == offset)
  }

  @Test func damagedFilesAreRefusedOrReadNeverTrapped() throws {
    guard let file = fopen("/usr/share/zoneinfo/Europe/Zurich", "r") else { return }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    #expect(ZoneFile(bytes) != nil)
    var state: UInt64 = 99
    for round in 0..<3000 {
      var damaged = bytes
      for _ in 0..<(1 + round % 5) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        damaged[Int(state >> 33) % damaged.count] = UInt8(truncatingIfNeeded: state >> 20)
      }
      if round % 3 == 0 { damaged.removeLast(Int(state >> 40) % damaged.count) }
      _ = ZoneFile(damaged)?.offset(at: Int64(bitPattern: state))
    }
    #expect(ZoneFile([]) == nil)
  }
}
