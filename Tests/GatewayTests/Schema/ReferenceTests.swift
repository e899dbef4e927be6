import Foundation
import Testing

@testable import Gateway

@Suite struct ReferenceTests {
  @Test func theReferenceIsWhatTheCodeSays() throws {
    let file = JSONSchemaTests.package.appendingPathComponent("docs/reference.md")
    let written = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    let made = Reference.markdown.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, (found, should)) in zip(written, made).enumerated() where found != should {
      Issue.record(
        "docs/reference.md:\(number + 1) is “\(found)”, and the code says “\(should)”; `waypost reference > docs/reference.md`"
      )
      return
    }
    #expect(written.count == made.count, "`waypost reference > docs/reference.md`")
  }

  @Test func everyKindOfThingHasItsTable() {
    let text = Reference.markdown
    for part in [
      "| `mqtt` |", "### rules[].on", "`gps.speed_kmh`", "`system.uptime`", "`trigger.zone`", "`in_zone(\"depot\")`",
      "`matches`", "`_+_`",
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }
}
