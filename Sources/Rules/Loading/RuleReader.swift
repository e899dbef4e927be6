import Config
import Model

/// Reads one item of `rules:`.
struct RuleReader {
  /// What triggers may name.
  let zones: ZoneCollection
  /// False where no device gives positions, so that no zone can ever be entered; then said once.
  let hasPositions: Bool
  let expressions: ExpressionReader
  let catalogue: SignalCatalogue
  let computed: [SignalName]
  let surroundings: RuleSurroundings

  /// The most that `limit` may count: the moments are kept.
  static let limitCount = 1000
  /// What a wait may be.
  static let waits = Interval.milliseconds(100) ... .days(366)
  /// Keys that say how a level goes up and down, and so mean nothing beside `on`.
  private static let levelKeys = ["until", "for", "clear_for", "notify_clear", "clear"]

  func rule(_ node: YAMLNode, diagnostics: inout Diagnostics) -> (rule: Rule, span: SourceSpan)? {
    guard var reader = MappingReader(node, what: "a rule", diagnostics: &diagnostics) else { return nil }
    let nameNode = reader.required("name", diagnostics: &diagnostics)
    let description = reader.optional("description")?.string("`description`", diagnostics: &diagnostics)
    // A condition alone is a level; without either there is nothing that the rule could wait for.
    let on = reader.optional("on")
    let when = reader.optional("when")
    let levelEntries = Self.levelKeys.map { reader.entry($0) }
    let cooldown = reader.optional("cooldown")?.interval("`cooldown`", in: Self.waits, diagnostics: &diagnostics)
    let limit = reader.optional("limit")?.countRate("`limit`", in: 1...Self.limitCount, diagnostics: &diagnostics)
    let then = reader.required("then", diagnostics: &diagnostics)
    reader.explain(["id", "mode", "enabled", "initial_state"], "take it out: a rule has none; comments begin with `#`")
    let hasStrangers = reader.finish(diagnostics: &diagnostics)
    if on == nil, when == nil, !hasStrangers {
      diagnostics.error(
        "missing-key", "a rule needs `on`, what sets it off, or `when`, what must hold", at: reader.heading,
        help: "add `on: { enter: depot }`, or `when: gps.speed_kmh > 80`")
    }

    let name = nameNode?.name("the name of a rule", form: .identifier, diagnostics: &diagnostics)
    let triggers = on.map { triggerReader.triggers($0, diagnostics: &diagnostics) } ?? []
    var scope = on == nil ? ExpressionReader.Scope.level : .trigger
    for case .command(_, let parameters) in triggers { scope.arguments?.formUnion(parameters.map(\.name)) }
    let condition = when.flatMap { expressions.condition($0, "`when`", in: scope, diagnostics: &diagnostics) }
    var rule = Rule(
      name: name ?? "", description: description, triggers: triggers, condition: condition, cooldown: cooldown,
      limit: limit, actions: [])
    if on == nil, let when {
      rule.level = level(levelEntries, when: (when, condition), diagnostics: &diagnostics)
    } else {
      refuse(levelEntries, hasWhen: when != nil, diagnostics: &diagnostics)
    }
    let actions = ActionReader(
      expressions: expressions, scope: scope, catalogue: catalogue, computed: computed, surroundings: surroundings,
      place: .then, isLevel: on == nil, tellsCrossings: triggers.allSatisfy(\.isCrossing) && on != nil)
    rule.actions = then.map { actions.actions($0, "`then`", diagnostics: &diagnostics) } ?? []
    if on == nil, let clear = levelEntries[4]?.value, !clear.isNull {
      rule.clearActions = actions.clearing.actions(clear, "`clear`", diagnostics: &diagnostics)
    }
    guard name != nil, let nameNode else { return nil }
    return (rule, nameNode.span)
  }

  private var triggerReader: TriggerReader {
    TriggerReader(
      zones: zones, hasPositions: hasPositions, expressions: expressions, surroundings: surroundings)
  }

  private func level(
    _ entries: [YAMLNode.Entry?], when: (node: YAMLNode, condition: RuleExpression?), diagnostics: inout Diagnostics
  ) -> Level {
    func value(_ index: Int) -> YAMLNode? { entries[index].flatMap { $0.value.isNull ? nil : $0.value } }
    var level = Level()
    if let node = value(0) {
      let until = expressions.condition(node, "`until`", diagnostics: &diagnostics)
      level.until = until
      if let until, let condition = when.condition, until.canonical == condition.canonical {
        diagnostics.error(
          "contradiction", "`until` says the same as `when`, so that the rule would go down as soon as it is up",
          at: node.span, help: "take `until` out: without it the rule goes down when `when` fails")
      }
    }
    if let canonical = when.condition?.canonical, canonical == "false" || canonical == "true" {
      diagnostics.warning(
        "unreachable", canonical == "true" ? "this always holds" : "this never holds, so that the rule is never raised",
        at: when.node.span, help: "write a condition, such as `gps.speed_kmh > 5`")
    }
    if let wait = value(1)?.interval("`for`", in: Self.waits, diagnostics: &diagnostics) { level.holdFor = wait }
    if let wait = value(2)?.interval("`clear_for`", in: Self.waits, diagnostics: &diagnostics) { level.clearFor = wait }
    if let flag = value(3)?.boolean("`notify_clear`", diagnostics: &diagnostics) { level.notifiesClear = flag }
    return level
  }

  /// Beside `on`, and without `when`, none of them means anything.
  private func refuse(_ entries: [YAMLNode.Entry?], hasWhen: Bool, diagnostics: inout Diagnostics) {
    for entry in entries.compactMap(\.self) {
      let help: String =
        switch entry.name {
        case "for" where !hasWhen:
          "for so long in a zone, write `on: { dwell: { zone: …, for: … } }`; else give it a `when`"
        case "until", "for", "clear_for": "take `on` out, and write what is to hold as `when`"
        default: "take it out, or take `on` out and write a `when`, which goes down again"
        }
      diagnostics.error(
        "conflicting-keys", "`\(entry.name)` goes with `when` alone: what `on` waits for happens, and is over",
        at: entry.key.span, help: help)
    }
  }
}
