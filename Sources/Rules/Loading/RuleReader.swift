import Config
import Model

/// Reads one item of `rules:`.
struct RuleReader {
  /// What `enter` and `exit` may name.
  let zones: ZoneCollection
  /// False where no device gives positions, so that no zone can ever be entered; then said once.
  let hasPositions: Bool

  func rule(_ node: YAMLNode, diagnostics: inout Diagnostics) -> (rule: Rule, span: SourceSpan)? {
    guard var reader = MappingReader(node, what: "a rule", diagnostics: &diagnostics) else { return nil }
    let isLater = LaterKeys.refuse(LaterKeys.rule, in: &reader, diagnostics: &diagnostics)
    let nameNode = reader.required("name", diagnostics: &diagnostics)
    let description = reader.optional("description")?.string("`description`", diagnostics: &diagnostics)
    // A rule with `when` and without `on` is whole, only not for this version.
    let on = isLater ? reader.optional("on") : reader.required("on", diagnostics: &diagnostics)
    let then = isLater ? reader.optional("then") : reader.required("then", diagnostics: &diagnostics)
    reader.finish(diagnostics: &diagnostics)

    let name = nameNode?.name("the name of a rule", form: .identifier, diagnostics: &diagnostics)
    let triggers = on.map { self.triggers($0, diagnostics: &diagnostics) } ?? []
    let actions = then.map { self.actions($0, diagnostics: &diagnostics) } ?? []
    guard let name, let nameNode else { return nil }
    return (Rule(name: name, description: description, triggers: triggers, actions: actions), nameNode.span)
  }

  private func triggers(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [Trigger] {
    if let word = node.scalar?.text, LaterKeys.trigger.contains(word) {
      diagnostics.error(
        "not-supported", "`on: \(word)` is not supported by this version of Waypost", at: node.span,
        help: "use `enter` and `exit`")
      return []
    }
    guard var reader = MappingReader(node, what: "`on`", diagnostics: &diagnostics) else { return [] }
    let isLater = LaterKeys.refuse(LaterKeys.trigger, in: &reader, diagnostics: &diagnostics)
    let enter = reader.optional("enter")
    let exit = reader.optional("exit")
    reader.finish(diagnostics: &diagnostics)
    if enter == nil, exit == nil, !isLater {
      diagnostics.error(
        "missing-key", "`on` says nothing that could happen", at: node.span,
        help: "write `on: { enter: depot, exit: depot }`")
    }
    if !hasPositions, enter != nil || exit != nil {
      diagnostics.warning(
        "no-position", "no device gives positions, so that no zone is ever entered or left", at: node.span,
        help: "add a device that does to `devices.d`, such as `gps: { driver: gpsd }`")
    }
    var triggers = selectors(enter, "`enter`", diagnostics: &diagnostics).map(Trigger.enter)
    triggers += selectors(exit, "`exit`", diagnostics: &diagnostics).map(Trigger.exit)
    return triggers
  }

  private func selectors(_ node: YAMLNode?, _ what: String, diagnostics: inout Diagnostics) -> [ZoneSelector] {
    guard let node else { return [] }
    guard case .sequence = node.content else {
      return selector(node, what, diagnostics: &diagnostics).map { [$0] } ?? []
    }
    let items = node.sequence(what, count: 1...1000, diagnostics: &diagnostics) ?? []
    return items.compactMap { selector($0, what, diagnostics: &diagnostics) }
  }

  private func selector(_ node: YAMLNode, _ what: String, diagnostics: inout Diagnostics) -> ZoneSelector? {
    // A zone's id may look like a number: `enter: 4711` means the zone `4711`.
    let text: String?
    if let scalar = node.scalar, !node.isNull {
      text = scalar.text
    } else {
      text = node.string(what, diagnostics: &diagnostics)
    }
    guard let text else { return nil }
    let selector = ZoneSelector(text)
    switch selector {
    case .zone(let id):
      guard zones.places[id] == nil else { return selector }
      diagnostics.error(
        "unknown-zone", "there is no zone `\(id)`", at: node.span,
        help: suggestion(id, in: zones.places.keys.sorted(), tags: zones.tags))
    case .tag(let tag):
      guard !zones.tags.contains(tag) else { return selector }
      diagnostics.error(
        "unknown-tag", "no zone has the tag `\(tag)`", at: node.span,
        help: Suggestion.closest(tag, in: zones.tags.sorted()).map { "did you mean `tag:\($0)`?" }
          ?? "add `tags: [\(tag)]` to a zone")
    }
    return nil
  }

  private func suggestion(_ id: String, in ids: [String], tags: Set<String>) -> String {
    if tags.contains(id) { return "write `tag:\(id)` for all zones with that tag" }
    if let meant = Suggestion.closest(id, in: ids) { return "did you mean `\(meant)`?" }
    return ids.isEmpty
      ? "declare it under `zones:`" : "declare it under `zones:`, or name one of the \(ids.count) that there are"
  }

  private func actions(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [Action] {
    let items = node.sequence("`then`", count: 1...32, diagnostics: &diagnostics) ?? []
    return items.compactMap { ActionReader.action($0, diagnostics: &diagnostics) }
  }
}
