import Config
import Testing

@Suite struct JSONTests {
  private func read(_ text: String, limits: JSONLimits = .default) -> (JSONNode?, Diagnostics, (SourceSpan?) -> String)
  {
    let file = SourceFile(path: "a.json", text: text)
    var diagnostics = Diagnostics()
    let node = JSON.parse(file, limits: limits, diagnostics: &diagnostics)
    return (
      node, diagnostics,
      { span in span.map { String(decoding: file.bytes[$0.start.offset..<$0.end.offset], as: UTF8.self) } ?? "none" }
    )
  }

  @Test func everyValueHasItsSpan() {
    let (root, diagnostics, source) = read(
      "\u{FEFF} { \"ü\" : [ 1, -2.50e1 ,\r\n \"日\\u00e9\\ud83d\\ude00\\n\", true, null, {} ] }\n")
    #expect(diagnostics.isEmpty)
    let items = root?["ü"]?.array ?? []
    #expect(items.map { source($0.span) } == ["1", "-2.50e1", "\"日\\u00e9\\ud83d\\ude00\\n\"", "true", "null", "{}"])
    #expect(items.map { place($0.span) }.prefix(3) == ["1:12-1:13", "1:15-1:22", "2:2-2:25"])
    #expect(items[1].content == .number(-25, text: "-2.50e1"))
    #expect(items[2].string == "日é😀\n")
    #expect(root?.object?.first.map { source($0.nameSpan) } == "\"ü\"")
    #expect(place(root?.span) == "1:2-2:45")
  }

  @Test(arguments: [
    "0", "-0", "1e5", "1E+5", "1.5e-07", "\"\"", "[]", "{}", " [ ] ", "[[],[]]", "\"\\u0000\"", "\"\u{7F}\u{FFFE}\"",
    "{\"a\":{\"a\":1}}", "1e-999", "\n1\r\n",
    "123456789012345678901234567890",
  ])
  func whatIsJSONIsRead(text: String) {
    let (root, diagnostics, _) = read(text)
    #expect(root != nil && diagnostics.isEmpty)
  }

  @Test(arguments: [
    ("", ""), ("  ", ""), ("[", "["), ("{\"a\":[1,{}", "["), ("[1,]", "]"), ("{\"a\":1,}", "}"), ("[,1]", ","),
    ("{,}", ","), ("[1 2]", "2"),
    ("{\"a\" 1}", "1"), ("{a:1}", "a"), ("{'a':1}", "'"), ("{\"a\":}", "}"), ("[1}", "}"), ("{]", "]"), ("1 2", "2"),
    ("[]]", "]"), ("01", "01"),
    ("-", "-"), ("+1", "+"), (".5", "."), ("1.", "1."), ("1.e5", "1.e5"), ("1e", "1e"), ("1-2", "1-2"),
    ("0x10", "0x10"), ("1e999", "1e999"),
    ("NaN", "NaN"), ("nul", "nul"), ("True", "True"), ("tru\u{E9}", "tru\u{E9}"), ("\"abc", "\""), ("\"a\nb\"", "\"a"),
    ("\"a\tb\"", "\t"), ("\"\\x\"", "\\x"),
    ("\"\\u12g4\"", "\\u"), ("\"\\ud800\"", "\\ud800"), ("\"\\ud800\\u0041\"", "\\ud800\\u0041"),
    ("\"\\udc00\"", "\\udc00"), ("\"\\", "\\"),
    ("\"\\u00", "\\u"), ("// c\n1", "/"), ("[1] // c", "/"), ("\u{A0}1", "\u{A0}1"), ("\"a\" \"b\"", "\"b\""),
    ("{\"a\":1 \"b\":2}", "\"b\""), (":", ":"),
    ("{1:2}", "1"), ("\u{0}", "\u{0}"),
  ])
  func whatIsNoJSONIsRefusedAtItsPlace(text: String, fault: String) {
    let (root, diagnostics, source) = read(text)
    #expect(root == nil)
    #expect(diagnostics.all.count == 1)
    #expect(source(diagnostics.all.first?.span) == fault)
  }

  @Test func namesGivenTwiceAreRefusedWithBothPlaces() {
    let (root, diagnostics, source) = read("{\"a\":1,\n\"b\":2,\"a\":3}")
    #expect(root?["a"]?.number == 1)
    #expect(diagnostics.all.map { source($0.span) } == ["\"a\""])
    #expect(diagnostics.all.first?.message == "the name `a` is given twice, here and on line 1")
    let many = read("{" + (0..<1000).map { "\"k\($0 % 900)\":1" }.joined(separator: ",") + "}")
    #expect(many.1.all.count == 100)
  }

  @Test func limitsHold() {
    #expect(read(String(repeating: "[", count: 1_000_000)).1.all.map(\.code) == ["limit"])
    #expect(read(String(repeating: "{\"a\":", count: 100_000)).1.all.map(\.code) == ["limit"])
    #expect(read(String(repeating: "[", count: 64) + String(repeating: "]", count: 64)).1.isEmpty)
    var limits = JSONLimits()
    limits.nodes = 3
    #expect(read("[1,2]", limits: limits).1.isEmpty)
    #expect(read("[1,2,3]", limits: limits).1.all.map(\.code) == ["limit"])
    limits.bytes = 3
    #expect(read("[1,2]", limits: limits).1.all.map(\.code) == ["file-too-large"])
  }

  @Test func illFormedUTF8IsToldAtItsPlace() {
    let file = SourceFile(path: "a.json", bytes: Array("{\"a\": \"M".utf8) + [0xFC] + Array("n\"}".utf8))
    var diagnostics = Diagnostics()
    #expect(JSON.parse(file, diagnostics: &diagnostics) == nil)
    #expect(place(diagnostics.all.first?.span) == "1:9-1:10")
  }
}
