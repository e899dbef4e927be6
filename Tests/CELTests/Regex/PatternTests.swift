@testable import CEL
import Testing

@Suite struct PatternTests {
  @Test(arguments: [
    ("abc", "xabcx", true), ("^abc$", "xabc", false), ("a|b|", "", true), ("^(a|bc)+$", "abcbca", true),
    ("^a{2,3}$", "aaaa", false),
    ("^a{2,}$", "aaaa", true), ("^a{0}$", "", true), ("x{,3}", "x{,3}", true), ("a{", "a{", true),
    ("^[a-c-]+$", "a-c", true),
    ("^[^a-c]+$", "xyz", true), ("^[]a]+$", "]a", true), ("^[\\d_]+$", "1_2", true), ("^[[:alpha:]]+$", "aZ", true),
    ("^[[:^digit:]]$", "5", false), ("^\\w+\\s\\S\\D$", "ab xy", true), ("(?i)straße", "STRAßE", true),
    ("(?i)^[a-z]+$", "ABC", true),
    ("(?i)k", "\u{212a}", true), ("(?i:a)b", "Ab", true), ("(?i:a)b", "AB", false), ("a.c", "a\nc", false),
    ("(?s)a.c", "a\nc", true),
    ("(?m)^b$", "a\nb\nc", true), ("^b$", "a\nb\nc", false), ("\\bfoo\\b", "a foo b", true),
    ("\\bfoo\\b", "afoo", false), ("\\Boo", "foo", true),
    ("\\Aa\\z", "a", true), ("\\x41\\x{1F600}", "A😀", true), ("\\101", "A", true), ("\\.", ".", true),
    ("\\Qa.b\\E+", "a.bb", true),
    ("^\\pL+$", "äñ", true), ("^\\p{Lu}$", "a", false), ("^\\P{Lu}$", "a", true), ("^[^\\pL]$", "1", true),
    ("(?P<year>\\d{4})", "in 2024", true),
    ("(a*)*b", "aaab", true), ("(|a)*", "", true), ("a**?", "", false), ("a+?b", "aab", true), ("^$", "", true),
    ("(?i-s:A)", "a", true),
    ("^(?:(?:a?){3}){3}$", "aaaaaaaaa", true),
  ])
  func syntaxMeansWhatItDoesInRE2(_ pattern: String, _ text: String, _ matches: Bool) throws {
    if pattern == "a**?" {
      #expect(throws: PatternError.self) { try Pattern(pattern) }
    } else {
      #expect(try Pattern(pattern).matches(in: text) == matches)
    }
  }

  @Test(arguments: [
    "(", ")", "a)", "[", "[a", "[z-a]", "*", "+a", "a**", "a{1001}", "a{3,2}", "\\", "\\1", "\\y", "(?=a)", "(?<!a)",
    "(?P<>a)", "(?", "\\p{Greekish}",
    "\\x{110000}", "\\xg", "[[:foo:]]", "(?z)", "((((a{100}){100}){100}){100})", "(((){1000}){1000}){1000}", "\\C",
    "\\pN{2}{3}",
  ])
  func whatIsNoPatternIsRefused(_ pattern: String) { #expect(throws: PatternError.self) { try Pattern(pattern) } }

  @Test(arguments: [
    "(a*)*b", "(a|a)*b", "(a|aa)+$b", "(.*)(.*)(.*)(.*)(.*)b", "(x+x+)+y",
    "a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaaaaaa$b",
  ])
  func noPatternTakesLongerThanLinearTime(_ pattern: String) throws {
    let compiled = try Pattern(pattern)
    #expect(!compiled.matches(in: String(repeating: pattern.hasPrefix("(x") ? "x" : "a", count: 4000)))
  }

  @Test func deepNestingIsRefusedNotFollowed() {
    #expect(throws: PatternError.self) { try Pattern(String(repeating: "(", count: 50_000)) }
    #expect(throws: Never.self) { try Pattern(String(repeating: "(", count: 100) + String(repeating: ")", count: 100)) }
  }

  @Test func randomPatternsNeitherCrashNorHang() {
    var state: UInt64 = 7
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let parts =
      Array("()[]{}*+?|^$.\\-,:=!<>PQEdwsbBAzpLx0123789aäi \n").map(String.init) + [
        "[:alpha:]", "(?i)", "{2,5}", "\\p{L}",
      ]
    for _ in 0..<3000 {
      let text = (0..<next(24)).map { _ in parts[next(parts.count)] }.joined()
      guard let pattern = try? Pattern(text) else { continue }
      _ = pattern.matches(in: "aaa b\nä 123 xyz")
    }
  }
}
