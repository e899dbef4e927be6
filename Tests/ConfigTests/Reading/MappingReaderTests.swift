import Config
import Model
import Testing

@Suite struct MappingReaderTests {
  @Test func everyMistakeIsToldAtItsPlace() {
    var text = Reading("name: a\nevry: 10 s\nfor: 10\nwhen: [1]\nfor: 5 s\n")
    let root = text.root
    #expect(text.codes == ["duplicate-key"])
    #expect(place(text.diagnostics.all.first?.span) == "5:1-5:4")
    guard let root, var reader = MappingReader(root, what: "a rule", diagnostics: &text.diagnostics) else {
      Issue.record("no mapping")
      return
    }
    #expect(
      reader.required("name", diagnostics: &text.diagnostics)?.string("`name`", diagnostics: &text.diagnostics) == "a")
    #expect(reader.optional("every") == nil)
    #expect(reader.optional("for")?.interval("`for`", diagnostics: &text.diagnostics) == nil)
    #expect(reader.optional("when")?.string("`when`", diagnostics: &text.diagnostics) == nil)
    #expect(reader.required("then", diagnostics: &text.diagnostics) == nil)
    reader.finish(diagnostics: &text.diagnostics)
    #expect(text.codes == ["duplicate-key", "missing-unit", "wrong-type", "missing-key", "unknown-key"])
    #expect(text.faults == ["for", "10", "[1]", "name", "evry"])
    #expect(text.diagnostics.all.last?.help == "did you mean `every`?")
    #expect(text.diagnostics.all[1].help == "write `10 s`")
  }

  @Test func aFileOfCommentsIsAnEmptyMapping() {
    for source in ["", "# nothing\n", "---\n", "\u{FEFF}", "\n\n"] {
      var text = Reading(source)
      let reader = text.root.flatMap { MappingReader($0, what: "the file", diagnostics: &text.diagnostics) }
      #expect(reader != nil && text.diagnostics.isEmpty, "\(source.debugDescription)")
    }
  }

  @Test func nullCountsAsLeftOut() {
    var text = Reading("a: ~\nb:\nc: null\n")
    guard let root = text.root, var reader = MappingReader(root, what: "x", diagnostics: &text.diagnostics) else {
      return
    }
    #expect(reader.optional("a") == nil)
    #expect(reader.required("b", diagnostics: &text.diagnostics) == nil)
    #expect(reader.required("c", diagnostics: &text.diagnostics) == nil)
    reader.finish(diagnostics: &text.diagnostics)
    #expect(text.codes == ["missing-value", "missing-value"])
    #expect(text.faults == ["b", "null"])
  }

  @Test func freeNamesComeInTheOrderOfTheFile() {
    var text = Reading("z: 1\na: 2\nknown: 3\nm: 4\n")
    guard let root = text.root, var reader = MappingReader(root, what: "zones", diagnostics: &text.diagnostics) else {
      return
    }
    _ = reader.optional("known")
    #expect(reader.remaining().map(\.name) == ["z", "a", "m"])
    reader.finish(diagnostics: &text.diagnostics)
    #expect(text.diagnostics.isEmpty)
  }

  @Test func whatIsNoMappingIsToldSo() {
    var text = Reading("- 1\n")
    #expect(text.root.flatMap { MappingReader($0, what: "a rule", diagnostics: &text.diagnostics) } == nil)
    #expect(text.codes == ["wrong-type"])
  }
}
