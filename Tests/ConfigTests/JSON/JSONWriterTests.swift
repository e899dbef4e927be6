import Config
import Foundation
import Testing

@Suite struct JSONWriterTests {
  @Test func commasComeByThemselves() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("a")
    writer.beginArray()
    writer.number(1)
    writer.beginObject()
    writer.endObject()
    writer.null()
    writer.boolean(true)
    writer.raw(Array("[2]".utf8))
    writer.endArray()
    writer.key("b")
    writer.string("x")
    writer.key("c")
    writer.beginArray()
    writer.endArray()
    writer.endObject()
    #expect(writer.text == #"{"a":[1,{},null,true,[2]],"b":"x","c":[]}"#)
    writer.removeAll()
    writer.number(2)
    #expect(writer.text == "2")
  }

  @Test func textIsEscaped() {
    var writer = JSONWriter()
    writer.string("a\"b\\c\u{0}\u{1F}\u{8}\t\n\u{C}\r/é日😀\u{7F}\u{2028}")
    #expect(writer.text == "\"a\\\"b\\\\c\\u0000\\u001f\\b\\t\\n\\f\\r/é日😀\u{7F}\u{2028}\"")
  }

  @Test(arguments: [
    (5.0, "5"), (-5.0, "-5"), (0.0, "0"), (-0.0, "-0"), (0.1, "0.1"), (-17.5, "-17.5"), (1e15, "1000000000000000"),
    (1e16, "1e+16"), (1e300, "1e+300"), (1e-7, "1e-07"),
    (123456789012345.0, "123456789012345"), (.nan, "null"), (.infinity, "null"), (.leastNonzeroMagnitude, "5e-324"),
  ])
  func numbersAreShortest(value: Double, text: String) {
    var writer = JSONWriter()
    writer.number(value)
    #expect(writer.text == text)
  }

  @Test(arguments: [
    (37.7749, 7, "37.7749"), (-122.41940004, 7, "-122.4194"), (13.9, 0, "14"), (0.00004, 3, "0"), (-0.00004, 3, "0"),
    (-0.5, 1, "-0.5"), (1.005, 1, "1"),
    (0.05, 2, "0.05"), (100.0, 2, "100"), (1e300, 3, "1e+300"), (.nan, 3, "null"),
    (0.123456789012345, 15, "0.123456789012345"),
  ])
  func decimalsAreRoundedAndZerosCut(value: Double, decimals: Int, text: String) {
    var writer = JSONWriter()
    writer.number(value, decimals: decimals)
    #expect(writer.text == text)
  }

  @Test func extremeIntegersAreWhole() {
    var writer = JSONWriter()
    writer.beginArray()
    writer.number(Int64.min)
    writer.number(Int64.max)
    writer.number(UInt64.max)
    writer.endArray()
    #expect(writer.text == "[-9223372036854775808,9223372036854775807,18446744073709551615]")
  }

  @Test(.timeLimit(.minutes(10))) func theCostOfANumberDoesNotGrowWithTheText() {
    var writer = JSONWriter()
    writer.beginArray()
    for number in 0..<200_000 { writer.number(Double(number) + 0.5) }
    writer.endArray()
    #expect(writer.bytes.count == 1_688_891)
  }

  @Test func anyDoubleReadsBackTheSame() {
    var random = SeededRandom(seed: 7)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      var writer = JSONWriter()
      writer.number(value)
      var diagnostics = Diagnostics()
      let read = JSON.parse(SourceFile(path: "", bytes: writer.bytes), diagnostics: &diagnostics)?.number
      #expect(read?.bitPattern == value.bitPattern, "\(value)")
    }
  }

  @Test func whatIsWrittenIsJSONForOthersToo() throws {
    var random = SeededRandom(seed: 8)
    for _ in 0..<500 {
      let text = String(
        String.UnicodeScalarView((0..<20).compactMap { _ in Unicode.Scalar(UInt32(random.next() % 0x11_0000)) }))
      var writer = JSONWriter()
      writer.beginArray()
      writer.string(text)
      writer.endArray()
      let back = try JSONSerialization.jsonObject(with: Data(writer.bytes)) as? [String]
      #expect(back == [text])
      var diagnostics = Diagnostics()
      #expect(
        JSON.parse(SourceFile(path: "", bytes: writer.bytes), diagnostics: &diagnostics)?.array?.first?.string == text)
    }
  }
}
