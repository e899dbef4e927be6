import CEL
import CELJSON
import Config
import Foundation
import Testing

/// The language's own conformance tests, from outside of the project: `WAYPOST_TEST_DATA`, else `../shared/data` beside the package.
enum ConformanceSuite {
  static let folder: URL = {
    let root: URL
    if let path = ProcessInfo.processInfo.environment["WAYPOST_TEST_DATA"] {
      root = URL(fileURLWithPath: path)
    } else {
      root =
        URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("../shared/data").standardizedFileURL
    }
    return root.appendingPathComponent("cel")
  }()

  static let files: [String] = {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }.sorted()
    } catch { return [] }
  }()

  static func tests(_ file: String) throws -> [JSONNode] {
    let bytes = try Array(Data(contentsOf: folder.appendingPathComponent(file)))
    var diagnostics = Diagnostics()
    let root = try #require(JSON.parse(SourceFile(path: file, bytes: bytes), diagnostics: &diagnostics))
    return try #require(root["tests"]?.array)
  }
}

@Suite(.enabled(if: !ConformanceSuite.files.isEmpty, "the conformance tests are not there: set WAYPOST_TEST_DATA"))
struct ConformanceTests {
  @Test(arguments: ConformanceSuite.files)
  func everyTestOfTheFileGivesWhatItExpects(_ file: String) throws {
    for test in try ConformanceSuite.tests(file) {
      let name = "\(file)/\(test["section"]?.string ?? "")/\(test["name"]?.string ?? "")"
      if let fault = try Self.fault(test) { Issue.record("\(name): \(test["expr"]?.string ?? ""): \(fault)") }
    }
  }

  @Test func thereAreAsManyAsThereWere() throws {
    #expect(try ConformanceSuite.files.map { try ConformanceSuite.tests($0).count }.reduce(0, +) >= 995)
  }

  /// What differs from the expectation.
  private static func fault(_ test: JSONNode) throws -> String? {
    let expected = try #require(test["expect"])
    let outcome: EvaluationRequest.Outcome
    do {
      outcome = try EvaluationRequest(test).evaluate()
    } catch let failure as EvaluationRequest.Failure {
      if expected["error"] != nil { return nil }
      switch failure {
      case .problems(let problems): return "problems: \(problems)"
      case .evaluation(let error): return "error: \(error)"
      }
    }
    if let type = expected["deduced_type"]?.string, outcome.type?.description != type {
      return "type \(outcome.type?.description ?? "none") instead of \(type)"
    }
    if expected["error"] != nil { return "\(String(describing: outcome.value)) instead of an error" }
    guard let node = expected["value"] else { return nil }
    let value = try TypedValue.read(node)
    return outcome.value.map { matches($0, value) } == true
      ? nil : "\(String(describing: outcome.value)) instead of \(value)"
  }

  /// The same type and value; a map's entries in any order, one NaN like another.
  private static func matches(_ one: Value, _ other: Value) -> Bool {
    switch (one, other) {
    case (.double(let a), .double(let b)): a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
    case (.list(let a), .list(let b)): a.count == b.count && zip(a, b).allSatisfy(matches)
    case (.map(let a), .map(let b)):
      a.count == b.count && a.entries.allSatisfy { entry in b[entry.key].map { matches(entry.value, $0) } == true }
    default: one == other
    }
  }
}
