import Config
import Model

/// Reads the items of `then:` and `clear:`.
struct ActionReader {
  static let geofenceEvent = "geofence_event"
  private static let keys = ["event", "write", "report", "sample", "set", "run", "log", "shutdown"]

  enum Place { case then, clear }

  let expressions: ExpressionReader
  let scope: ExpressionReader.Scope
  let catalogue: SignalCatalogue
  let computed: [SignalName]
  let surroundings: RuleSurroundings
  var place: Place
  /// Whether the rule goes up and down.
  let isLevel: Bool
  /// Whether all that sets the rule off is an entry or exit.
  let tellsCrossings: Bool

  /// The same for what is done when the rule goes down.
  var clearing: ActionReader {
    var reader = self
    reader.place = .clear
    return reader
  }

  func actions(_ node: YAMLNode, _ what: String, diagnostics: inout Diagnostics) -> [Action] {
    let items = node.sequence(what, count: 1...32, diagnostics: &diagnostics) ?? []
    return items.compactMap { action($0, diagnostics: &diagnostics) }
  }

  private func action(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Action? {
    if let word = node.scalar?.text, word == "shutdown" { return .shutdown }
    let example = node.scalar.map { Names.isLabel($0.text) ? "event: \($0.text)" : "log: \"\($0.text.prefix(40))\"" }
    guard
      var reader = MappingReader(
        node, what: "an action", example: example ?? "event: { type: late }", diagnostics: &diagnostics)
    else { return nil }
    let found = Self.keys.compactMap { reader.entry($0) }
    reader.explain(
      ["notify", "email", "mail", "sms", "push", "alert", "alarm", "notification", "publish", "mqtt", "webhook"],
      "the server tells people: send it `event: { type: …, severity: critical }`; a program of yours is `run: …`")
    reader.explain(
      ["service", "entity_id", "target"], "that is Home Assistant's; write `event:`, `write:`, `run:` or `log:`")
    reader.explain(
      ["output", "relay", "coil", "turn_on", "turn_off", "switch_on", "switch_off", "actuate"],
      "an actuator is written by `write: { device.metric: true }`")
    if !reader.finish(diagnostics: &diagnostics), found.isEmpty {
      diagnostics.error(
        "missing-key", "an action says what to do, and this is empty", at: node.span,
        help: "write one of \(Self.keys.map { "`\($0)`" }.joined(separator: ", "))")
    }
    if found.count > 1 {
      diagnostics.error(
        "conflicting-keys", "an action is one thing, and this has several", at: found[1].key.span,
        help: "begin an item of its own for it: `- \(found[1].name): …`")
    }
    guard let entry = found.first else { return nil }
    guard !entry.value.isNull else {
      diagnostics.error(
        "missing-value", "`\(entry.name)` has no value", at: entry.key.span,
        help: "write a value after `\(entry.name):`")
      return nil
    }
    switch entry.name {
    case "event": return event(entry.value, diagnostics: &diagnostics)
    case "write": return write(entry.value, diagnostics: &diagnostics)
    case "report": return report(entry.value, diagnostics: &diagnostics)
    case "sample": return sample(entry, diagnostics: &diagnostics)
    case "set": return set(entry.value, diagnostics: &diagnostics)
    case "run": return run(entry.value, diagnostics: &diagnostics)
    case "log": return log(entry.value, diagnostics: &diagnostics)
    default: return shutdown(entry.value, diagnostics: &diagnostics)
    }
  }

  // MARK: Events

  /// `event: geofence_event`, or `event: { type: …, severity: …, data: … }`.
  private func event(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Action? {
    if case .mapping = node.content { return generalEvent(node, diagnostics: &diagnostics) }
    guard let type = node.name("the type of an event", form: .label, diagnostics: &diagnostics) else { return nil }
    if type == Self.geofenceEvent { return geofence(node, diagnostics: &diagnostics) }
    return .event(EventTemplate(type: type, severity: .info, data: []))
  }

  private func geofence(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Action? {
    if tellsCrossings, place == .then { return .geofenceEvent }
    diagnostics.error(
      "conflicting-keys",
      "a `geofence_event` tells of a border that was crossed, and this rule may have none to tell of",
      at: node.span, help: "let the rule wait for `enter` and `exit` only, or give the event another type")
    return nil
  }

  private func generalEvent(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Action? {
    guard var reader = MappingReader(node, what: "an event", diagnostics: &diagnostics) else { return nil }
    let typeNode = reader.required("type", diagnostics: &diagnostics)
    let severity = reader.optional("severity")
    let data = reader.optional("data")
    reader.explain(
      ["message", "text", "description", "msg", "value", "values", "title"],
      "what goes with an event stands in `data`: `data: { text: \"hello\" }`")
    reader.finish(diagnostics: &diagnostics)
    let type = typeNode?.name("the type of an event", form: .label, diagnostics: &diagnostics)
    let level = severity?.choice(
      "`severity`", of: GeneralEvent.Severity.allCases.map { ("\($0)", $0) }, diagnostics: &diagnostics)
    let members = data.map { self.data($0, diagnostics: &diagnostics) } ?? []
    guard let type, let typeNode else { return nil }
    guard type == Self.geofenceEvent else {
      return .event(EventTemplate(type: type, severity: level ?? .info, data: members))
    }
    if let extra = severity ?? data {
      diagnostics.error(
        "conflicting-keys", "a `geofence_event` has a form of its own, without severity or data", at: extra.span,
        help: "take it out, or give the event another type")
    }
    return geofence(typeNode, diagnostics: &diagnostics)
  }

  // MARK: Signals

  private func report(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Action? {
    let items: [YAMLNode]
    if case .scalar = node.content {
      items = [node]
    } else {
      items = node.sequence("`report`", count: 1...1000, diagnostics: &diagnostics) ?? []
    }
    let known = catalogue.signalNames + computed
    let patterns = items.compactMap { item -> SignalPattern? in
      guard let text = item.string("a signal", limit: 256, diagnostics: &diagnostics) else { return nil }
      guard let pattern = SignalPattern(text) else {
        diagnostics.error(
          "name", "`\(text)` names no signals", at: item.span,
          help: "write `device.metric`, with `*` for any: `gps.position`, `reefer.*`, `*.temperature`")
        return nil
      }
      if !catalogue.devices.isEmpty, !known.contains(where: pattern.matches) {
        diagnostics.error(
          "unknown-signal", "no device has a signal `\(text)`", at: item.span,
          help: Suggestion.closest(text, in: known.map(\.description)).map { "did you mean `\($0)`?" }
            ?? "devices and their signals are declared in `devices.d`")
      }
      return pattern
    }
    return patterns.isEmpty ? nil : .report(patterns)
  }

  private func sample(_ entry: YAMLNode.Entry, diagnostics: inout Diagnostics) -> Action? {
    guard isLevel, place == .then else {
      diagnostics.error(
        "conflicting-keys",
        place == .clear
          ? "`sample` lasts while the rule is up, and `clear` is done when it goes down"
          : "`sample` lasts while the rule is up, and what `on` waits for is over at once",
        at: entry.key.span, help: place == .clear ? "write it under `then`" : "write a rule with `when` for it")
      return nil
    }
    guard
      var reader = MappingReader(entry.value, what: "`sample`", example: "{ reefer: 2 s }", diagnostics: &diagnostics)
    else { return nil }
    let entries = reader.remaining()
    reader.finish(diagnostics: &diagnostics)
    let requests = entries.compactMap { entry -> SampleRequest? in
      let every = entry.value.interval(
        "the interval of `\(entry.name)`", in: .milliseconds(100) ... .days(1), diagnostics: &diagnostics)
      guard let device = entry.key.name("a device", form: .identifier, diagnostics: &diagnostics) else { return nil }
      checkPace(of: device, at: entry.key.span, diagnostics: &diagnostics)
      return every.map { SampleRequest(device: device, every: $0) }
    }
    return .sample(requests)
  }

  private func checkPace(of device: String, at span: SourceSpan, diagnostics: inout Diagnostics) {
    guard !catalogue.devices.isEmpty else { return }
    guard let known = catalogue.device(device) else {
      return diagnostics.error(
        "unknown-device", "there is no device `\(device)`", at: span,
        help: Suggestion.closest(device, in: catalogue.devices.map(\.name)).map { "did you mean `\($0)`?" }
          ?? "devices are declared in `devices.d`")
    }
    guard !known.isPaced else { return }
    // A warning: the rule does all that it says but this, and the device may be another tomorrow.
    let paced = catalogue.devices.filter(\.isPaced).map { "`\($0.name)`" }.joined(separator: ", ")
    diagnostics.warning(
      "not-paced", "`\(device)` tells of itself, at its own pace, which no rule can change", at: span,
      help: paced.isEmpty ? "take it out; no device of these is asked by the gateway" : "take it out; \(paced) can be")
  }

  // MARK: Others

  private func set(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Action? {
    let name = node.scalar?.text.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
    let example = name.flatMap { $0.isEmpty ? nil : "{ \($0): \($0) + 1 }" } ?? "{ visits: visits + 1 }"
    guard var reader = MappingReader(node, what: "`set`", example: example, diagnostics: &diagnostics) else {
      return nil
    }
    let entries = reader.remaining()
    reader.finish(diagnostics: &diagnostics)
    if let split = SplitExpression(entries) {
      split.tell(diagnostics: &diagnostics)
      return nil
    }
    let members = entries.compactMap { entry -> DataMember? in
      guard let name = entry.key.name("the name of a variable", form: .identifier, diagnostics: &diagnostics),
        let value = expressions.value(entry.value, "`\(name)`", in: scope, diagnostics: &diagnostics)
      else { return nil }
      return DataMember(key: name, value: .expression(value))
    }
    return .set(members)
  }

  private func run(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Action? {
    guard case .mapping = node.content else {
      return hook(node, diagnostics: &diagnostics).map { .run(HookTemplate(hook: $0)) }
    }
    guard var reader = MappingReader(node, what: "`run`", diagnostics: &diagnostics) else { return nil }
    let name = reader.required("hook", diagnostics: &diagnostics)
    let arguments = reader.optional("args")
    let timeout = reader.optional("timeout")?.interval(
      "`timeout`", in: .milliseconds(100) ... .minutes(10), diagnostics: &diagnostics)
    let data = reader.optional("data").map { self.data($0, diagnostics: &diagnostics) } ?? []
    reader.finish(diagnostics: &diagnostics)
    let items = arguments?.sequence("`args`", count: 0...32, diagnostics: &diagnostics) ?? []
    let operands = items.compactMap { operand($0, "an argument", diagnostics: &diagnostics) }
    guard let hook = name.flatMap({ hook($0, diagnostics: &diagnostics) }) else { return nil }
    return .run(
      HookTemplate(hook: hook, arguments: operands, timeout: timeout ?? HookTemplate.standardTimeout, data: data))
  }

  private func hook(_ node: YAMLNode, diagnostics: inout Diagnostics) -> String? {
    guard let name = node.name("the name of a hook", form: .label, diagnostics: &diagnostics) else { return nil }
    if let known = surroundings.hooks, !known.contains(name) {
      diagnostics.error(
        "unknown-hook", "there is no hook `\(name)`", at: node.span,
        help: Suggestion.closest(name, in: known).map { "did you mean `\($0)`?" }
          ?? "hooks are programs in `hooks.d` beside the configuration")
    }
    return name
  }

  private func log(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Action? {
    guard case .mapping = node.content else {
      return node.string("`log`", limit: 1024, diagnostics: &diagnostics).map { .log(LogTemplate(message: $0)) }
    }
    guard var reader = MappingReader(node, what: "`log`", diagnostics: &diagnostics) else { return nil }
    let message = reader.required("message", diagnostics: &diagnostics)?.string(
      "`message`", limit: 1024, diagnostics: &diagnostics)
    let level = reader.optional("level")?.choice(
      "`level`", of: LogLine.Level.allCases.map { ("\($0)", $0) }, diagnostics: &diagnostics)
    let data = reader.optional("data").map { self.data($0, diagnostics: &diagnostics) } ?? []
    reader.finish(diagnostics: &diagnostics)
    return message.map { .log(LogTemplate(message: $0, level: level ?? .info, data: data)) }
  }

  private func shutdown(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Action? {
    guard let isMeant = node.boolean("`shutdown`", diagnostics: &diagnostics) else { return nil }
    guard !isMeant else { return .shutdown }
    diagnostics.error(
      "unreachable", "`shutdown: false` does nothing", at: node.span, help: "take it out, or write `shutdown: true`")
    return nil
  }

  // MARK: Values

  private func data(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [DataMember] {
    guard var reader = MappingReader(node, what: "`data`", example: "{ text: \"hello\" }", diagnostics: &diagnostics)
    else { return [] }
    let entries = reader.remaining()
    reader.finish(diagnostics: &diagnostics)
    if entries.count > 64 {
      diagnostics.error(
        "too-many", "`data` may have 64 entries, and this has \(entries.count)", at: node.span, help: "leave some out")
    }
    if let split = SplitExpression(entries) {
      split.tell(diagnostics: &diagnostics)
      return []
    }
    return entries.prefix(64).compactMap { entry in
      guard let key = entry.key.name("a key of `data`", form: .label, diagnostics: &diagnostics),
        let value = operand(entry.value, "a value of `data`", diagnostics: &diagnostics)
      else { return nil }
      return DataMember(key: key, value: value)
    }
  }

  /// Three words or more, with letters and blanks only: no expression looks so.
  private static func isProse(_ text: String) -> Bool {
    let words = text.split(separator: " ")
    return words.count >= 3 && words.allSatisfy { word in word.allSatisfy { $0.isLetter || $0 == "'" || $0 == "-" } }
      && !words.contains {
        ["and", "or", "not", "is", "in", "between", "if", "then", "else"].contains($0.lowercased())
      }
  }

  /// A number, a truth value, a text in quotes, or an expression without.
  func operand(_ node: YAMLNode, _ what: String, diagnostics: inout Diagnostics) -> Operand? {
    guard let scalar = node.scalar else {
      diagnostics.error(
        "wrong-type",
        "\(what) must be a number, `true`, `false`, a text in quotes or an expression, and this is \(node.description)",
        at: node.span, help: "write one value; an expression with brackets or braces in front goes into parentheses")
      return nil
    }
    switch scalar.value {
    case .boolean(let value): return .literal(.boolean(value))
    case .integer, .float: return node.number(what, diagnostics: &diagnostics).map { .literal(.number($0)) }
    case .text where !scalar.isPlain:
      return node.string(what, limit: 1024, diagnostics: &diagnostics).map { .literal(.text($0)) }
    case .text:
      if Self.isProse(scalar.text) {
        diagnostics.error(
          "text-without-quotes", "this is taken for an expression, and reads like a text", at: node.span,
          help: "put it in quotes: `\"\(scalar.text.prefix(60))\"`")
        return nil
      }
      var found = Diagnostics()
      defer { diagnostics.append(contentsOf: found) }
      if let expression = expressions.value(node, what, in: scope, diagnostics: &found) {
        return .expression(expression)
      }
      if Names.isLabel(scalar.text), !scalar.text.contains(".") {
        found.error(
          "text-without-quotes", "`\(scalar.text)` is taken for an expression", at: node.span,
          help: "if it is a text, put it in quotes: `\"\(scalar.text.prefix(40))\"`")
      }
    case .null:
      diagnostics.error("missing-value", "the key has no value", at: node.span, help: "write one after the `:`")
    }
    return nil
  }
}
