import Config
import Foundation
import Testing

@testable import Rules

/// Every key of every shipped rule file, damaged in the ways that people damage them: each time there is an error, and it
/// stands exactly at the damage.
struct MutationTests {
  /// A damaged copy and the bytes of it that the error must lie in.
  struct Mutant: CustomTestStringConvertible {
    var what: String
    var file: SourceFile
    var place: Range<Int>
    var testDescription: String { what }
  }

  /// Names that the file is free to choose, and so no keys to misspell.
  private static let free: Set<String> = ["zones", "data", "signals", "set"]

  static let mutants: [Mutant] = ShippedRulesTests.files.flatMap { file in
    var diagnostics = Diagnostics()
    guard let root = YAML.parse(file, diagnostics: &diagnostics) else { return [Mutant]() }
    var found: [Mutant] = []
    mutate(root, under: nil, of: file, into: &found)
    return found
  }

  private static func mutate(_ node: YAMLNode, under parent: String?, of file: SourceFile, into found: inout [Mutant]) {
    switch node.content {
    case .scalar: break
    case .sequence(let items): for item in items { mutate(item, under: nil, of: file, into: &found) }
    case .mapping(let entries):
      // What stands in tests is damaged by the tests of `waypost check`.
      for entry in entries where entry.name != "tests" {
        let key = offsets(entry.key)
        let value = offsets(entry.value)
        let isFree = parent.map(free.contains) ?? false
        if !isFree {
          found.append(replacing(key, by: entry.name + "qx", "misspelt \(entry.name)", of: file))
        }
        if parent != "data" {
          found.append(replacing(value, by: "[[]]", "list for \(entry.name)", of: file))
          if entry.value.scalar == nil || !["name", "description"].contains(entry.name),
            !["data", "set"].contains(entry.name)
          {
            found.append(replacing(value, by: "{ qx: 1 }", "mapping for \(entry.name)", of: file))
          }
        }
        if let text = entry.value.scalar?.text, text.contains(" "), Double(text.prefix { $0 != " " }) != nil {
          found.append(replacing(value, by: "\(text.prefix { $0 != " " }) parsec", "unit of \(entry.name)", of: file))
        }
        found.append(doubled(entry, of: file))
        mutate(entry.value, under: entry.name, of: file, into: &found)
      }
    }
  }

  private static func offsets(_ node: YAMLNode) -> Range<Int> { node.span.start.offset..<node.span.end.offset }

  private static func replacing(_ range: Range<Int>, by text: String, _ what: String, of file: SourceFile) -> Mutant {
    var bytes = file.bytes
    // The rest of the lines is blanked, so that a block becomes one value.
    let kept = bytes[range].contains(10) ? "\n" : ""
    bytes.replaceSubrange(range, with: Array((text + kept).utf8))
    return Mutant(
      what: "\(what) at byte \(range.lowerBound)", file: SourceFile(path: file.path, bytes: bytes),
      place: range.lowerBound..<range.lowerBound + text.utf8.count)
  }

  /// The key once more, with a value of nothing, before itself; the second one is the error.
  private static func doubled(_ entry: YAMLNode.Entry, of file: SourceFile) -> Mutant {
    let start = entry.key.span.start
    let lineStart = start.offset - (start.column - 1)
    let line = file.bytes[lineStart..<start.offset]
    let isBlock = line.allSatisfy { $0 == 32 || $0 == UInt8(ascii: "-") }
    let indent = "\n" + String(repeating: " ", count: start.column - 1)
    let text = isBlock ? "\(entry.name): 1\(indent)" : "\(entry.name): 1, "
    var bytes = file.bytes
    bytes.insert(contentsOf: Array(text.utf8), at: start.offset)
    let place = start.offset + text.utf8.count
    return Mutant(
      what: "doubled \(entry.name) at byte \(start.offset)", file: SourceFile(path: file.path, bytes: bytes),
      place: place..<place + (entry.key.span.end.offset - start.offset))
  }

  @Test func thereAreManyWays() { #expect(Self.mutants.count > 100) }

  @Test(arguments: mutants)
  func damageIsToldAtItsPlace(_ mutant: Mutant) {
    var diagnostics = Diagnostics()
    #expect(ShippedRulesTests.load(mutant.file, &diagnostics) == nil)
    let isTold = diagnostics.all.contains { diagnostic in
      guard diagnostic.severity == .error, let span = diagnostic.span else { return false }
      return span.start.offset >= mutant.place.lowerBound && span.end.offset <= mutant.place.upperBound
    }
    #expect(isTold, "\(mutant.place): \(diagnostics.all.map { "\($0.message) \(String(describing: $0.span))" })")
  }
}
