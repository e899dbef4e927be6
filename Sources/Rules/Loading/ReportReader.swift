import Config
import Model

/// Reads the items of `report:`.
struct ReportReader {
  let catalogue: SignalCatalogue
  let expressions: ExpressionReader
  var computed: [SignalName] = []

  /// Every signal that the declared devices have, in their order.
  private var signals: [SignalName] {
    catalogue.devices.flatMap { device in
      (device.givesPosition ? [SignalName.position(of: device.name)] : [])
        + device.metrics.map { SignalName(device: device.name, metric: $0.name) }
    } + computed
  }

  /// What may be named, beside those: what the gateway tells of itself.
  private var system: [SignalName] {
    SystemSignal.all.filter { $0.source == .reading }.map { SignalName(device: SystemSignal.device, metric: $0.name) }
  }

  /// An item of `report:`: a policy, perhaps with a budget of its own, or a budget for all of them.
  func item(
    _ node: YAMLNode, budgets: inout [ReportBudget], diagnostics: inout Diagnostics
  ) -> ReportPolicy? {
    guard var reader = MappingReader(node, what: "a report policy", diagnostics: &diagnostics) else { return nil }
    if reader.contains("budget"), !reader.contains("signals"), !reader.contains("every") {
      let budget = reader.entry("budget")
      reader.finish(diagnostics: &diagnostics)
      if let budget = budget.flatMap({ self.budget($0, isShared: true, diagnostics: &diagnostics) }) {
        budgets.append(budget)
      }
      return nil
    }
    let when = reader.entry("when")?.value
    let signals = reader.required("signals", diagnostics: &diagnostics)
    let patterns = signals.map { self.patterns($0, diagnostics: &diagnostics) }
    let isSilent = isSilent(&reader, diagnostics: &diagnostics)
    let maxError = maxError(in: &reader, signals: signals, diagnostics: &diagnostics)
    let span = Interval.milliseconds(100) ... .days(366)
    let every = reader.optional("every")?.interval("`every`", in: span, diagnostics: &diagnostics)
    let moved = reader.optional("or_moved")?.length("`or_moved`", in: 0.1...1_000_000, diagnostics: &diagnostics)
    let turned = reader.optional("or_turned")?.angle("`or_turned`", in: 1...180, diagnostics: &diagnostics)
    let atLeastNode = reader.optional("at_least")
    let atLeast = atLeastNode?.interval("`at_least`", in: span, diagnostics: &diagnostics)
    let deadband = reader.optional("deadband")?.number(
      "`deadband`", in: 0...Double.greatestFiniteMagnitude, diagnostics: &diagnostics)
    let budgetEntry = reader.entry("budget")
    reader.finish(diagnostics: &diagnostics)
    let condition = when.flatMap { expressions.condition($0, "`when`", diagnostics: &diagnostics) }
    if let every, let atLeast, let atLeastNode, atLeast < every {
      diagnostics.warning(
        "unreachable", "`at_least` is shorter than `every`, which then says nothing", at: atLeastNode.span,
        help: "`every` is the usual pace, `at_least` the slowest; make it the longer one")
    }
    guard let patterns else { return nil }
    var policy = ReportPolicy(
      signals: patterns, when: condition, every: every, orMoved: moved, orTurned: turned, atLeast: atLeast,
      deadband: deadband, maxError: maxError)
    policy.isSilent = isSilent
    guard !isSilent, let budgetEntry, let budget = budget(budgetEntry, isShared: false, diagnostics: &diagnostics)
    else {
      return policy
    }
    if every == nil, atLeast == nil, moved == nil, turned == nil {
      diagnostics.error(
        "missing-key", "a budget stretches intervals, and this policy has none", at: budgetEntry.key.span,
        help: maxError == nil
          ? "add `every: 10 s`" : "add `at_least: 1 min`; what `max_error` promises is never stretched")
    }
    policy.budget = budgets.count
    budgets.append(budget)
    return policy
  }

