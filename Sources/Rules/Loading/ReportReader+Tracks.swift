import Config
import Model

extension ReportReader {
  /// What goes beside `max_error` decides for itself when a fix goes, and would break what that promises, or be broken by it.
  private static let beside = ["every", "deadband", "or_moved", "or_turned"]

  /// `max_error: 15 m`, metres; tells what it doesn't go with, and signals that are no positions.
  ///
  /// At least 1 m, since JSON has coordinates rounded to centimetres; at most 10 km.
  func maxError(
    in reader: inout MappingReader, signals: YAMLNode?, diagnostics: inout Diagnostics
  ) -> Double? {
    guard let node = reader.optional("max_error") else { return nil }
    let bound = node.length("`max_error`", in: 1...10_000, diagnostics: &diagnostics)
    for key in Self.beside {
      guard let entry = reader.entry(key) else { continue }
      diagnostics.error(
        "conflicting-keys", "`\(key)` does not go with `max_error`, which finds out by itself which fixes are needed",
        at: entry.key.span, help: "take one of them out; what goes with `max_error` is `at_least`")
    }
    if let signals {
      for (pattern, span) in patternTexts(signals) where !namesPositions(pattern) {
        diagnostics.error(
          "not-a-position", "`max_error` is for positions, and `\(pattern.text)` names other signals", at: span,
          help: positionNames.map { "write \($0) here, and give the rest a policy of its own" }
            ?? "write `gps.position`, and give the rest a policy of its own")
      }
    }
    return bound
  }

  private func patternTexts(_ node: YAMLNode) -> [(pattern: SignalPattern, span: SourceSpan)] {
    let items: [YAMLNode]
    if case .sequence(let found) = node.content { items = found } else { items = [node] }
    return items.compactMap { item in
      guard case .scalar(let scalar) = item.content else { return nil }
      return SignalPattern(scalar.text).map { ($0, item.span) }
    }
  }

  /// Whether the pattern can mean positions alone.
  private func namesPositions(_ pattern: SignalPattern) -> Bool {
    guard pattern.text.hasSuffix(".\(SignalName.position)") else { return false }
    return catalogue.devices.allSatisfy { device in
      device.givesPosition
        || !device.metrics.contains { pattern.matches(SignalName(device: device.name, metric: $0.name)) }
    }
  }

  private var positionNames: String? {
    let names = catalogue.devices.filter(\.givesPosition).map { "`\(SignalName.position(of: $0.name))`" }
    return names.isEmpty ? nil : names.joined(separator: ", ")
  }
}
