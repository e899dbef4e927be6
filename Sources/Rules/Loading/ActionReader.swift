import Config
import Model

/// Reads one item of `then:`.
enum ActionReader {
  static let geofenceEvent = "geofence_event"

  static func action(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Action? {
    guard var reader = MappingReader(node, what: "an action", diagnostics: &diagnostics) else { return nil }
    let isLater = LaterKeys.refuse(LaterKeys.action, in: &reader, diagnostics: &diagnostics)
    let event = isLater ? reader.optional("event") : reader.required("event", diagnostics: &diagnostics)
    reader.finish(diagnostics: &diagnostics)
    return event.flatMap { self.event($0, diagnostics: &diagnostics) }
  }

  /// `event: geofence_event`, or `event: { type: …, severity: …, data: … }`.
  private static func event(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Action? {
    if case .mapping = node.content { return generalEvent(node, diagnostics: &diagnostics) }
    guard let type = node.name("the type of an event", form: .label, diagnostics: &diagnostics) else { return nil }
    if type == geofenceEvent { return .geofenceEvent }
    return .event(EventTemplate(type: type, severity: .info, data: []))
  }

  private static func generalEvent(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Action? {
    guard var reader = MappingReader(node, what: "an event", diagnostics: &diagnostics) else { return nil }
    let typeNode = reader.required("type", diagnostics: &diagnostics)
    let severity = reader.optional("severity")
    let data = reader.optional("data")
    reader.finish(diagnostics: &diagnostics)
    let type = typeNode?.name("the type of an event", form: .label, diagnostics: &diagnostics)
    let level = severity?.choice(
      "`severity`", of: GeneralEvent.Severity.allCases.map { ("\($0)", $0) }, diagnostics: &diagnostics)
    let members = data.map { self.data($0, diagnostics: &diagnostics) } ?? []
    guard let type else { return nil }
    guard type == geofenceEvent else {
      return .event(EventTemplate(type: type, severity: level ?? .info, data: members))
    }
    if let extra = severity ?? data {
      diagnostics.error(
        "conflicting-keys", "a `geofence_event` has a form of its own, without severity or data", at: extra.span,
        help: "take it out, or give the event another type")
    }
    return .geofenceEvent
  }

  private static func data(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [GeneralEvent.Member] {
    guard var reader = MappingReader(node, what: "`data`", diagnostics: &diagnostics) else { return [] }
    let entries = reader.remaining()
    reader.finish(diagnostics: &diagnostics)
    if entries.count > 64 {
      diagnostics.error(
        "too-many", "`data` may have 64 entries, and this has \(entries.count)", at: node.span, help: "leave some out")
    }
    return entries.prefix(64).compactMap { entry in
      guard let key = entry.key.name("a key of `data`", form: .label, diagnostics: &diagnostics),
        let value = literal(entry.value, diagnostics: &diagnostics)
      else { return nil }
      return GeneralEvent.Member(key: key, value: value)
    }
  }

  /// A number, a truth value or a text in quotes. Bare words are left to expressions, which this version hasn't.
  private static func literal(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Value? {
    guard let scalar = node.scalar else {
      diagnostics.error(
        "wrong-type",
        "a value of `data` must be a number, `true`, `false` or a text in quotes, and this is \(node.description)",
        at: node.span, help: "write one value for each key")
      return nil
    }
    switch scalar.value {
    case .boolean(let value): return .boolean(value)
    case .integer, .float: return node.number("a value of `data`", diagnostics: &diagnostics).map(Value.number)
    case .text where !scalar.isPlain: return node.string("a value of `data`", diagnostics: &diagnostics).map(Value.text)
    case .text:
      diagnostics.error(
        "not-supported", "expressions in `data` are not supported by this version of Waypost", at: node.span,
        help: "if it is a text, put it in quotes: `\"\(scalar.text.prefix(40))\"`")
    case .null:
      diagnostics.error("missing-value", "the key has no value", at: node.span, help: "write one after the `:`")
    }
    return nil
  }
}
