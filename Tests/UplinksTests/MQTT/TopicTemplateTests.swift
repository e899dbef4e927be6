import Model
import Testing

@testable import Uplinks

@Suite struct TopicTemplateTests {
  static func template(_ text: String, _ places: TopicTemplate.Places = [.device, .metric]) throws -> TopicTemplate {
    try TopicTemplate(text, allowed: places, gateway: "truck-005", labels: ["region": "geneva", "fleet": "north"])
  }

  static func stored(_ body: Record.Body) -> StoredRecord {
    StoredRecord(
      identity: RecordIdentity(journal: "k7f3q2", seq: 1), moment: .utc(Timestamp(milliseconds: 0)), body: body)
  }

  @Test func everyPlaceIsFilledIn() throws {
    let reading = Self.stored(
      .reading(device: "reefer", metric: "temperature", value: nil, unit: nil, quality: .never))
    #expect(
      try Self.template("sensors/{label.region}/{metric}/{device}").topic(for: reading)
        == "sensors/geneva/temperature/reefer")
    #expect(try Self.template("waypost/{gateway}/{type}").topic(for: reading) == "waypost/truck-005/reading")
    #expect(try Self.template("{type}x{type}").topic(for: reading) == "readingxreading")
    #expect(try Self.template("plain").topic(for: reading) == "plain")
  }

  @Test func onlyTopicsThatNameASignalGoSingly() throws {
    #expect(try Self.template("a/{device}").isPerSignal)
    #expect(try Self.template("a/{metric}").isPerSignal)
    #expect(try !Self.template("a/{gateway}/{type}/{label.fleet}").isPerSignal)
  }

  @Test(arguments: [
    ("a/#", 2..<3), ("a/+/b", 2..<3), ("", 0..<0), ("$SYS/x", 0..<1), ("a/{devise}", 2..<10), ("a/{device", 2..<9),
    ("a}b", 1..<2), ("a/{label.regoin}/b", 2..<16), ("a\u{0}", 1..<2), ("é/{nope}", 3..<9), ("{}", 0..<2),
  ])
  func aMistakeIsToldAtItsPlace(text: String, range: Range<Int>) {
    #expect { try Self.template(text) } throws: { error in
      (error as? TopicTemplate.Problem)?.range == range
    }
  }

  @Test func aPlaceThatTheMessagesDoNotHaveIsRefused() {
    #expect(throws: TopicTemplate.Problem.self) { try Self.template("a/{metric}", .device) }
    #expect(throws: TopicTemplate.Problem.self) { try Self.template("a/{device}", []) }
  }
}
