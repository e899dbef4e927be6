import Config
import Model

/// Reads `metrics:` of a serial profile.
struct SerialMetricReader {
  private let format: FieldFormat?
  private var found = Diagnostics()

  /// - Returns: those without errors.
  static func read(_ node: YAMLNode, format: FieldFormat?, diagnostics: inout Diagnostics) -> [SerialMetric] {
    guard
      var reader = MappingReader(
        node, what: "`metrics`", example: "{ weight: { field: weight, unit: kg } }", diagnostics: &diagnostics)
    else { return [] }
    let entries = reader.remaining()
    guard (1...SerialProfile.metricLimit).contains(entries.count) else {
      diagnostics.error(
        "out-of-range", "a profile has 1 to \(SerialProfile.metricLimit) metrics, and this has \(entries.count)",
        at: node.span, help: "as `metrics: { weight: { field: weight, unit: kg } }`")
      return []
    }
    return entries.compactMap { entry in
      var metrics = SerialMetricReader(format: format)
      let metric = metrics.metric(entry)
      diagnostics.append(contentsOf: metrics.found)
      return metrics.found.hasErrors ? nil : metric
    }
  }

  private init(format: FieldFormat?) { self.format = format }

  private mutating func metric(_ entry: YAMLNode.Entry) -> SerialMetric? {
    let name = entry.key.name("a metric's name", form: .identifier, diagnostics: &found)
    guard
      var reader = MappingReader(
        entry.value, what: "a metric", example: "{ field: weight, unit: kg }", diagnostics: &found)
    else { return nil }
    var metric = SerialMetric(name: name ?? "", field: name ?? "")
    field(&metric, &reader, entry)
    let typeNode = reader.optional("type")
    if let typeNode {
      let kinds = SerialMetric.Kind.allCases.map { ($0.rawValue, $0) }
      metric.kind = typeNode.choice("`type`", of: kinds, diagnostics: &found) ?? .number
    }
    let mapNode = reader.optional("map")
    if let mapNode { metric.map = map(mapNode) }
    var numeric: [(key: String, node: YAMLNode)] = []
    for key in ["scale", "offset", "min", "max"] {
      if let node = reader.optional(key) { numeric.append((key, node)) }
    }
    for (key, node) in numeric {
      switch key {
      case "scale": scale(&metric, node)
      case "offset": metric.offset = node.number("`offset`", in: -1e15...1e15, diagnostics: &found) ?? 0
      case "min": metric.minimum = node.number("`min`", diagnostics: &found)
      default: metric.maximum = node.number("`max`", diagnostics: &found)
      }
    }
    if let node = reader.optional("invalid") { metric.invalid = texts(node, "`invalid`") }
    if let node = reader.optional("invalid_when") { metric.invalidWhen = conditions(node) }
    let unitNode = reader.optional("unit")
    metric.unit = unitNode.flatMap { SenMLUnit.read($0, diagnostics: &found) }
    metric.description = reader.optional("description")?.string("`description`", limit: 1000, diagnostics: &found)
    reader.finish(diagnostics: &found)
    check(metric, numeric, mapNode, unitNode)
    return metric
  }

  private mutating func field(_ metric: inout SerialMetric, _ reader: inout MappingReader, _ entry: YAMLNode.Entry) {
    let node = reader.optional("field")
    if let node {
      // A column's number.
      if case .integer(let number)? = node.scalar?.value {
        metric.field = String(number)
      } else {
        metric.field = node.string("`field`", limit: 256, diagnostics: &found) ?? metric.field
      }
    }
    known(metric.field, at: node ?? entry.key)
  }

  /// Tells of a field that never comes.
  private mutating func known(_ field: String, at node: YAMLNode) {
    guard let format, !format.mayHave(field), !field.isEmpty else { return }
    let names = format.names
    found.error(
      "unknown-field", "the format has no field `\(field.prefix(64))`", at: node.span,
      help: Suggestion.closest(field, in: names).map { "did you mean `\($0)`?" }
        ?? (names.isEmpty
          ? "write the column's number, or name the columns in `format`"
          : "it has " + names.prefix(20).map { "`\($0)`" }.joined(separator: ", ")))
  }

