import Config
import Journal
import Model
import Rules

/// There is no rule of that name.
struct UnknownRule: Error, CustomStringConvertible {
  let description: String
}

extension Pipeline {
  /// Why a rule is up or not.
  func explanation(of rule: String) throws -> (RuleExplanation, at: EngineTime) {
    drain()
    if let explanation = engine.explanation(of: rule) { return (explanation, engine.now) }
    let names = engine.ruleNames
    let closest = Suggestion.closest(rule, in: names)
    throw UnknownRule(
      description: "there is no rule `\(rule)`; "
        + (closest.map { "did you mean `\($0)`?" }
          ?? (names.isEmpty ? "there are none at all" : "the rules are: \(names.prefix(50).joined(separator: ", "))")))
  }

  /// A picture of this moment, for `waypost status`.
  func report() throws -> PipelineReport {
    drain()
    return PipelineReport(
      engine: engine.status, devices: board.reports(at: clock.last), journal: try journal.statistics(),
      positionDevice: positionDevice,
      utc: trust.utcAtZero.map { $0 + (clock.last - .zero) }, utcSource: trust.source, refused: inbox.refused,
      waiting: batch.records.count,
      unkeptDeadLetters: deadLetters.waiting.count, commitError: commitError,
      traffic: traffic.days)
  }
}
