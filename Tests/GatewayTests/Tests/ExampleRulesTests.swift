import Config
import Foundation
import Rules
import Testing

@testable import Gateway

/// The files of `rules/`, as they are installed: each by itself with the simulated truck, and all of them in one box.
@Suite(.timeLimit(.minutes(10))) struct ExampleRulesTests {
  static let folder = JSONSchemaTests.package.appendingPathComponent("rules").path

  static let files: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted()
  }()

  @Test func thereAreMoreThanTen() { #expect(Self.files.count > 10) }

  @Test(arguments: files)
  func aFileByItselfHasNoFaultAndItsTestsPass(_ name: String) throws {
    let paths = ["\(Self.folder)/\(name)", "\(Self.folder)/devices.d"]
    #expect(Setup.check(paths: paths).diagnostics.all.map(\.message) == [])
    let run = try #require(Setup.tests(paths: paths).run)
    #expect(!run.tests.isEmpty)
    for test in run.tests { #expect(run.run(test).failures.map(\.message) == [], "\(test.name)") }
  }

  /// Whoever installs several must not find that they take each other's names, or fail each other's tests.
  @Test func allTogetherHaveNoFault() throws {
    let result = Setup.check(paths: [Self.folder])
    #expect(result.diagnostics.all.map(\.message) == [])
    #expect(result.sources.count > Self.files.count)
  }

  @Test(arguments: files)
  func aFileSaysWhatItNeedsSendsAndWhatToChange(_ name: String) throws {
    let text = try String(contentsOfFile: "\(Self.folder)/\(name)", encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.first == "# yaml-language-server: $schema=/usr/share/waypost/schema/rules.json")
    let head = lines.prefix { $0.hasPrefix("#") }
    for word in ["Needs ", "Sends ", "Change "] { #expect(head.contains { $0.hasPrefix("# \(word)") }, "\(word)") }
    let types = text.matches(of: /event: \{ type: ([a-z_]+)|event: ([a-z_]+)$|  type: ([a-z_]+)/).compactMap {
      $0.output.1 ?? $0.output.2 ?? $0.output.3
    }
    let sends = head.joined(separator: " ")
    for type in types { #expect(sends.contains(type), "the head doesn't tell of the event \(type)") }
  }
}
