import Config
import Model
import Testing

@testable import Rules

@Suite struct RuleExplanationTests {
  private func engine(_ rule: String) throws -> RuleEngine {
    let file = SourceFile(path: "rules.yaml", bytes: Array("rules:\n  - \(rule)\n".utf8))
    var diagnostics = Diagnostics()
    let rules = RuleSet.load(
      rules: [file], zones: [], catalogue: Scene.catalogue,
      readFile: { (name, _) throws(Diagnostic) in
        throw Diagnostic(severity: .error, code: "file-missing", message: name, help: nil, span: nil)
      }, diagnostics: &diagnostics)
    var engine = RuleEngine(rules: try #require(rules, "\(diagnostics.all)"), engine: "abc123", state: [], time: .zero)
    _ = engine.ingest(Observation(time: .zero, content: .system(.start(downtime: .zero))))
    return engine
  }

  private func read(_ temperature: Double, at seconds: Double, _ engine: inout RuleEngine) {
    _ = engine.ingest(
      Observation(
        time: .seconds(seconds),
        content: .reading(device: "reefer", metric: "temperature", value: .number(temperature), quality: .good)))
  }

  private static let coldChain =
    "{ name: cold, description: Too warm, when: '(reefer.temperature > -15 && gps.speed_kmh > 5) || !has(reefer.door)', until: reefer.temperature < -17, for: 1 min, cooldown: 10 min, then: [{ event: cold }] }"

  @Test func everyPartOfAConditionIsShownWithItsValueNow() throws {
    var engine = try engine(Self.coldChain)
    read(-12.5, at: 1, &engine)
    let explanation = try #require(engine.explanation(of: "cold"))
    #expect(explanation.description == "Too warm")
    #expect(explanation.isUp == false)
    #expect(explanation.conditions.map(\.key) == ["when", "until"])
    #expect(explanation.conditions.map(\.counts) == [true, false])
    let when = explanation.conditions[0].parts
    #expect(when.first?.value == .boolean(true))
    #expect(when.first { $0.text == "reefer.temperature > -15" }?.readings.first?.value == .number(-12.5))
    #expect(when.first { $0.text == "gps.speed_kmh > 5" }?.value == nil)
  }

  @Test func whatARuleWaitsForIsShownWithTheTimeLeft() throws {
    var engine = try engine(Self.coldChain)
    read(-12.5, at: 10, &engine)
    _ = engine.advance(to: .seconds(40))
    let explanation = try #require(engine.explanation(of: "cold"))
    // `!has(reefer.door)` holds since the start.
    #expect(explanation.waits == [.init(kind: .hold, name: nil, left: .seconds(20))])
    _ = engine.advance(to: .seconds(70))
    #expect(engine.explanation(of: "cold")?.isUp == true)
    read(-18, at: 80, &engine)
    let after = try #require(engine.explanation(of: "cold"))
    #expect(after.isUp == false)
    #expect(after.firings == 1)
    #expect(after.waits.contains { $0.kind == .cooldown })
  }

  @Test func aRuleThatIsUpStaysSoWhileItsConditionIsUnknown() throws {
    var engine = try engine("{ name: warm, when: reefer.temperature > 5, then: [{ event: warm }] }")
    read(10, at: 1, &engine)
    _ = engine.advance(to: .seconds(60))
    let explanation = try #require(engine.explanation(of: "warm"))
    #expect(explanation.isUp == true)
    #expect(explanation.conditions[0].parts.first?.readings.first?.unknown == "stale: last read 59 s ago")
  }

  @Test func thereIsNothingToSayOfARuleThatIsNotThere() throws {
    let engine = try engine("{ name: warm, when: reefer.temperature > 5, then: [{ event: warm }] }")
    #expect(engine.explanation(of: "cold") == nil)
    #expect(engine.ruleNames == ["warm"])
  }
}
