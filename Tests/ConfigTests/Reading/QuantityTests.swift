import Config
import Model
import Testing

@Suite struct QuantityTests {
  private func read<T>(_ value: String, _ body: (YAMLNode, inout Diagnostics) -> T?) -> (T?, Diagnostic?, String) {
    var text = Reading("k: \(value)   # comment\n")
    guard let node = text.node("k") else { return (nil, text.diagnostics.all.first, "") }
    let result = body(node, &text.diagnostics)
    #expect(text.diagnostics.all.count <= 1)
    #expect((result == nil) == text.diagnostics.hasErrors, "\(value)")
    return (result, text.diagnostics.all.first, text.source(text.diagnostics.all.first?.span))
  }

  @Test(arguments: [
    ("10 s", 10_000_000_000), ("10s", 10_000_000_000), ("500 ms", 500_000_000), ("5 min", 300_000_000_000),
    ("1.5 h", 5_400_000_000_000),
    ("30 d", 2_592_000_000_000_000), ("1 min 12 s", 72_000_000_000), ("1h30min", 5_400_000_000_000), ("0 s", 0),
    ("\"10 s\"", 10_000_000_000),
    ("+2 s", 2_000_000_000), (".5 s", 500_000_000), ("1e3 ms", 1_000_000_000), ("0.1 s", 100_000_000),
    ("10   s", 10_000_000_000),
    ("10\u{A0}s", 10_000_000_000),
  ])
  func lengthsOfTimeAreRead(text: String, nanoseconds: Int64) {
    #expect(read(text) { $0.interval("`k`", diagnostics: &$1) }.0 == Interval(nanoseconds: nanoseconds))
  }

