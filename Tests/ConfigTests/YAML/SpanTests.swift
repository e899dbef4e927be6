import Config
import Testing

@Suite struct SpanTests {
  @Test func plainValuesEndBeforeBlanksAndComments() {
    let text = Reading("a: 10 s   # why\nb:\n  - x y  \n  - [1, 2 ]   # c\n")
    #expect(place(text.node("a")?.span) == "1:4-1:8")
    #expect(place(text.node("b", "0")?.span) == "3:5-3:8")
    #expect(place(text.node("b", "1")?.span) == "4:5-4:12")
    #expect(place(text.node("b")?.span) == "3:3-4:12")
    #expect(place(text.root?.span) == "1:1-4:12")
  }

  @Test func quotesAreWithinTheSpan() {
    let text = Reading("a: \"x\\\"y\" \nb: 'it''s'\nc: \"two\n  lines\"  # c\n")
    #expect(text.source(text.node("a")?.span) == #""x\"y""#)
    #expect(text.source(text.node("b")?.span) == "'it''s'")
    #expect(place(text.node("c")?.span) == "3:4-4:9")
  }

  @Test func blockScalarsEndWithTheirLastLine() {
    let text = Reading("a: |\n  one\n  two\n\n# comment\nb: >-\n  x\n\n\nc: |+\n  y\n\n")
    #expect(place(text.node("a")?.span) == "1:4-3:6")
    #expect(place(text.node("b")?.span) == "6:4-7:4")
    #expect(place(text.node("c")?.span) == "10:4-11:4")
  }

  @Test func severalLinesOfPlainTextAreOneSpan() {
    let text = Reading("when: a &&\n  b\nnext: 1\n")
    #expect(place(text.node("when")?.span) == "1:7-2:4")
  }

  @Test func aMissingValueIsAPointBehindTheColon() {
    let text = Reading("a:\nb: 1\nc: {d: , e}\nf:\n  -\n  - 2\n")
    #expect(place(text.node("a")?.span) == "1:3-1:3")
    #expect(text.node("c", "d")?.isNull == true)
    #expect(text.node("c", "e")?.isNull == true)
    #expect(place(text.node("f", "0")?.span) == "5:4-5:4")
  }

  @Test func columnsCountCharactersAndOffsetsBytes() {
    let text = Reading("süd: { ü: 1, 日本: 2, e\u{301}: 3, 👩‍👩‍👧: 4, z: 5 }\n")
    #expect(place(text.node("süd", "ü")?.span) == "1:11-1:12")
    #expect(text.source(text.node("süd", "日本")?.span) == "2")
    #expect(place(text.node("süd", "日本")?.span) == "1:18-1:19")
    #expect(place(text.node("süd", "e\u{301}")?.span) == "1:24-1:25")
    #expect(place(text.node("süd", "👩‍👩‍👧")?.span) == "1:30-1:31")
    #expect(place(text.node("süd", "z")?.span) == "1:36-1:37")
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func everyLineEndCountsOnce(lineEnd: String) {
    let text = Reading(
      ["# ü", "a: 1", "", "b:", "  - é", "  - |", "    x", "    y", "c: 3", ""].joined(separator: lineEnd))
    #expect(place(text.node("a")?.span) == "2:4-2:5")
    #expect(place(text.node("b", "0")?.span) == "5:5-5:6")
    #expect(place(text.node("b", "1")?.span) == "6:5-8:6")
    #expect(place(text.node("c")?.span) == "9:4-9:5")
  }

  @Test func aByteOrderMarkIsNoColumn() {
    let text = Reading("\u{FEFF}a: 1\nb: 2\n")
    #expect(place(text.node("a")?.span) == "1:4-1:5")
    #expect(text.node("a")?.span.start.offset == 6)
    #expect(text.source(text.node("b")?.span) == "2")
  }

  @Test func aTabIsOneColumn() {
    let text = Reading("a:\t10 s\t# c\n")
    #expect(place(text.node("a")?.span) == "1:4-1:8")
  }

  @Test func anchorsAndTagsAreOutsideOfTheSpan() {
    let text = Reading("a: &x 10 s\nb: *x\nc: !!str 5\nd: &l\n  - 1\ne: &m {k: v}\nf: &n\ng: [ &o p, *o ]\n")
    #expect(text.codes == [])
    #expect(text.source(text.node("a")?.span) == "10 s")
    #expect(text.source(text.node("b")?.span) == "*x")
    #expect(text.node("b")?.scalar?.text == "10 s")
    #expect(text.source(text.node("c")?.span) == "5")
    #expect(text.source(text.node("d")?.span) == "- 1")
    #expect(text.source(text.node("e")?.span) == "{k: v}")
    #expect(place(text.node("f")?.span) == "7:6-7:6")
    #expect(text.source(text.node("g", "1")?.span) == "*o")
  }

  @Test func aValueRightBehindItsAnchorBeginsThere() {
    let text = Reading("a: &x:y z\n")
    #expect(text.source(text.node("a")?.span) == ":y z")
  }

  @Test func aPartOfATextHasItsOwnPlace() {
    let text = Reading("a: é > 5\nb: 'é > 5'\nc: \"\\u00e9 > 5\"\n")
    #expect(text.node("a").map { text.source($0.span(ofText: 3..<4)) } == ">")
    #expect(text.node("b").map { place($0.span(ofText: 3..<4)) } == "2:7-2:8")
    #expect(text.node("c").map { text.source($0.span(ofText: 3..<4)) } == "\"\\u00e9 > 5\"")
  }
}
