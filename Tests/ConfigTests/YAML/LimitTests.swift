import Config
import Testing

@Suite struct LimitTests {
  @Test func aBillionLaughsAreRefusedAtTheAliasThatGoesTooFar() {
    var lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    for level in 1...9 {
      lines.append("a\(level): &a\(level) [\((0..<9).map { _ in "*a\(level - 1)" }.joined(separator: ", "))]")
    }
    let text = Reading(lines.joined(separator: "\n"))
    #expect(text.root == nil)
    #expect(text.codes == ["limit"])
    #expect(text.faults == ["*a4"])
  }

  @Test func aTreeCannotHoldItself() {
    let text = Reading("a: &a\n  b: *a\n")
    #expect(text.codes == ["alias"])
    #expect(text.faults == ["*a"])
  }

  @Test func depthIsBoundedForBracketsAndIndentation() {
    #expect(Reading(String(repeating: "[", count: 64) + String(repeating: "]", count: 64)).codes == [])
    #expect(Reading(String(repeating: "[", count: 65)).codes == ["limit"])
    #expect(Reading(String(repeating: "[", count: 1_000_000)).codes == ["limit"])
    #expect(Reading(String(repeating: "- ", count: 1_000_000)).codes == ["limit"])
    #expect(Reading(String(repeating: "? ", count: 100_000)).codes == ["limit"])
    #expect(Reading(String(repeating: "{a: ", count: 100_000)).codes == ["limit"])
  }

  @Test func sizesAndCountsAreBounded() {
    var limits = YAMLLimits()
    limits.bytes = 10
    #expect(Reading("a: 12345678\n", limits: limits).codes == ["file-too-large"])
    limits = YAMLLimits()
    limits.nodes = 5
    let many = Reading("[1, 2, 3, 4, 5, 6]", limits: limits)
    #expect(many.codes == ["limit"])
    #expect(many.faults == ["5"])
    limits = YAMLLimits()
    limits.scalar = 3
    #expect(Reading("a: abcd\n", limits: limits).faults == ["abcd"])
    limits = YAMLLimits()
    limits.aliases = 2
    #expect(Reading("[&a 1, *a, *a, *a]", limits: limits).faults == ["*a"])
  }

  @Test func manyMistakesAreCountedButNotKept() {
    let text = Reading((0..<5000).map { _ in "a: 1\n" }.joined())
    #expect(text.diagnostics.all.count == Diagnostics.defaultLimit)
    #expect(text.diagnostics.dropped == 4999 - Diagnostics.defaultLimit)
    #expect(text.diagnostics.hasErrors)
  }

  @Test(
    .timeLimit(.minutes(10)),
    arguments: ["中,", "e\u{301},", "👩‍👩‍👧,", "\u{600},", "\u{1F1E6}\u{1F1E7}\u{1F1E8},", "a\u{300}\u{301},"])
  func aLongLineOfAnyCharactersIsReadInOnePass(item: String) {
    let text = Reading("[" + String(repeating: item, count: 50_000) + "z]")
    guard case .sequence(let items)? = text.root?.content else {
      Issue.record("not read")
      return
    }
    #expect(items.count == 50_001)
    let line = String(decoding: text.file.bytes, as: UTF8.self)
    #expect(items.last?.span.end.column == line.count)
  }

  @Test func longMessagesAreCut() {
    let text = Reading("a: *\(String(repeating: "x", count: 100_000))\n")
    #expect(text.diagnostics.all.allSatisfy { $0.message.count < 200 && ($0.help?.count ?? 0) < 200 })
    #expect(text.codes == ["alias"])
  }
}
