import Glibc
import Testing

@testable import Inputs

@Suite struct LinePatternTests {
  private func fields(_ pattern: String, _ line: String) throws -> [String: String]? {
    try LinePattern(pattern).fields(of: Array(line.utf8)[...])?.mapValues { String(decoding: $0, as: UTF8.self) }
  }

  @Test(
    arguments: [
      (
        "{status},{kind},{weight:number}{unit}", "ST,GS,+0012.34kg",
        ["status": "ST", "kind": "GS", "weight": "+0012.34", "unit": "kg"]
      ),
      (
        "{status},{kind},{weight:number}{unit}", "US,NT,-   12.3  g \r",
        ["status": "US", "kind": "NT", "weight": "-   12.3", "unit": "g"]
      ),
      ("S {state} {weight:number} {unit}", "S S     100.00 g", ["state": "S", "weight": "100.00", "unit": "g"]),
      ("R{distance:number}", "R0480 ", ["distance": "0480"]), ("{a},{b},{c}", ",,", ["a": "", "b": "", "c": ""]),
      (
        "{:2}MWV,{angle},{},{speed:number},{unit:1},A", "WIMWV,041.1,R,01.0,N,A",
        ["angle": "041.1", "speed": "01.0", "unit": "N"]
      ),
      ("{{{a}}}", "{x}", ["a": "x"]), ("{a:3}{b}", "abcdef", ["a": "abc", "b": "def"]),
      ("{x:number}", ".5", ["x": ".5"]),
      ("{x:number}.", "5.", nil), ("{x:number}kg", "12", nil), ("R{x:number}", "R12x", nil), ("{a}b", "aab b", nil),
      ("{a} {b}", "a", ["a": "a", "b": ""]), ("x {a:number}", "x12", nil), ("{a:9}", "12345678 ", ["a": "12345678"]),
    ] as [(String, String, [String: String]?)])
  func aLineGivesItsFields(pattern: String, line: String, expected: [String: String]?) throws {
    #expect(try fields(pattern, line.replacing("\r", with: "")) == expected)
  }

  @Test(arguments: [
    ("{a}{b}", "nothing tells where this field ends", 0..<6),
    ("{a:number}{b:number}", "nothing tells where this number ends", 0..<20),
    ("x{a", "a `{` has no `}`", 1..<2), ("a}", "a `}` stands alone", 1..<2),
    ("{A}", "a field can't be named `A`", 0..<3),
    ("{a:int}", "a field can't be `:int`", 0..<7), ("{a},{a}", "the field `a` stands twice", 4..<7),
    ("abc", "the pattern has no field", 0..<3),
    ("", "the pattern has no field", 0..<0), ("{a}{b:number}", "nothing tells where this field ends", 0..<13),
  ]) func aPatternThatCannotWorkIsToldWithItsPlace(pattern: String, message: String, range: Range<Int>) {
    let mistake = #expect(throws: LinePattern.Mistake.self) { try LinePattern(pattern) }
    #expect(mistake?.message == message)
    #expect(mistake?.range == range)
    #expect(mistake?.help.isEmpty == false)
  }

  /// A pattern and a line on which a matcher that looks back takes the square of the line's length, some minutes, or worse.
  @Test func theTimeIsProportionalToTheLine() throws {
    let pattern = try LinePattern((0..<60).map { "{f\($0)},a" }.joined())
    let line = Array(String(repeating: "b,", count: 80_000).utf8)[...]
    let begin = Self.timeAtWork
    #expect(pattern.fields(of: line) == nil)
    #expect(Self.timeAtWork - begin < 2)
  }

  /// How long a processor has worked for this thread, seconds: what others take of it counts not.
  private static var timeAtWork: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  @Test func noPatternAndNoLineTraps() {
    var random = SeededRandom(seed: 3)
    let pieces = ["{", "}", "{a}", "{b:number}", "{:3}", "{c:2}", " ", ",", "x", "{}", "ü", ":", "{{"]
    let bytes = Array("x,1. -+9a\u{FC}".utf8) + [0, 255]
    for _ in 0..<5000 {
      let text = (0..<Int(random.next() % 8)).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
      guard let pattern = Self.pattern(text) else { continue }
      for _ in 0..<4 {
        let line = (0..<Int(random.next() % 24)).map { _ in bytes[Int(random.next() % UInt64(bytes.count))] }
        let fields = pattern.fields(of: line[...])
        for field in fields.map(\.values) ?? [:].values { #expect(field.count <= line.count) }
      }
    }
  }

  private static func pattern(_ text: String) -> LinePattern? {
    do throws(LinePattern.Mistake) { return try LinePattern(text) } catch { return nil }
  }
}