  private mutating func scale(_ metric: inout SerialMetric, _ node: YAMLNode) {
    guard case .mapping = node.content else {
      let scale = node.number("`scale`", in: -1e12...1e12, diagnostics: &found)
      if scale == 0 {
        found.error("out-of-range", "`scale` can't be 0", at: node.span, help: "leave it out, or write `1`")
      }
      metric.scale = scale ?? 1
      return
    }
    guard
      var reader = MappingReader(node, what: "`scale`", example: "{ by: unit, kg: 1, g: 0.001 }", diagnostics: &found)
    else { return }
    let byNode = reader.required("by", diagnostics: &found)
    let by = byNode?.string("`by`", limit: 256, diagnostics: &found)
    var factors: [SerialMetric.Units.Factor] = []
    for entry in reader.remaining() {
      if let factor = entry.value.number("the scale of a unit", in: -1e12...1e12, diagnostics: &found) {
        factors.append(.init(unit: entry.name, factor: factor))
      }
    }
    if factors.isEmpty {
      found.error(
        "missing-key", "`scale` names no unit", at: node.span, help: "as `scale: { by: unit, kg: 1, g: 0.001 }`")
    }
    guard let by, let byNode else { return }
    known(by, at: byNode)
    metric.units = SerialMetric.Units(field: by, factors: factors)
  }

  private mutating func map(_ node: YAMLNode) -> [SerialMetric.Meaning]? {
    guard var reader = MappingReader(node, what: "`map`", example: "{ ST: true, US: false }", diagnostics: &found)
    else { return nil }
    let entries = reader.remaining()
    guard (1...ValueMap.limit).contains(entries.count) else {
      found.error(
        "out-of-range", "`map` has 1 to \(ValueMap.limit) entries, and this has \(entries.count)", at: node.span,
        help: "as `map: { ST: true, US: false }`")
      return nil
    }
    var meanings: [SerialMetric.Meaning] = []
    for entry in entries {
      let value: Value? =
        switch entry.value.scalar?.value {
        case .integer(let number): .number(Double(number))
        case .float(let number) where number.isFinite: .number(number)
        case .boolean(let flag): .boolean(flag)
        default: entry.value.string("a value of `map`", limit: 256, diagnostics: &found).map(Value.text)
        }
      if let value { meanings.append(.init(text: entry.name, value: value)) }
    }
    let kinds = Set(meanings.map { ValueMap.kind([0: $0.value]) })
    if kinds.count > 1 {
      found.error(
        "wrong-type", "what `map` gives must be all texts, all numbers, or all `true` or `false`", at: node.span,
        help: "put texts in quotes")
      return nil
    }
    return meanings
  }

  private mutating func texts(_ node: YAMLNode, _ what: String) -> [String] {
    var items = [node]
    if case .sequence = node.content {
      items = node.sequence(what, count: 1...64, item: "9999", diagnostics: &found) ?? []
    }
    return items.compactMap { item in
      switch item.scalar?.value {
      case .integer, .float, .boolean: item.scalar?.text
      default: item.string(what, limit: 256, diagnostics: &found)
      }
    }
  }

  private mutating func conditions(_ node: YAMLNode) -> [SerialMetric.Condition] {
    guard var reader = MappingReader(node, what: "`invalid_when`", example: "{ status: OL }", diagnostics: &found)
    else { return [] }
    return reader.remaining().map { entry in
      known(entry.name, at: entry.key)
      return SerialMetric.Condition(field: entry.name, values: texts(entry.value, "a value of `invalid_when`"))
    }
  }

  /// What must hold between the keys.
  private mutating func check(
    _ metric: SerialMetric, _ numeric: [(key: String, node: YAMLNode)], _ map: YAMLNode?, _ unit: YAMLNode?
  ) {
    let isNumber = metric.kind == .number || metric.kind == .hexadecimal
    if !isNumber || map != nil {
      for (key, node) in numeric {
        found.error(
          "either-or",
          isNumber
            ? "a metric with a `map` has no `\(key)`"
            : "a metric of the type `\(metric.kind.rawValue)` has no `\(key)`",
          at: node.span, help: isNumber ? "delete one of the two; the map says what the texts mean" : "delete it")
      }
    }
    if let unit, metric.signal.kind != .number {
      found.error("either-or", "words and truth values have no `unit`", at: unit.span, help: "delete it")
    }
    if let minimum = metric.minimum, let maximum = metric.maximum, minimum >= maximum,
      let node = numeric.first(where: { $0.key == "max" })?.node
    {
      found.error(
        "out-of-range", "`max` must be more than `min`", at: node.span, help: "exchange them, or delete one")
    }
  }
}