  /// Whether there is a `send: never`; tells what doesn't go with it.
  private func isSilent(_ reader: inout MappingReader, diagnostics: inout Diagnostics) -> Bool {
    guard let node = reader.optional("send"),
      node.choice("`send`", of: [("never", true)], diagnostics: &diagnostics) != nil
    else { return false }
    for key in ["every", "deadband", "or_moved", "or_turned", "max_error", "at_least", "budget"] {
      guard let entry = reader.entry(key) else { continue }
      diagnostics.error(
        "conflicting-keys", "`\(key)` says how often something is sent, and `send: never` that it never is",
        at: entry.key.span, help: "take one of them out")
    }
    return true
  }

  /// `budget: { uplink: 20 MB per day }`.
  private func budget(
    _ entry: YAMLNode.Entry, isShared: Bool, diagnostics: inout Diagnostics
  ) -> ReportBudget? {
    let example =
      "{ uplink: \(entry.value.scalar.map { $0.text.contains(" per ") ? $0.text : "5 MB per day" } ?? "5 MB per day") }"
    guard var reader = MappingReader(entry.value, what: "`budget`", example: example, diagnostics: &diagnostics) else {
      return nil
    }
    let rate = reader.required("uplink", diagnostics: &diagnostics)?
      .dataRate("`uplink`", example: "5 MB per day", diagnostics: &diagnostics)
    reader.finish(diagnostics: &diagnostics)
    return rate.map { ReportBudget(bytes: $0.bytes, per: $0.per, isShared: isShared) }
  }

  private func patterns(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [SignalPattern] {
    let items: [YAMLNode]
    if case .scalar = node.content {
      items = [node]
    } else {
      items = node.sequence("`signals`", count: 1...1000, diagnostics: &diagnostics) ?? []
    }
    return items.compactMap { item in
      guard let text = item.string("a signal", limit: 256, diagnostics: &diagnostics) else { return nil }
      guard let pattern = SignalPattern(text) else {
        diagnostics.error(
          "name", "`\(text)` names no signals", at: item.span,
          help: "write `device.metric`, with `*` for any: `gps.position`, `reefer.*`, `*.temperature`")
        return nil
      }
      check(pattern, at: item.span, diagnostics: &diagnostics)
      return pattern
    }
  }

  /// Against the declared devices, where there are any.
  private func check(_ pattern: SignalPattern, at span: SourceSpan, diagnostics: inout Diagnostics) {
    let known = signals + system
    guard !catalogue.devices.isEmpty, !known.contains(where: pattern.matches) else { return }
    if pattern.isWildcard {
      diagnostics.warning(
        "unknown-signal", "no device has a signal like `\(pattern.text)`", at: span,
        help: Suggestion.closest(pattern.text, in: known.map { "\($0.device).*" }).map { "did you mean `\($0)`?" }
          ?? "devices and their signals are declared in `devices.d`")
      return
    }
    let isPartOfFix = SignalName(pattern.text).flatMap { catalogue.device($0.device) }?.givesPosition ?? false
    diagnostics.error(
      "unknown-signal", "no device has a signal `\(pattern.text)`", at: span,
      help: Suggestion.closest(pattern.text, in: known.map(\.description)).map { "did you mean `\($0)`?" }
        ?? (isPartOfFix
          ? "speed, course and the like go with the fix: write `\(pattern.text.prefix { $0 != "." }).position`"
          : "devices and their signals are declared in `devices.d`"))
  }

  /// Warns once of all that will never be sent.
  func warnOfUnmatched(_ policies: [ReportPolicy], at span: SourceSpan?, diagnostics: inout Diagnostics) {
    guard !policies.isEmpty else { return }
    let unmatched = signals.filter { signal in !policies.contains { $0.matches(signal) } }
    guard !unmatched.isEmpty else { return }
    let names = unmatched.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
    let rest = unmatched.count > 8 ? " and \(unmatched.count - 8) more" : ""
    var patterns: [String] = []
    for device in catalogue.devices.map(\.name) {
      let own = unmatched.filter { $0.device == device }
      if !own.isEmpty { patterns.append(own.count == 1 ? own[0].description : "\(device).*") }
    }
    diagnostics.warning(
      "unreported-signal", "no report policy matches \(names)\(rest), so that nothing of it is sent", at: span,
      help: patterns.isEmpty
        ? "add a policy with `signals: [\(unmatched[0])]`, and `send: never` where that is meant"
        : "add a policy with `signals: [\(patterns.prefix(4).joined(separator: ", "))]`, and `send: never` where that is meant"
    )
  }
}
