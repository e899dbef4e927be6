import Config
import Foundation
import Testing

@testable import Gateway

@Suite struct ZoneInsertionTests {
  private static func insert(_ id: String, into text: String) throws -> String {
    let entry = try ZoneEntry.circle(id: id, latitude: 46.2044, longitude: 6.1432, radius: "200 m", comment: "by gps")
    return String(
      decoding: try ZoneInsertion.inserting(entry, into: SourceFile(path: "zones.yaml", text: text)), as: UTF8.self)
  }

  private static let line = "depot: { circle: [6.1432, 46.2044], radius: 200 m }  # by gps"

  @Test(arguments: [
    ("", "zones:\n  \(line)\n"),
    ("# ours\n", "# ours\n\nzones:\n  \(line)\n"),
    ("rules: []", "rules: []\n\nzones:\n  \(line)\n"),
    ("zones:\nrules: []\n", "zones:\n  \(line)\nrules: []\n"),
    (
      "zones:   # all\n    a: { circle: [1, 2], radius: 5 m } # first\n\n# then\nrules: []\n",
      "zones:   # all\n    a: { circle: [1, 2], radius: 5 m } # first\n    \(line)\n\n# then\nrules: []\n"
    ),
    (
      "zones:\n  a:\n    circle: [1, 2]   # here\n    radius: 5 m",
      "zones:\n  a:\n    circle: [1, 2]   # here\n    radius: 5 m\n  \(line)\n"
    ),
    (
      "zones:\r\n  a: { circle: [1, 2], radius: 5 m }\r\n",
      "zones:\r\n  a: { circle: [1, 2], radius: 5 m }\r\n  \(line)\r\n"
    ),
    (
      "zones:\n  a:\n    polygon:\n      - [1, 2]\n      - [2, 2]\n      - [2, 3]\nrules: []\n",
      "zones:\n  a:\n    polygon:\n      - [1, 2]\n      - [2, 2]\n      - [2, 3]\n  \(line)\nrules: []\n"
    ),
  ]) func zoneComesBehindTheLastAndAllElseStays(before: String, after: String) throws {
    #expect(try Self.insert("depot", into: before) == after)
  }

  @Test func duplicateNameIsRefusedAtItsPlace() {
    #expect {
      try Self.insert("a", into: "zones:\n  a: { circle: [1, 2], radius: 5 m }\n")
    } throws: { error in
      let diagnostic = error as? Diagnostic
      return diagnostic?.code == "duplicate-name" && diagnostic?.span?.start.line == 2
    }
  }

  @Test(arguments: ["zones: { a: { circle: [1, 2], radius: 5 m } }\n", "zones: [a]\n", "zones: {}\n", "- a\n"])
  func fileThatALineCannotBePutIntoIsRefused(text: String) {
    #expect(throws: Diagnostic.self) { try Self.insert("depot", into: text) }
  }

  @Test func brokenFileIsRefusedAsItIs() {
    #expect(throws: Diagnostic.self) { try Self.insert("depot", into: "zones: [\n") }
  }

  @Test(arguments: ["Müller's yard: no. 5", "12", "true", "a\"b\\c", "#x", "depot"])
  func anyNameReadsBackAsItIs(id: String) throws {
    let text = try Self.insert(id, into: "")
    var diagnostics = Diagnostics()
    let node = YAML.parse(SourceFile(path: "zones.yaml", text: text), diagnostics: &diagnostics)
    guard case .mapping(let root)? = node?.content, case .mapping(let zones) = root[0].value.content else {
      Issue.record("no zones in \(text)")
      return
    }
    #expect(zones.map(\.name) == [id])
  }

  @Test(arguments: ["", "tag:x", "a\nb", String(repeating: "x", count: 65)])
  func nameThatNoZoneCanHaveIsRefused(id: String) {
    #expect(throws: Diagnostic.self) { try Self.insert(id, into: "") }
  }
}
