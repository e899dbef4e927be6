import Config
import Foundation
import Testing

@testable import Rules

/// Files with bytes turned, lost and doubled by chance: nothing traps, and either there is a rule set or an error that says why not.
struct DamagedFilesTests {
  @Test(arguments: RuleCase.all)
  func loadingNeverTraps(_ sample: RuleCase) throws {
    var random = SeededGenerator(seed: UInt64(sample.name.utf8.count))
    let paths = (FileManager.default.enumerator(atPath: sample.folder.path)?.compactMap { $0 as? String } ?? [])
      .sorted()
    var files: [String: [UInt8]] = [:]
    for path in paths where path.hasSuffix("json") || path.hasSuffix("yaml") {
      files[path] = Array(try Data(contentsOf: sample.folder.appendingPathComponent(path)))
    }
    for _ in 0..<60 {
      let damaged = files.keys.sorted().map { path in
        SourceFile(path: path, bytes: damage(files[path] ?? [], &random))
      }
      var diagnostics = Diagnostics()
      let rules = RuleSet.load(
        rules: damaged.filter { $0.path.hasSuffix("yaml") }, zones: damaged.filter { $0.path.hasPrefix("zones.d") },
        catalogue: RuleCase.catalogue,
        readFile: { path, _ throws(Diagnostic) in
          guard let file = damaged.first(where: { $0.path == path }) else {
            throw Diagnostic(severity: .error, code: "file-missing", message: "there is no such file", span: nil)
          }
          return file
        }, diagnostics: &diagnostics)
      #expect((rules == nil) == diagnostics.hasErrors)
    }
  }

  private func damage(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
      let at = Int.random(in: bytes.indices, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: at)
      case 2: bytes.insert(bytes[Int.random(in: bytes.indices, using: &random)], at: at)
      default: bytes[at] = Array("0129-.[]{}:,\"' \neE".utf8)[Int.random(in: 0..<18, using: &random)]
      }
    }
    return bytes
  }
}