  @Test(
    arguments: [
      ("10", "missing-unit", "write `10 s`"), ("0", "missing-unit", "write `0 s`"),
      ("2.5", "missing-unit", "write `2.5 s`"),
      ("5 mins", "wrong-unit", "write `5 min`"), ("5 sec", "wrong-unit", "write `5 s`"),
      ("5 S", "wrong-unit", "write `5 s`"),
      ("5 seconds", "wrong-unit", "write `5 s`"), ("5 hrs.", "wrong-unit", "write `5 h`"),
      ("5 m", "wrong-unit", "write `5 min`, if that is meant"),
      ("2,5 s", "decimal-comma", "write `2.5 s`"), ("10 km", "wrong-unit", "the units are `ms`, `s`, `min`, `h`, `d`"),
      ("12:30", "wrong-unit", "write each part with its unit: `1 h 30 min`, `5 min`, `90 s`"),
      ("5 Minuten", "wrong-unit", "write `5 min`"), ("2 heures", "wrong-unit", "write `2 h`"),
      ("1 week", "wrong-unit", "write `7 d`"), ("1.5 Wochen", "wrong-unit", "write `10.5 d`"),
      ("1 month", "wrong-unit", "write `30 d`"),
      ("soon", "wrong-type", "write a number and a unit, such as `10 s`"),
      ("s 10", "wrong-type", "write a number and a unit, such as `10 s`"),
      ("[10 s]", "wrong-type", "write `10 s`, for example"),
      ("{s: 10}", "wrong-type", "write `10 s`, for example"),
      ("true", "wrong-type", "write a number and a unit, such as `10 s`"),
      ("-1 s", "out-of-range", "write `0 s` or more"), ("400 d", "out-of-range", "write `365 d` or less"),
      ("1e999 s", "wrong-type", nil),
      ("1e300 d", "out-of-range", nil), ("5 s 1 min", "wrong-type", nil), ("1 s 1 s", "wrong-type", nil),
      ("1 s 1", "missing-unit", nil),
      ("1 s, 2 s", "wrong-unit", nil), (".inf", "wrong-type", nil), ("0x10 s", "wrong-unit", nil),
      ("--5 s", "wrong-type", nil), ("5. s", "wrong-type", nil),
      ("''", "wrong-type", nil),
    ] as [(String, String, String?)])
  func wrongLengthsOfTimeAreToldWithTheRemedy(text: String, code: String, help: String?) {
    let (_, found, source) = read(text) { $0.interval("`k`", in: .zero ... .days(365), diagnostics: &$1) }
    #expect(found?.code == code)
    #expect(source == text)
    if let help { #expect(found?.help == help) }
  }

  @Test func everyDimensionHasItsUnits() {
    func near(_ a: Double?, _ b: Double) -> Bool { a.map { abs($0 - b) <= 1e-9 * max(1, abs(b)) } ?? false }
    #expect(near(read("250 m") { $0.length("k", diagnostics: &$1) }.0, 250))
    #expect(near(read("1.5 km") { $0.length("k", diagnostics: &$1) }.0, 1500))
    #expect(near(read("100 ft") { $0.length("k", diagnostics: &$1) }.0, 30.48))
    #expect(near(read("1 mi") { $0.length("k", diagnostics: &$1) }.0, 1609.344))
    #expect(near(read("1 nmi") { $0.length("k", diagnostics: &$1) }.0, 1852))
    #expect(near(read("36 km/h") { $0.speed("k", diagnostics: &$1) }.0, 10))
    #expect(near(read("10m/s") { $0.speed("k", diagnostics: &$1) }.0, 10))
    #expect(near(read("100 mph") { $0.speed("k", diagnostics: &$1) }.0, 44.704))
    #expect(near(read("1 kn") { $0.speed("k", diagnostics: &$1) }.0, 0.514444444444))
    #expect(read("-25 deg") { $0.angle("k", diagnostics: &$1) }.0 == -25)
    #expect(read("256 MB") { $0.dataSize("k", diagnostics: &$1) }.0 == 256_000_000)
    #expect(read("1 MiB") { $0.dataSize("k", diagnostics: &$1) }.0 == 1_048_576)
    #expect(read("1.5 KB") { $0.dataSize("k", diagnostics: &$1) }.0 == 1500)
    #expect(
      read("100 KB per second") { $0.dataRate("k", diagnostics: &$1) }.0 == DataRate(bytes: 100_000, per: .seconds(1)))
    #expect(
      read("20 MB per day") { $0.dataRate("k", diagnostics: &$1) }.0 == DataRate(bytes: 20_000_000, per: .days(1)))
    #expect(read("5 per hour") { $0.countRate("k", diagnostics: &$1) }.0 == CountRate(count: 5, per: .hours(1)))
  }

  @Test(arguments: [
    ("30 kmh", "write `30 km/h`"), ("30 kph", "write `30 km/h`"), ("30", "write `30 km/h`"),
    ("30 km", "write `30 km/h`, if that is meant"),
    ("30 knots", "write `30 kn`"), ("30 KM/H", "write `30 km/h`"), ("30 km/", "write `30 km/h`"),
    ("30 s", "the units are `m/s`, `km/h`, `mph`, `kn`"),
  ])
  func wrongSpeedsAreToldWithTheRemedy(text: String, help: String) {
    #expect(read(text) { $0.speed("k", diagnostics: &$1) }.1?.help == help)
  }

  @Test(arguments: [
    ("20 mb", "write `20 MB`"), ("20 Mb", "write `20 MB`"), ("20M", "write `20 MB`"),
    ("20 m", "write `20 MB`, if that is meant"), ("20", "write `20 MB`"),
    ("20 kB", "write `20 KB`"), ("2 TB", "write `2000 GB`"), ("20 megabytes", "write `20 MB`"),
    ("20 mi", "write `20 MiB`, if that is meant"),
  ])
  func wrongSizesAreToldWithTheRemedy(text: String, help: String) {
    #expect(read(text) { $0.dataSize("k", diagnostics: &$1) }.1?.help == help)
  }

  @Test(arguments: [
    ("100 KB", "write `100 KB per second`, or per `minute`, `hour`, `day`, `week` or `month`"),
    ("100 kbit/s", "write `12.5 KB per second`"), ("100 KB/s", "write `100 KB per second`"),
    ("100KB/day", "write `100KB per day`"),
    ("100 KB per sec", "write `100 KB per second`"), ("100 KB per days", "write `100 KB per day`"),
    ("100 per second", "write `100 MB`"),
    ("100 km per second", "the units are `B`, `KB`, `MB`, `GB`, `KiB`, `MiB`, `GiB`"),
    ("per second", "write `100 KB per second`"),
    ("0 B per second", "write `100 KB per second`, for example"), ("[1]", "write `100 KB per second`, for example"),
  ])
  func wrongRatesAreToldWithTheRemedy(text: String, help: String) {
    #expect(read(text) { $0.dataRate("k", diagnostics: &$1) }.1?.help == help)
  }

  @Test func rangesHoldAtTheirEnds() {
    #expect(read("1 km") { $0.length("k", in: 1...1000, diagnostics: &$1) }.0 == 1000)
    #expect(read("1 m") { $0.length("k", in: 1...1000, diagnostics: &$1) }.0 == 1)
    #expect(
      read("1001 m") { $0.length("k", in: 1...1000, diagnostics: &$1) }.1?.message
        == "k must be between 1 m and 1 km, and this is `1001 m`")
    #expect(read("106751 d") { $0.interval("k", diagnostics: &$1) }.0 != nil)
    #expect(read("106752 d") { $0.interval("k", diagnostics: &$1) }.1?.code == "out-of-range")
    #expect(read("9223372036 GB") { $0.dataSize("k", diagnostics: &$1) }.0 != nil)
    #expect(read("9223372037 GB") { $0.dataSize("k", diagnostics: &$1) }.1?.code == "out-of-range")
  }
}
