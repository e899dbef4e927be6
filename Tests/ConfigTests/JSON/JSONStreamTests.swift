import Foundation
import Testing

@testable import Config

@Suite struct JSONStreamTests {
  /// What a stream gives, as text, and what it tells.
  private func read(
    _ text: String, limits: JSONLimits = .stream, chunk: Int = 262_144
  ) -> (parts: [String], diagnostics: Diagnostics) {
    let file = SourceFile(path: "a.json", text: text)
    var diagnostics = Diagnostics()
    var parts: [String] = []
    guard var stream = JSONStream(file, list: "items", limits: limits, chunk: chunk, diagnostics: &diagnostics) else {
      return ([], diagnostics)
    }
    func source(_ range: Range<Int>) -> String { String(decoding: file.bytes[range], as: UTF8.self) }
    while let part = stream.next(diagnostics: &diagnostics) {
      switch part {
      case .whole(let value): parts.append("whole \(source(value.range))")
      case .list(let head, let name):
        parts.append("after \(head.members.map { "\($0.name)=\(source($0.value.range))" }) list \(source(name))")
      case .item(let value): parts.append("item \(source(value.range))")
      case .member(let name, let value): parts.append("member \(name)=\(source(value.range))")
      }
    }
    return (parts, diagnostics)
  }

  @Test(arguments: [1, 2, 3, 7, 64, 262_144])
  func theListIsGivenItemByItemAndTheRestWithIt(chunk: Int) {
    let text = #" { "ty\u0070e" : "x", "items": [ {"a":[1, 2.5e0]} , "b\n", [], 7 ] , "crs": {"n": null} } "#
    let (parts, diagnostics) = read(text, chunk: chunk)
    #expect(diagnostics.isEmpty)
    #expect(
      parts == [
        #"after ["type=\"x\""] list "items""#, #"item {"a":[1, 2.5e0]}"#, #"item "b\n""#, "item []", "item 7",
        #"member crs={"n": null}"#,
      ])
  }

  @Test func aFileWithoutTheListIsGivenWhole() {
    #expect(read(#"{"type": 1, "items": {}}"#).parts == [#"whole {"type": 1, "items": {}}"#])
    #expect(read("[1, 2]").parts == ["whole [1, 2]"])
    #expect(read(#"{"a": {"items": [1]}}"#).parts == [#"whole {"a": {"items": [1]}}"#])
    #expect(read(#"{"items": []}"#).parts == [#"after [] list "items""#])
  }

  @Test(arguments: [
    (#"{"items": [1, 2"#, 2, "1:11"), (#"{"items": [1,]}"#, 1, "1:14"), (#"{"items": [1 2]}"#, 1, "1:14"),
    (#"{"items": [1], }"#, 1, "1:16"), (#"{"items": [1] 2}"#, 1, "1:15"), (#"{"items": [1], "a" 2}"#, 1, "1:20"),
    (#"{"items": [1], "a":}"#, 1, "1:20"), (#"{"items": [1]} x"#, 1, "1:16"), (#"{"items": [1], "a": 1"#, 2, "1:1"),
    (#"{"items": [1], 5: 1}"#, 1, "1:16"), (#"{"items": [1, tru]}"#, 1, "1:15"), (#"{"items": ["#, 0, "1:11"),
  ])
  func whatIsFaultyEndsTheReadingAtItsPlace(text: String, items: Int, place: String) {
    let (parts, diagnostics) = read(text)
    #expect(parts.count == items + 1)
    #expect(diagnostics.all.map { "\($0.span?.start.line ?? 0):\($0.span?.start.column ?? 0)" } == [place])
  }

  @Test func namesGivenTwiceAreToldWhereverTheyStand() {
    let text = #"{"a": 1, "a": 2, "items": [{"b": 1, "\u0062": 2}], "c": 1, "a": 3, "c": 2, "items": []}"#
    let (parts, diagnostics) = read(text)
    #expect(diagnostics.all.map(\.code) == Array(repeating: "duplicate-key", count: 5))
    #expect(diagnostics.all.compactMap(\.span?.start.column) == [10, 37, 60, 68, 76])
    #expect(parts == ["after [\"a=1\"] list \"items\"", #"item {"b": 1, "\u0062": 2}"#, "member c=1"])
  }

  @Test func limitsHold() {
    var limits = JSONLimits.stream
    limits.nodes = 4
    #expect(read(#"{"items": [[1, 2, 3], [1, 2, 3]]}"#, limits: limits).parts.count == 3)
    #expect(read(#"{"items": [[1, 2, 3, 4]]}"#, limits: limits).diagnostics.all.map(\.code) == ["limit"])
    limits = .stream
    limits.item = 100
    let long = #"{"items": ["\#(String(repeating: "x", count: 500))"]}"#
    #expect(read(long, limits: limits, chunk: 16).diagnostics.all.map(\.code) == ["limit"])
    #expect(read(long, limits: limits, chunk: 16).diagnostics.all.first?.span?.start.column == 12)
    limits.depth = 2
    #expect(read(#"{"items": [[[1]]]}"#, limits: limits).parts.count == 2)
    #expect(read(#"{"items": [[[[1]]]]}"#, limits: limits).diagnostics.all.map(\.code) == ["limit"])
    limits.bytes = 5
    #expect(read(#"{"items": []}"#, limits: limits).diagnostics.all.map(\.code) == ["file-too-large"])
    let names = (0..<1001).map { "\"k\($0)\": 1" }.joined(separator: ", ")
    #expect(read("{\"items\": [], \(names)}").diagnostics.all.map(\.code) == ["limit"])
  }

  /// A value asked for by name, number and text.
  @Test func aValueAnswersLikeTheTree() throws {
    let text = #"{"a": [1, -2.5, 3], "b": "x\u00e9", "c": null, "d": [1], "e": 12345678901234567890, "f": [1, "2"]}"#
    var diagnostics = Diagnostics()
    var stream = try #require(
      JSONStream(SourceFile(path: "a", text: text), list: "none", diagnostics: &diagnostics))
    guard case .whole(let value)? = stream.next(diagnostics: &diagnostics) else {
      Issue.record("not whole")
      return
    }
    #expect(value["a"]?.pair(most: 3)?.second == -2.5)
    #expect(value["a"]?.pair(most: 2) == nil && value["d"]?.pair(most: 3) == nil && value["f"]?.pair(most: 3) == nil)
    #expect(value["b"]?.string == "xé" && value["b"]?.number == nil)
    #expect(value["c"]?.isNull == true && value["z"] == nil && value["a"]?["b"] == nil)
    #expect(value["e"]?.numberText == "12345678901234567890")
    #expect(value["a"]?.items.map(\.number) == [1, -2.5, 3] && Array(value.items).count == 6)
    #expect(
      value["f"]?.description == "an array" && value["d"]?.items.first { _ in true }?.description == "the number `1`")
    #expect(stream.map.span(value["b"]?.range ?? 0..<0).start.column == 26)
  }
}
