import CEL
import Foundation
import Testing

/// What must hold for any text: nothing traps, hangs or overflows a small thread's stack, and every problem's span lies within the text.
///
/// `WAYPOST_FUZZ_ROUNDS=N` tries more, `WAYPOST_FUZZ_SEED=N` others.
@Suite struct ExpressionFuzzTests {
  private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

  static let seeds: [[UInt8]] =
    MistakeTests.cases.map { Array($0.0.utf8) }
    + [
      "[1, 2, 3].map(x, x > 1, x * 2).exists_one(y, y == 4) ? {'a': 1u}.a : optional.of(1).orValue(2)",
      "{?'k': optional.none(), 'b': [?optional.of(1)]}[?'k'].optMap(x, x + 1)", "a.b.C{d: 1, ?e: `f`}.?g[0]",
      "cel.bind(x, b'\\x00\\377', r\"\\\" + '''a\nb''' + \"\\u00e9\\U0001F600\")", "0x1Fu - -1.5e-3 % .5 // end\n+ 1",
      "{'a': [1]}.transformMap(k, v, k != '', v[0]) == {} && !(duration('1h') < timestamp('2026-01-01T00:00:00Z') - now)",
    ].map { Array($0.utf8) }

  private static let tokens: [[UInt8]] =
    [
      "(", ")", "[", "]", "{", "}", ".", ",", ":", "?", ".?", "[?", "!", "-", "--", "&&", "||", "&", "=", "==", "<",
      ">", "%",
      "\"", "'", "'''", "\"\"\"", "`", "\\", "\\u", "\\x", "0x", "1e", "1u", "9223372036854775808", "1e999", ",5",
      " and ", " or ",
      " not ", " between ", " in ", "if ", " then ", " else ", " is ", "reefer.", ".exists(x, ", ".map(",
      "cel.bind(a, ", "has(",
      "“", "”", "é", "日", "\u{A0}", "°C", " s", " km/h", "@", "#", ";", "//", "\n", "true", "null", "{?", "optional.",
      "math.greatest(",
    ].map { Array($0.utf8) } + [[0], [0xFF], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80]]

  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private static func mutated(_ random: inout Generator) -> [UInt8] {
    var bytes = seeds.randomElement(using: &random) ?? []
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 0...8, using: &random))
      switch Int.random(in: 0..<9, using: &random) {
      case 0: bytes.removeSubrange(place..<end)
      case 1: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      case 3: bytes.removeSubrange(place...)
      case 4:
        let other = seeds.randomElement(using: &random) ?? []
        let from = Int.random(in: 0...other.count, using: &random)
        bytes.insert(contentsOf: other[from..<min(other.count, from + 40)], at: place)
      case 5:
        let token = tokens.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...400, using: &random) { bytes.insert(contentsOf: token, at: place) }
      default: bytes.insert(contentsOf: tokens.randomElement(using: &random) ?? [], at: place)
      }
    }
    return bytes
  }

  /// What doesn't hold, in words.
  static func check(_ text: String) -> String? {
    let count = text.utf8.count
    for isRule in [true, false] {
      var environment = MistakeTests.environment
      environment.takesIntegerLiteralsAsDoubles = isRule
      environment.limits.cost = 2000
      let parsed = Parser.parse(text, environment)
      if let root = try? parsed.get() {
        let unchecked = Program(compiling: CheckedExpression(unchecked: root, in: environment), in: environment)
        _ = try? unchecked.evaluate([Value]())
      }
      switch Checker.compile(text, environment) {
      case .success(let checked):
        if !parsed.problems.isEmpty { return "problems were lost" }
        _ = try? Program(compiling: checked, in: environment).evaluate([Value]())
      case .failure(let problems):
        if problems.all.isEmpty { return "refused without a reason" }
        for problem in problems.all {
          if problem.span.upperBound > count { return "a span \(problem.span) outside of the text: \(problem.message)" }
          if problem.message.contains("\n") || (problem.help ?? "").contains("\n") {
            return "a line break in a message"
          }
        }
      }
    }
    return nil
  }

  @Test func noTextTrapsOrHangsOnASmallStack() {
    let seed = Self.number("WAYPOST_FUZZ_SEED") ?? 1
    let isDone = onSmallThread {
      for round in 0..<(Self.number("WAYPOST_FUZZ_ROUNDS") ?? 600) {
        var random = Generator(state: UInt64(seed) &* 1_000_003 &+ UInt64(round))
        let text = String(decoding: Self.mutated(&random), as: UTF8.self)
        if let fault = Self.check(text) {
          Issue.record("seed \(seed), round \(round): \(text.debugDescription): \(fault)")
        }
      }
    }
    #expect(isDone)
  }

  @Test func everyBeginningOfATextHolds() {
    for seed in Self.seeds {
      for count in 0...seed.count {
        let text = String(decoding: seed.prefix(count), as: UTF8.self)
        if let fault = Self.check(text) { Issue.record("\(text.debugDescription): \(fault)") }
      }
    }
  }

  @Test(arguments: [
    "(", "[", "{", "{1:", "!", "-", "!-", "a.", "a[", "a(", "f(", "1+", "1?1:", "1?", "not ", "if ", "a&&",
    "x.exists(y,", "[?", "has(",
    "cel.bind(a,a,", "optional.of(1).optMap(a,", "-(", "1 in ", ".a", "a{b:", "> ", "&& ", "and ", "a and ", "* !",
    "1 * * !", "in ", "is not ",
    "a.b.c.", "[[],",
    "a between ", "if a then ",
  ])
  func deepNestingIsRefusedOnASmallStack(_ piece: String) {
    let isDone = onSmallThread {
      for count in [100, 160, 161, 3000] {
        let opening = String(repeating: piece, count: count)
        for text in [opening, opening + "1", opening + "1" + String(repeating: ")", count: count)] {
          if let fault = Self.check(text) { Issue.record("\(count) × \(piece): \(fault)") }
        }
      }
    }
    #expect(isDone)
  }

  @Test func typesThatDoubleAreRefused() {
    var text = "[a]"
    for index in 0..<40 {
      text = "cel.bind(v\(index), \(index == 0 ? "[1]" : "{[v\(index - 1)]: v\(index - 1)}"), \(text))"
    }
    #expect(Self.check(text) == nil)
    #expect(Self.check("x" + String(repeating: ".map(a, [a, a])", count: 60)) == nil)
  }

  @Test func longChainsOfConditionsAreNoDeepTrees() throws {
    let text = Array(repeating: "reefer.temperature > 5", count: 1000).joined(separator: " && ")
    #expect(try Checker.compile(text, MistakeTests.environment).get().resultType == .bool)
  }
}
