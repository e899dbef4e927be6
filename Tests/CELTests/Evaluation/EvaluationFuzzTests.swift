import CEL
import Glibc
import Testing

/// Expressions made of everything that there is, put together by chance, whole and damaged: whatever is read is evaluated, and gives a
/// value or an error. `WAYPOST_FUZZ_SECONDS` makes it go on for so long, with another seed each time.
@Suite struct EvaluationFuzzTests {
  private struct Maker {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }

    mutating func pick(_ texts: [String]) -> String { texts[next(texts.count)] }

    static let leaves = [
      "0", "1", "-1", "9223372036854775807", "-9223372036854775808", "18446744073709551615u", "0u", "1.5", "-0.0",
      "1e308", "0.0 / 0.0", "''",
      "'aä😀'", "'2024-01-01T00:00:00Z'", "'1h'", "'%s %d %.3f %e %x'", "'Europe/Zurich'", "'(a*)*b'", "b'\\xff'",
      "true", "false", "null", "[]",
      "{}", "x", "y", "list", "map", "int", "optional.none()", "timestamp(0)", "duration('1s')",
      "timestamp('9999-12-31T23:59:59Z')",
    ]
    static let binary = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "in"]
    static let members = [
      "size", "contains", "startsWith", "endsWith", "matches", "getHours", "getMilliseconds", "getDayOfYear", "charAt",
      "indexOf", "lastIndexOf", "substring",
      "replace", "split", "join", "format", "reverse", "trim", "lowerAscii", "upperAscii", "value", "hasValue", "or",
      "orValue", "first",
    ]
    static let functions = [
      "int", "uint", "double", "string", "bytes", "bool", "timestamp", "duration", "type", "dyn", "size",
      "strings.quote", "math.abs", "math.greatest",
      "math.least", "math.round", "math.bitShiftLeft", "math.sqrt", "base64.encode", "base64.decode", "optional.of",
      "optional.ofNonZeroValue",
    ]
    static let macros = ["all", "exists", "exists_one", "map", "filter", "optMap", "optFlatMap"]
    static let twoVariableMacros = ["all", "exists", "existsOne", "transformList", "transformMap"]

    mutating func expression(_ depth: Int) -> String {
      guard depth > 0 else { return pick(Self.leaves) }
      switch next(14) {
      case 0, 1, 2: return "(\(expression(depth - 1)) \(pick(Self.binary)) \(expression(depth - 1)))"
      case 3: return "(\(expression(depth - 1)) ? \(expression(depth - 1)) : \(expression(depth - 1)))"
      case 4: return (next(2) == 0 ? "!" : "-") + "(\(expression(depth - 1)))"
      case 5:
        return
          "[\((0..<next(4)).map { _ in (next(5) == 0 ? "?" : "") + expression(depth - 1) }.joined(separator: ", "))]"
      case 6:
        return
          "{\((0..<next(3)).map { _ in "\(expression(depth - 1)): \(expression(depth - 1))" }.joined(separator: ", "))}"
      case 7, 8:
        let arguments = (0..<next(4)).map { _ in expression(depth - 1) }.joined(separator: ", ")
        return "(\(expression(depth - 1))).\(pick(Self.members))(\(arguments))"
      case 9:
        return "\(pick(Self.functions))(\((0...next(2)).map { _ in expression(depth - 1) }.joined(separator: ", ")))"
      case 10: return "(\(expression(depth - 1))).\(pick(Self.macros))(x, \(expression(depth - 1)))"
      case 11: return "(\(expression(depth - 1))).\(pick(Self.twoVariableMacros))(x, y, \(expression(depth - 1)))"
      case 12: return "(\(expression(depth - 1)))\(next(2) == 0 ? "[" : "[?")\(expression(depth - 1))]"
      default: return "cel.bind(y, \(expression(depth - 1)), \(expression(depth - 1)))"
      }
    }

    /// Some bytes gone, doubled or changed.
    mutating func damaged(_ text: String) -> String {
      var bytes = Array(text.utf8)
      for _ in 0...next(3) where !bytes.isEmpty {
        let place = next(bytes.count)
        switch next(3) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(bytes[next(bytes.count)], at: place)
        default: bytes[place] = UInt8(next(128))
        }
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  @Test func whateverIsReadGivesAValueOrAnError() throws {
    let seconds = getenv("WAYPOST_FUZZ_SECONDS").flatMap { Int(String(cString: $0)) } ?? 0
    let start = ContinuousClock.now
    var seed: UInt64 = seconds > 0 ? UInt64(time(nil)) : 1
    repeat {
      try round(seed)
      seed += 1
    } while ContinuousClock.now - start < .seconds(seconds)
  }

  /// What it found.
  @Test func moreDaysThanThereAreIsAMistakeLikeAnyOther() {
    #expect(!Parser.parse("9223372036854775807 d", Environment()).problems.isEmpty)
  }

  private func round(_ seed: UInt64) throws {
    var maker = Maker(state: seed)
    var environment = Environment()
    environment.limits.cost = 20_000
    var map = Value.Map()
    try map.insert(.list([.int(1)]), for: .string("a"))
    try map.insert(.null, for: .int(2))
    let store: [Value] = [
      .double(1.5), .string("text"), .list([.int(1), .string("a"), .double(.nan), .list([.none])]), .map(map),
    ]
    for (slot, name) in ["x", "y", "list", "map"].enumerated() {
      environment.variables[name] = Variable(.dyn, slot: slot)
    }
    for index in 0..<600 {
      var text = maker.expression(1 + maker.next(4))
      if index % 4 == 0 { text = maker.damaged(text) }
      let parsed = Parser.parse(text, environment)
      guard parsed.problems.isEmpty else { continue }
      var resolver = Resolver(environment)
      let root = resolver.resolve(parsed.root)
      let checked = CheckedExpression(root: root, types: [:], references: resolver.references, resultType: .dyn)
      let program = Program(compiling: checked, in: environment)
      do throws(EvaluationError) {
        // Evaluated twice, it gives the same; a NaN isn't equal even to itself, so texts are compared.
        let value = try program.evaluate(store)
        #expect(try program.evaluate(store).formatted == value.formatted, "\(text)")
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
  }
}
