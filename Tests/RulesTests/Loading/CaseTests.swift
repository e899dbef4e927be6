import Foundation
import Testing

@testable import Rules

struct CaseTests {
  @Test func thereAreCases() { #expect(RuleCase.all.count >= 7) }

  @Test(arguments: RuleCase.all)
  func inputGivesWhatIsExpected(_ sample: RuleCase) throws {
    let output = try sample.output()
    let file = sample.folder.appendingPathComponent("expected.txt")
    if ProcessInfo.processInfo.environment["WAYPOST_WRITE_CASES"] == "1" {
      try Data(output.utf8).write(to: file)
      return
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    let (a, b) = (output.split(separator: "\n"), expected.split(separator: "\n"))
    #expect(a.difference(from: b).isEmpty, "\(a.difference(from: b).prefix(5))")
  }
}
