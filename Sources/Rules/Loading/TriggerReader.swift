import Config
import Model

/// Reads `on`.
struct TriggerReader {
  let zones: ZoneCollection
  let hasPositions: Bool
  let expressions: ExpressionReader
  let surroundings: RuleSurroundings

  func triggers(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [Trigger] {
    if node.scalar?.text == "start" { return [.start] }
    guard var reader = MappingReader(node, what: "`on`", example: Self.example(node), diagnostics: &diagnostics) else {
      return []
    }
    let enter = reader.optional("enter")
    let exit = reader.optional("exit")
    let dwell = reader.optional("dwell")
    let cross = reader.optional("cross")
    let change = reader.optional("change")
    let every = reader.optional("every")
    let link = reader.optional("link")
    let command = reader.optional("command")
    let start = reader.optional("start")
    reader.explain(
      ["cron", "at", "time", "schedule", "sunrise", "sunset", "sun"],
      "for a time of day write a `when` without `on`: `when: local_time(\"Europe/Zurich\").getHours() >= 22`")
    reader.explain(
      ["platform", "entity_id", "to", "from", "device_id", "topic", "payload"],
      "that is another product's; here it is, for example, `on: { enter: depot }` or `on: { change: reefer.door }`")
    if dwell != nil { reader.explain(["for"], "write it within `dwell`: `dwell: { zone: depot, for: 5 min }`") }
    let hasStrangers = reader.finish(diagnostics: &diagnostics)
    if !hasStrangers, [enter, exit, dwell, cross, change, every, link, command, start].allSatisfy({ $0 == nil }) {
      diagnostics.error(
        "missing-key", "`on` says nothing that could happen", at: node.span,
        help: "write `on: { enter: depot, exit: depot }`")
    }
    if !hasPositions, enter != nil || exit != nil || dwell != nil || cross != nil {
      diagnostics.warning(
        "no-position", "no device gives positions, so that no zone is ever entered or left", at: node.span,
        help: "add a device that does to `devices.d`, such as `gps: { driver: gpsd }`")
    }
    var triggers = selectors(enter, "`enter`", diagnostics: &diagnostics).map(Trigger.enter)
    triggers += selectors(exit, "`exit`", diagnostics: &diagnostics).map(Trigger.exit)
    triggers += dwell.map { self.dwell($0, hasTimeOutside: reader.contains("for"), diagnostics: &diagnostics) } ?? []
    triggers += selectors(cross, "`cross`", diagnostics: &diagnostics).map(Trigger.cross)
    for item in items(change, "`change`", diagnostics: &diagnostics) {
      if let signal = signal(item, diagnostics: &diagnostics) { triggers.append(.change(signal)) }
    }
    if let time = every?.interval("`every`", in: .seconds(1) ... .days(366), diagnostics: &diagnostics) {
      triggers.append(.every(time))
    }
    triggers += link.map { links($0, diagnostics: &diagnostics) } ?? []
    triggers += command.map { commands($0, diagnostics: &diagnostics) } ?? []
    if let start { triggers += self.start(start, diagnostics: &diagnostics) }
    return triggers
  }

  /// `{ enter: depot }` for `enter depot`.
  private static func example(_ node: YAMLNode) -> String {
    let words = node.scalar?.text.split(separator: " ") ?? []
    guard words.count == 2, ["enter", "exit", "cross", "change", "command"].contains(words[0]) else {
      return words.count == 1 ? "{ enter: \(words[0]) }" : "{ enter: depot }"
    }
    return "{ \(words[0]): \(words[1]) }"
  }

  private func start(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [Trigger] {
    switch node.boolean("`start`", diagnostics: &diagnostics) {
    case true?: return [.start]
    case false?:
      diagnostics.error(
        "unreachable", "`start: false` sets nothing off", at: node.span, help: "take it out, or write `start: true`")
      return []
    case nil: return []
    }
  }

  /// - Parameter hasTimeOutside: `for` stands beside `dwell`, which is told there.
  private func dwell(_ node: YAMLNode, hasTimeOutside: Bool, diagnostics: inout Diagnostics) -> [Trigger] {
    let example = "{ zone: \(node.scalar?.text ?? "depot"), for: 5 min }"
    guard var reader = MappingReader(node, what: "`dwell`", example: example, diagnostics: &diagnostics) else {
      return []
    }
    let zone = reader.required("zone", diagnostics: &diagnostics)
    let time = hasTimeOutside ? reader.optional("for") : reader.required("for", diagnostics: &diagnostics)
    reader.finish(diagnostics: &diagnostics)
    let selectors = selectors(zone, "`zone`", diagnostics: &diagnostics)
    guard let time = time?.interval("`for`", in: RuleReader.waits, diagnostics: &diagnostics) else { return [] }
    return selectors.map { .dwell($0, time) }
  }

  private func signal(_ node: YAMLNode, diagnostics: inout Diagnostics) -> SignalName? {
    guard let expression = expressions.value(node, "`change`", diagnostics: &diagnostics) else { return nil }
    if let name = SignalName(expression.canonical), expression.reads == [.signal(name)] { return name }
    diagnostics.error(
      "wrong-type", "`change` names a signal, and this is an expression", at: node.span,
      help: "give it a name under `signals:`, and write that here")
    return nil
  }

  private func links(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [Trigger] {
    let example = "{ \(surroundings.uplinks?.first ?? "central"): down }"
    guard var reader = MappingReader(node, what: "`link`", example: example, diagnostics: &diagnostics) else {
      return []
    }
    let entries = reader.remaining()
    reader.finish(diagnostics: &diagnostics)
    return entries.compactMap { entry in
      let isUp = entry.value.choice("a link", of: [("up", true), ("down", false)], diagnostics: &diagnostics)
      guard let name = entry.key.name("the name of an uplink", form: .label, diagnostics: &diagnostics) else {
        return nil
      }
      if let known = surroundings.uplinks, !known.contains(name) {
        diagnostics.error(
          "unknown-uplink", "there is no uplink `\(name)`", at: entry.key.span,
          help: Suggestion.closest(name, in: known).map { "did you mean `\($0)`?" }
            ?? "uplinks are named under `uplinks:` in waypost.yaml")
      }
      return isUp.map { .link(name, isUp: $0) }
    }
  }

  // MARK: Zones

  /// One, or a list.
  func items(_ node: YAMLNode?, _ what: String, diagnostics: inout Diagnostics) -> [YAMLNode] {
    guard let node else { return [] }
    guard case .sequence = node.content else { return [node] }
    return node.sequence(what, count: 1...1000, diagnostics: &diagnostics) ?? []
  }

  private func selectors(_ node: YAMLNode?, _ what: String, diagnostics: inout Diagnostics) -> [ZoneSelector] {
    items(node, what, diagnostics: &diagnostics).compactMap { selector($0, what, diagnostics: &diagnostics) }
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
        help: suggestion(id))
    case .tag(let tag):
      guard !zones.tags.contains(tag) else { return selector }
      diagnostics.error(
        "unknown-tag", "no zone has the tag `\(tag)`", at: node.span,
        help: Suggestion.closest(tag, in: zones.tags.sorted()).map { "did you mean `tag:\($0)`?" }
          ?? "add `tags: [\(tag)]` to a zone")
    }
    return nil
  }

  private func suggestion(_ id: String) -> String {
    if zones.tags.contains(id) { return "write `tag:\(id)` for all zones with that tag" }
    if let meant = expressions.vocabulary.zoneNames.closest(id) { return "did you mean `\(meant)`?" }
    return zones.places.isEmpty
      ? "declare it under `zones:`"
      : "declare it under `zones:`, or name one of the \(zones.places.count) that there are"
  }
}
