import CEL
import Testing

@Suite struct EvaluationTests {
  @Test(arguments: [
    "1 / 0 > 0 || true", "true || 1 / 0 > 0", "!(1 / 0 > 0 && false)", "!(false && 1 / 0 > 0)",
    "true ? true : 1 / 0 > 0",
    "[1, 2, 0].exists(x, 4 / x == 2)", "![0, 1].all(x, 1 / x > 5)", "'text' || true", "!(false && 'text')",
  ])
  func whatDecidesAbsorbsErrors(_ text: String) throws { #expect(try holds(text)) }

  @Test(arguments: [
    "1 / 0 > 0 || false", "false || 1 / 0 > 0", "1 / 0 > 0 && true", "true && 1 / 0 > 0", "1 / 0 > 0 ? true : true",
  ])
  func whatDoesNotDecideLetsErrorsThrough(_ text: String) throws {
    #expect(try failure(text)?.code == .divideByZero)
  }

  @Test func whatIsUnknownComesBeforeWhatFails() throws {
    let program = try program("1 / 0 > 0 && speed > 1.0", ["speed"])
    #expect(throws: EvaluationError(.unknown, "the variable has no value", span: 13..<18)) { try program.evaluate([]) }
  }

  @Test func macrosNest() throws {
    #expect(try holds("[[1, 2], [3]].map(x, x.map(y, y * 2)) == [[2, 4], [6]]"))
    #expect(try holds("[1, 2, 3].map(x, [1, 2].filter(y, y < x).size()) == [0, 1, 2]"))
    #expect(try holds("[1, 2].all(x, [3, 4].exists(y, [5].all(z, x < y && y < z)))"))
    #expect(try holds("cel.bind(a, 2, cel.bind(b, a + 1, [a, b].map(x, x * a))) == [4, 6]"))
    #expect(try holds("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10) == {'b': 20}"))
    #expect(try holds("optional.of(1).optFlatMap(x, optional.of(x + 1).optMap(y, y + x)).value() == 3"))
  }

  @Test func aFoldThatGrowsAListTakesLinearTime() throws {
    var environment = Environment()
    environment.limits.cost = 2_000_000
    let program = try program("items.map(x, x).filter(x, true).size() == 50000", ["items"], in: environment)
    #expect(try program.evaluate([.list(Array(repeating: .int(1), count: 50_000))]) == .bool(true))
  }

  @Test(arguments: [
    "items.all(a, items.all(b, items.all(c, true)))",
    "items.map(a, items).map(b, b).map(c, [c, c, c]).map(d, [d, d, d]).size() > 0",
    "cel.bind(a, [items, items, items, items], cel.bind(b, [a, a, a, a, a, a, a, a, a, a], cel.bind(c, [b, b, b, b, b, b, b, b, b, b], cel.bind(d, [c, c, c, c], d == d))))",
  ])
  func workWithoutEndIsGivenUp(_ text: String) throws {
    let error = try failure(text, ["items": .list(Array(repeating: .int(1), count: 1000))])
    #expect(error?.code == .costExceeded)
  }

  @Test func textsDoNotGrowWithoutEnd() throws {
    let doubled = (0..<40).reduce("s") { text, index in "cel.bind(s\(index), \(text), s\(index) + s\(index))" }
    #expect(try failure(doubled, ["s": .string("0123456789")])?.code == .costExceeded)
    #expect(
      try failure("s.replace('a', s)", ["s": .string(String(repeating: "a", count: 5000))])?.code == .costExceeded)
  }

  @Test func whatIsNestedAsDeepAsMayBeFitsASmallStack() throws {
    let depth = 70
    let texts = [
      String(repeating: "!", count: depth) + "true",
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth),
      "1" + String(repeating: " + 1", count: 150), "true" + String(repeating: " ? true : false || true", count: 30),
      String(repeating: "[1].map(x, ", count: 30) + "1" + String(repeating: ")", count: 30),
      String(repeating: "dyn(", count: depth) + "1" + String(repeating: ")", count: depth),
      String(repeating: "{'a': ", count: depth) + "1" + String(repeating: "}", count: depth),
    ]
    for text in texts {
      let program = try program(text)
      #expect(
        onSmallThread {
          do throws(EvaluationError) { _ = try program.evaluate([]) } catch { Issue.record("\(text): \(error)") }
        })
    }
  }

  @Test func aProgramNamesItsSlots() throws {
    #expect(try program("b > 1 && [a].all(x, x > 0)", ["a", "b", "c"]).slots == [0, 1])
  }

  @Test func aLiteralPatternIsToldWhenItIsCompiled() throws {
    #expect(try program("'a'.matches('(')").problems.map(\.span) == [12..<15])
    #expect(try failure("'a'.matches('(')")?.code == .invalidArgument)
  }
}
