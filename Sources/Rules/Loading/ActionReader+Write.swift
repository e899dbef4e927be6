import Config
import Model

/// Reads `write: { cab.buzzer: true, heater.setpoint: outside.temperature + 5 }`, held to what each actuator takes.
extension ActionReader {
  private static let limit = 64

  func write(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Action? {
    let name = node.scalar.flatMap { SignalName($0.text) }
    guard
      var reader = MappingReader(
        node, what: "`write`", example: "{ \(name?.description ?? "cab.buzzer"): true }", diagnostics: &diagnostics)
    else { return nil }
    let entries = reader.remaining()
    reader.finish(diagnostics: &diagnostics)
    guard (1...Self.limit).contains(entries.count) else {
      diagnostics.error(
        "count", "`write` must have 1 to \(Self.limit) entries, and this has \(entries.count)", at: node.span,
        help: entries.isEmpty ? "write a signal and its value: `{ cab.buzzer: true }`" : "make several actions of it")
      return nil
    }
    return .write(entries.compactMap { request($0, diagnostics: &diagnostics) })
  }

  private func request(_ entry: YAMLNode.Entry, diagnostics: inout Diagnostics) -> WriteRequest? {
    let target = target(entry, diagnostics: &diagnostics)
    // A mistake in the value is told as well.
    let value = value(entry.value, for: target, diagnostics: &diagnostics)
    guard let target, let value else { return nil }
    return WriteRequest(signal: target.signal, value: value)
  }

  /// What is to be written; the metric is `nil` where no devices are known.
  private typealias Target = (signal: SignalName, metric: SignalCatalogue.Metric?)

  private func target(_ entry: YAMLNode.Entry, diagnostics: inout Diagnostics) -> Target? {
    let key = entry.key
    guard let text = key.string("a signal", limit: 200, diagnostics: &diagnostics) else { return nil }
    guard let signal = SignalName(text) else {
      diagnostics.error(
        "name", "`\(text)` names no signal", at: key.span,
        help: expressions.vocabulary.variables[text] != nil
          ? "a variable is set by `set: { \(text): … }`" : "write `device.metric`: `cab.buzzer`")
      return nil
    }
    guard !catalogue.devices.isEmpty else { return (signal, nil) }
    if let metric = catalogue.device(signal.device)?.metrics.first(where: { $0.name == signal.metric }) {
      if metric.writing != nil { return (signal, metric) }
      diagnostics.error(
        "not-writable", "the profile of `\(signal.device)` lets nobody write `\(signal.metric)`", at: key.span,
        help: writableRemedy(for: signal))
      return nil
    }
    let vocabulary = expressions.vocabulary
    let message: String
    let help: String
    if computed.contains(signal) {
      message = "`\(signal)` is computed, and can't be written"
      help = writableRemedy(for: signal)
    } else if signal.device == SystemSignal.device {
      message = "`\(signal)` is what the gateway tells of itself, and can't be written"
      help = writableRemedy(for: signal)
    } else if vocabulary.isPosition(signal) || vocabulary.type(of: signal) != nil {
      message = "`\(signal)` is what the receiver tells, and can't be written"
      help = writableRemedy(for: signal)
    } else {
      message = "no device has a signal `\(signal)`"
      help = remedy(forUnknown: signal)
    }
    diagnostics.error("unknown-signal", message, at: key.span, help: help)
    return nil
  }

  /// One that can be written is likelier meant than one that can't.
  private func remedy(forUnknown signal: SignalName) -> String {
    if let meant = Suggestion.closest(signal.description, in: writable.map(\.description)) {
      return "did you mean `\(meant)`?"
    }
    return expressions.vocabulary.remedy(for: signal)
  }

  private var writable: [SignalName] {
    catalogue.devices.flatMap { device in
      device.metrics.filter { $0.writing != nil }.map { SignalName(device: device.name, metric: $0.name) }
    }
  }

  private func writableRemedy(for signal: SignalName) -> String {
    let own = writable.filter { $0.device == signal.device }
    let listed = (own.isEmpty ? writable : own).prefix(20).map { "`\($0)`" }.joined(separator: ", ")
    if listed.isEmpty { return "take it out: these devices have nothing that can be written" }
    return own.isEmpty ? "take it out; what can be written is \(listed)" : "`\(signal.device)` takes \(listed)"
  }

  // MARK: The value

  private func value(_ node: YAMLNode, for target: Target?, diagnostics: inout Diagnostics) -> Operand? {
    let what = target.map { "`\($0.signal)`" } ?? "what is written"
    if let metric = target?.metric, metric.kind == .number, Self.hasUnit(node) {
      // Told as of any number without a place for a unit.
      _ = node.number(what, diagnostics: &diagnostics)
      return nil
    }
    if let metric = target?.metric, let remedy = Self.remedy(forWord: node, metric) {
      diagnostics.error(
        "wrong-type", "\(what) takes \(Self.words(metric)), and this is \(node.description)", at: node.span,
        help: remedy)
      return nil
    }
    guard let operand = operand(node, what, diagnostics: &diagnostics) else { return nil }
    guard let target, let metric = target.metric else { return operand }
    switch operand {
    case .literal(let value):
      guard let refusal = metric.refusal(of: value) else { return operand }
      tell(refusal, of: value, target.signal, metric, node, diagnostics: &diagnostics)
    case .expression(let expression):
      guard let kind = (expression as? RuleExpression)?.kind, kind != .other, kind != metric.kind.expressionKind else {
        return operand
      }
      diagnostics.error(
        "expression-type", "\(what) takes \(Self.words(metric)), and this gives \(kind.words)", at: node.span,
        help: Self.remedy(for: kind, metric, expression.text))
    }
    return nil
  }

  private func tell(
    _ refusal: WriteRefusal, of value: Value, _ signal: SignalName, _ metric: SignalCatalogue.Metric, _ node: YAMLNode,
    diagnostics: inout Diagnostics
  ) {
    let takes = Self.words(metric)
    switch refusal {
    case .endOfPulse:
      diagnostics.error(
        "pulse", "`\(signal)` is a pulse: it returns by itself, and `false` would do nothing", at: node.span,
        help: place == .clear ? "take it out" : "write `true`, or take it out")
    case .below, .above, .notFinite:
      diagnostics.error(
        "out-of-range", "`\(signal)` takes \(takes), and this is \(node.description)", at: node.span,
        help: metric.unit.map { "write \(takes), in `\($0)`" } ?? "write \(takes)")
    case .noChoice(let choices):
      let closest = Suggestion.closest(value.plainText, in: choices.map(\.plainText))
      diagnostics.error(
        "unknown-value", "`\(signal)` can't be `\(value.plainText)`", at: node.span,
        help: closest.map { "did you mean `\($0)`?" } ?? "it takes \(takes)")
    case .wrongKind, .readOnly:
      diagnostics.error(
        "wrong-type", "`\(signal)` takes \(takes), and this is \(node.description)", at: node.span,
        help: Self.remedy(for: value, metric))
    }
  }

  private static func remedy(for value: Value, _ metric: SignalCatalogue.Metric) -> String {
    switch (metric.kind, value) {
    case (.boolean, .number(let number)) where number == 0 || number == 1: "write `\(number == 1)`"
    case (.boolean, .text(let text)) where ["true", "false"].contains(text.lowercased()):
      "write `\(text.lowercased())`, without quotes"
    case (.number, .text(let text)) where Double(text) != nil: "write `\(text)`, without quotes"
    case (.text, .number), (.text, .boolean): "put it in quotes: `\"\(value.plainText)\"`"
    default: "write \(words(metric))"
    }
  }

  /// `on` and the like, which are no expression either; `nil` where the node is something else.
  private static func remedy(forWord node: YAMLNode, _ metric: SignalCatalogue.Metric) -> String? {
    guard let scalar = node.scalar, scalar.isPlain, case .text = scalar.value else { return nil }
    if case .text? = metric.writing?.choices?.first, metric.writing?.choices?.contains(.text(scalar.text)) == true {
      return "put it in quotes: `\"\(scalar.text)\"`"
    }
    guard metric.kind == .boolean else { return nil }
    switch scalar.text.lowercased() {
    case "on", "yes", "open", "high", "start": return "write `true`"
    case "off", "no", "closed", "low", "stop": return "write `false`"
    default: return nil
    }
  }

  /// `21 Cel`: no expression, and no quantity either, since the metric has its unit.
  private static func hasUnit(_ node: YAMLNode) -> Bool {
    guard let scalar = node.scalar, scalar.isPlain, case .text = scalar.value else { return false }
    let parts = scalar.text.split(separator: " ")
    return parts.count == 2 && Double(parts[0]) != nil && parts[1].allSatisfy { $0.isLetter || "%°/²³".contains($0) }
  }

  private static func remedy(
    for kind: RuleExpression.Kind, _ metric: SignalCatalogue.Metric, _ text: String
  ) -> String {
    switch (metric.kind, kind) {
    case (.boolean, .number): "compare it: `\(text) > 0`"
    case (.boolean, .text): "compare it: `\(text) == \"…\"`"
    case (.number, .boolean): "say a number for each: `\(text) ? 1 : 0`"
    case (.text, .number), (.text, .boolean): "write `string(\(text))`"
    default: "write \(words(metric))"
    }
  }

  /// What it takes: "`true` or `false`", "a number from 5 to 30".
  private static func words(_ metric: SignalCatalogue.Metric) -> String {
    if let choices = metric.writing?.choices, !choices.isEmpty {
      return choices.prefix(20).map { $0.kind == .text ? "`\"\($0.plainText)\"`" : "`\($0.plainText)`" }
        .joined(separator: ", ")
    }
    switch metric.kind {
    case .boolean: return metric.writing?.pulse == nil ? "`true` or `false`" : "`true`"
    case .text: return "a text"
    case .number:
      let (minimum, maximum) = (
        metric.writing?.minimum.map { Value.number($0).plainText },
        metric.writing?.maximum.map { Value.number($0).plainText }
      )
      switch (minimum, maximum) {
      case (let minimum?, let maximum?): return "a number from \(minimum) to \(maximum)"
      case (let minimum?, nil): return "a number of \(minimum) or more"
      case (nil, let maximum?): return "a number of \(maximum) or less"
      case (nil, nil): return "a number"
      }
    }
  }
}

extension SignalCatalogue.Metric.Kind {
  fileprivate var expressionKind: RuleExpression.Kind {
    switch self {
    case .number: .number
    case .boolean: .boolean
    case .text: .text
    }
  }
}

extension RuleExpression.Kind {
  fileprivate var words: String {
    switch self {
    case .boolean: "true or false"
    case .number: "a number"
    case .text: "a text"
    case .other: "something else"
    }
  }
}
