import ArgumentParser
import Config
import Gateway

/// `waypost explain RULE`: why a rule is up or not.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show why a rule is up or not: each part of its condition with its value now.",
    discussion: """
      Asks the running gateway. A part that is `unknown` reads a signal that is missing, stale or bad; the rule then \
      keeps its state.
      Exit code: 0 the gateway answered, 2 it did not, or has no such rule.
      """)

  @OptionGroup var control: ControlOptions

  @Option(name: .long, help: "text for people; json: one object, for programs.")
  var format: OutputFormat = .text

  @Argument(help: "The rule's name.")
  var rule: String

  func run() throws {
    let reply = try control.ask(.explain(rule: rule))
    switch format {
    case .json: Output.print(reply.line)
    case .text: Output.print(ExplanationText(reply.node["explanation"]).lines.joined(separator: "\n"))
    }
  }
}
