import Foundation
import Testing

@testable import Config

/// Large files stay on the disk and are read in parts; everything said of them must be as if they were in memory.
@Suite struct FileOnDiskTests {
  private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("waypost-\(UUID().uuidString).json").path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  /// Several segments of the map, in lines of all kinds and one of 300 kB, with characters of one to eleven bytes.
  private static let text: [UInt8] = {
    var random = SeededRandom(seed: 5)
    var text = ""
    for line in 0..<1500 {
      for _ in 0..<Int.random(in: 0...30, using: &random) {
        text += ["abc", " ", "é", "e\u{301}", "日本", "👩‍👩‍👧", "\t", ",[1.5,2]"].randomElement(using: &random) ?? ""
      }
      text +=
        line == 700
        ? String(repeating: "x日é", count: 30_000) : ["\n", "\r\n", "\r"].randomElement(using: &random) ?? ""
    }
    var bytes = Array(text.utf8)
    for _ in 0..<50 { bytes[Int.random(in: bytes.indices, using: &random)] = 0xFF }
    return bytes
  }()

  @Test func placesAreTheSameAsInMemoryInWhateverOrderTheyAreAskedFor() throws {
    try withFile(Self.text) { path in
      let disk = try SourceFile.read(path: path, displayPath: nil, limit: .max, memory: 0)
      #expect(disk.bytes == Self.text && disk.count == Self.text.count)
      if case .memory = disk.content { Issue.record("in memory") }
      let (map, reference) = (SourceMap(disk), SourceMap(SourceFile(path: path, bytes: Self.text)))
      // Counted from each line's beginning, as the definition says.
      let lines = Self.lineStarts
      var random = SeededRandom(seed: 6)
      for round in 0..<200 {
        let offset =
          round % 2 == 0 ? Int.random(in: 0...Self.text.count, using: &random) : Self.text.count / 200 * round
        let place = map.location(offset)
        #expect(place == reference.location(offset), "\(offset)")
        #expect(place.line == lines.partitioningIndex { $0 > offset }, "\(offset)")
      }
    }
  }

  private static let lineStarts: [Int] =
    [0]
    + text.indices.filter {
      text[$0] == 10 || (text[$0] == 13 && !($0 + 1 < text.count && text[$0 + 1] == 10))
    }.map { $0 + 1 }

  @Test func aFaultFarIntoALargeFileIsShownWithItsLine() throws {
    let items = (0..<20_000).map { "{\"no\": \($0), \"name\": \"é\"}" }.joined(separator: ",\n")
    let bytes = Array("{\"items\": [\n\(items), oops]}".utf8)
    try withFile(bytes) { path in
      let disk = try SourceFile.read(path: path, displayPath: "a.json", limit: .max, memory: 0)
      for file in [disk, SourceFile(path: "a.json", bytes: bytes)] {
        var diagnostics = Diagnostics()
        var stream = try #require(JSONStream(file, list: "items", diagnostics: &diagnostics))
        var count = 0
        while let part = stream.next(diagnostics: &diagnostics) { if case .item = part { count += 1 } }
        #expect(count == 20_000)
        let shown = diagnostics.all.map { DiagnosticRenderer(sources: [file]).text($0, color: false) }
        #expect(
          shown == [
            """
            a.json:20001:29: error: `oops` is no value of JSON
              20001 | {"no": 19999, "name": "é"}, oops]}
                    |                             ^^^^
                      help: put text in double quotes: `"oops"`
            """
          ])
      }
    }
  }

  @Test func aFileThatChangesMeanwhileIsTold() throws {
    let bytes = Array(("{\"items\": [" + String(repeating: "1, ", count: 200_000) + "1]}").utf8)
    try withFile(bytes) { path in
      let file = try SourceFile.read(path: path, displayPath: nil, limit: .max, memory: 0)
      var diagnostics = Diagnostics()
      var stream = try #require(JSONStream(file, list: "items", diagnostics: &diagnostics))
      for _ in 0..<10 { _ = stream.next(diagnostics: &diagnostics) }
      #expect(truncate(path, 1000) == 0)
      while stream.next(diagnostics: &diagnostics) != nil {}
      #expect(diagnostics.all.map(\.code) == ["file-changed"])
      #expect(file.bytes == [] && !file.forEachPart { _ in })
      var again = try #require(JSONStream(file, list: "items", diagnostics: &diagnostics))
      var other = Diagnostics()
      #expect(again.next(diagnostics: &other) == nil)
      #expect(other.all.map(\.code) == ["file-changed"])
    }
  }

  @Test func smallFilesAreHeldInMemoryAndLargeOnesGivenInParts() throws {
    try withFile(Array(repeating: 65, count: 3_500_000)) { path in
      let file = try SourceFile.open(path: path)
      var parts: [Int] = []
      #expect(file.forEachPart { parts.append($0.count) })
      #expect(parts == [1_000_000, 1_000_000, 1_000_000, 500_000])
      #expect(throws: Diagnostic.self) { try SourceFile.open(path: path, limit: 1000) }
    }
    try withFile([65, 66]) { path in
      guard case .memory = try SourceFile.open(path: path).content else {
        Issue.record("on disk")
        return
      }
    }
  }
}

extension Array {
  fileprivate func partitioningIndex(_ isAfter: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
