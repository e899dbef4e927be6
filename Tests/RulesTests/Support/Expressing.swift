import CEL
import Config
import Model

@testable import Rules

/// An expression as a rule file would have it, and an engine that keeps what it reads.
struct Expressing {
  let expression: RuleExpression
  var engine: RuleEngine

  struct Refused: Error, CustomStringConvertible {
    var description: String
  }

  static let zones = [
    Scene.circle("depot", tags: ["site"]), Scene.circle("yard", east: 1000, radius: 100, tags: ["site"]),
  ]

  /// - Parameter declaring: lines of `signals:`.
  init(_ text: String, scope: ExpressionReader.Scope = .level, variables: [String: ValueType] = [:]) throws {
    var vocabulary = Vocabulary(Scene.catalogue)
    vocabulary.zones = Set(Self.zones.map(\.id))
    vocabulary.tags = ["site"]
    vocabulary.eventTypes = ["speeding", "geofence_event"]
    vocabulary.variables = variables
    let reader = ExpressionReader(vocabulary, files: [])
    let place = SourceLocation(line: 1, column: 1, offset: 0)
    let node = YAMLNode(
      span: SourceSpan(file: "x", start: place, end: place), content: .scalar(.init(text: text, isPlain: false)))
    var diagnostics = Diagnostics()
    guard let expression = reader.expression(node, "it", in: scope, diagnostics: &diagnostics) else {
      throw Refused(description: diagnostics.all.map { "\($0.message) [\($0.help ?? "")]" }.joined(separator: "; "))
    }
    self.expression = expression
    let rules = RuleSet(
      zones: Self.zones, rules: [], reports: [], catalogue: Scene.catalogue, slots: reader.slots)
    engine = RuleEngine(rules: rules, engine: "abc123", state: [], time: .zero)
  }

  func value(at second: Double, trigger: TriggerContext? = nil) -> Model.Value? {
    expression.value(in: engine.situation(at: .seconds(second), trigger: trigger))
  }

  func outcome(at second: Double) -> Outcome { expression.outcome(in: engine.situation(at: .seconds(second))) }
}

/// Rule files in tests: what they load to, or why they don't.
enum RuleFile {
  static func load(_ text: String, catalogue: SignalCatalogue = Scene.catalogue) throws -> RuleSet {
    var diagnostics = Diagnostics()
    let rules = RuleSet.load(
      rules: [SourceFile(path: "rules.yaml", text: text)], zones: [], catalogue: catalogue,
      readFile: { path, _ throws(Diagnostic) in try SourceFile.read(path: path) }, diagnostics: &diagnostics)
    guard let rules else {
      throw Expressing.Refused(
        description: diagnostics.all.map { "\($0.span?.start.line ?? 0):\($0.span?.start.column ?? 0) \($0.message)" }
          .joined(separator: "; "))
    }
    return rules
  }

  static func engine(_ text: String) throws -> RuleEngine {
    RuleEngine(rules: try load(text), engine: "abc123", state: [], time: .zero)
  }
}
