import Config
import Testing

@Suite struct ScalarTests {
  @Test(
    arguments: [
      ("on", .text), ("yes", .text), ("No", .text), ("y", .text), ("12:30", .text), ("2026-02-05", .text),
      ("1_000", .text), ("0b1", .text),
      ("true", .boolean(true)), ("True", .boolean(true)), ("FALSE", .boolean(false)), ("tRue", .text), ("null", .null),
      ("~", .null),
      ("Null", .null), ("none", .text), ("0", .integer(0)), ("-17", .integer(-17)), ("+5", .integer(5)),
      ("007", .integer(7)),
      ("0o17", .integer(15)), ("0x7FFF", .integer(0x7FFF)), ("0xfg", .text), ("0o8", .text), ("-0x1", .text),
      ("1.5", .float(1.5)), ("1.", .float(1)),
      (".5", .float(0.5)), ("-.5", .float(-0.5)), ("1e3", .float(1000)), ("1.e3", .float(1000)),
      ("1.5E-2", .float(0.015)), ("1e", .text), (".", .text),
      ("+", .text), ("-.", .text), (".e5", .text), ("1.2.3", .text), (".inf", .float(.infinity)),
      ("-.INF", .float(-.infinity)), ("inf", .text),
      ("nan", .text), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .float(0x1p63)),
      ("0xFFFFFFFFFFFFFFFFF", .float(0x1p68)), ("\"5\"", .text), ("'true'", .text), ("!!str 5", .text), ("1 2", .text),
    ] as [(String, YAMLNode.Scalar.Value)])
  func plainScalarsAreTypedByTheCoreSchema(text: String, value: YAMLNode.Scalar.Value) {
    #expect(Reading("k: \(text)\n").node("k")?.scalar?.value == value)
  }

  @Test func notANumberIsAFloat() {
    guard case .float(let value)? = Reading("k: .nan\n").node("k")?.scalar?.value else {
      Issue.record("no float")
      return
    }
    #expect(value.isNaN)
  }

  private func codes<T>(_ value: String, _ body: (YAMLNode, inout Diagnostics) -> T?) -> [String] {
    var text = Reading("k: \(value)\n")
    guard let node = text.node("k") else { return text.codes }
    let result = body(node, &text.diagnostics)
    #expect((result == nil) == !text.codes.isEmpty)
    for diagnostic in text.diagnostics.all { #expect(diagnostic.span == node.span) }
    return text.codes
  }

  @Test func wrongTypesAreRefused() {
    #expect(codes("5") { $0.string("k", diagnostics: &$1) } == ["wrong-type"])
    #expect(codes("[a]") { $0.string("k", diagnostics: &$1) } == ["wrong-type"])
    #expect(codes("~") { $0.string("k", diagnostics: &$1) } == ["missing-value"])
    #expect(codes("\"a\\0b\"") { $0.string("k", diagnostics: &$1) } == ["control-character"])
    #expect(codes("abcd") { $0.string("k", limit: 3, diagnostics: &$1) } == ["too-long"])
    #expect(codes("on") { $0.boolean("k", diagnostics: &$1) } == ["wrong-type"])
    #expect(codes("1.5") { $0.integer("k", diagnostics: &$1) } == ["wrong-type"])
    #expect(codes("1e30") { $0.integer("k", diagnostics: &$1) } == ["out-of-range"])
    #expect(codes("'5'") { $0.integer("k", diagnostics: &$1) } == ["wrong-type"])
    #expect(codes("70000") { $0.integer("k", in: 1...65535, diagnostics: &$1) } == ["out-of-range"])
    #expect(codes(".inf") { $0.number("k", diagnostics: &$1) } == ["out-of-range"])
    #expect(codes(".nan") { $0.number("k", in: 0...1, diagnostics: &$1) } == ["out-of-range"])
    #expect(codes("a") { $0.number("k", diagnostics: &$1) } == ["wrong-type"])
    #expect(codes("a") { $0.sequence("k", diagnostics: &$1) } == ["wrong-type"])
    #expect(codes("[1, 2]") { $0.sequence("k", count: 3...3, diagnostics: &$1) } == ["count"])
    #expect(codes("of") { $0.choice("k", of: [("on", 1), ("off", 0)], diagnostics: &$1) } == ["unknown-value"])
    #expect(codes("[on]") { $0.choice("k", of: [("on", 1), ("off", 0)], diagnostics: &$1) } == ["wrong-type"])
  }

  @Test func rightTypesAreRead() {
    #expect(codes("on") { $0.choice("k", of: [("on", 1), ("off", 0)], diagnostics: &$1) } == [])
    #expect(codes("true") { $0.boolean("k", diagnostics: &$1) } == [])
    #expect(codes("0x10") { $0.integer("k", in: 16...16, diagnostics: &$1) } == [])
    #expect(codes("5") { $0.number("k", in: 5...5, diagnostics: &$1) } == [])
    #expect(codes("on") { $0.string("k", diagnostics: &$1) } == [])
    #expect(codes("[]") { $0.sequence("k", diagnostics: &$1) } == [])
  }

  @Test(
    arguments: [
      ("haul_road", NameForm.identifier, nil), ("_x1", .identifier, nil),
      ("Haul Road", .identifier, "write `haul_road`"), ("1st", .identifier, "write `_1st`"),
      ("a-b", .identifier, "write `a_b`"), ("in", .identifier, "write `in_`, or another word"),
      ("日本", .identifier, "choose another name"),
      ("truck-005", .label, nil), ("A.b_c", .label, nil), (".hidden", .label, "write `hidden`"),
      ("../../etc", .label, "write `-..-etc`"),
      ("a/b", .label, "write `a-b`"), ("\"\"", .label, "choose another name"), ("a+b", .label, "write `a-b`"),
    ] as [(String, NameForm, String?)])
  func namesHaveTheirForms(text: String, form: NameForm, help: String?) {
    var reading = Reading("k: \(text)\n")
    let name = reading.node("k")?.name("k", form: form, diagnostics: &reading.diagnostics)
    #expect((name == nil) == (help != nil))
    #expect(reading.diagnostics.all.first?.help == help)
  }

  @Test func namesOfSixtyFourBytesAreTheLongest() {
    for count in [64, 65] {
      var reading = Reading("k: \(String(repeating: "a", count: count))\n")
      #expect(
        (reading.node("k")?.name("k", form: .identifier, diagnostics: &reading.diagnostics) == nil) == (count == 65))
    }
  }

  @Test(
    arguments: [
      ("evry", "every"), ("evrey", "every"), ("Every", "every"), ("or-moved", "or_moved"), ("or moved", "or_moved"),
      ("xyz", nil), ("", nil),
      ("at_leats", "at_least"), ("e", nil), ("everyone", nil),
    ] as [(String, String?)])
  func theClosestWordIsProposed(word: String, meant: String?) {
    #expect(Suggestion.closest(word, in: ["every", "or_moved", "or_turned", "at_least", "to"]) == meant)
  }

  @Test func ofEquallyCloseWordsTheFirstIsProposed() {
    #expect(Suggestion.closest("bat", in: ["cat", "rat"]) == "cat")
    #expect(Suggestion.closest("bat", in: ["rat", "cat"]) == "rat")
    #expect(Suggestion.closest(String(repeating: "a", count: 1_000_000), in: ["a"]) == nil)
  }
}
