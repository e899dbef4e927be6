import Config

extension FieldFormat {
  static let patternLimit = 32

  /// Reads `format`; `nil` after an error.
  static func read(_ node: YAMLNode, diagnostics: inout Diagnostics) -> FieldFormat? {
    switch node.content {
    case .scalar(let scalar):
      if scalar.text == "json" { return .json }
      if scalar.text == "csv" { return .csv(CSV()) }
      if scalar.text == "keys" { return .keys(Keys()) }
      return pattern(node, diagnostics: &diagnostics).map { .patterns([$0]) }
    case .sequence:
      let items = node.sequence("`format`", count: 1...patternLimit, diagnostics: &diagnostics)
      guard let patterns = items?.map({ pattern($0, diagnostics: &diagnostics) }) else { return nil }
      return patterns.contains(nil) ? nil : .patterns(patterns.compactMap(\.self))
    case .mapping: return table(node, diagnostics: &diagnostics)
    }
  }

  private static func pattern(_ node: YAMLNode, diagnostics: inout Diagnostics) -> LinePattern? {
    guard let text = node.string("`format`", limit: LinePattern.limit, diagnostics: &diagnostics) else { return nil }
    do throws(LinePattern.Mistake) {
      return try LinePattern(text)
    } catch {
      diagnostics.error("bad-pattern", error.message, at: node.span(ofText: error.range), help: error.help)
      return nil
    }
  }

  private static func table(_ node: YAMLNode, diagnostics: inout Diagnostics) -> FieldFormat? {
    guard var reader = MappingReader(node, what: "`format`", diagnostics: &diagnostics) else { return nil }
    var own = Diagnostics()
    var found: FieldFormat?
    let (csvNode, keysNode) = (reader.optional("csv"), reader.optional("keys"))
    if let csvNode { found = csv(csvNode, diagnostics: &own) }
    if let keysNode { found = keys(keysNode, diagnostics: &own) }
    if csvNode != nil, let keysNode {
      own.error("either-or", "a format is `csv` or `keys`, not both", at: keysNode.span, help: "delete one of them")
    } else if csvNode == nil, keysNode == nil {
      own.error(
        "missing-key", "`format` needs `csv` or `keys`", at: reader.heading,
        help: "or write a pattern, as `\"{status},{weight:number}{unit}\"`, or `json`")
    }
    reader.finish(diagnostics: &own)
    diagnostics.append(contentsOf: own)
    return own.hasErrors ? nil : found
  }

  private static func csv(_ node: YAMLNode, diagnostics: inout Diagnostics) -> FieldFormat? {
    guard var reader = MappingReader(node, what: "`csv`", example: "{ separator: \";\" }", diagnostics: &diagnostics)
    else { return nil }
    var csv = CSV()
    if let node = reader.optional("separator"),
      let bytes = ByteText.read(node, "`separator`", count: 1...1, diagnostics: &diagnostics)
    {
      csv.separator = bytes[0]
    }
    if let node = reader.optional("columns") {
      let items = node.sequence("`columns`", count: 1...fieldLimit, item: "weight", diagnostics: &diagnostics)
      csv.columns = (items ?? []).compactMap { $0.string("a column", limit: 64, diagnostics: &diagnostics) }
    }
    reader.finish(diagnostics: &diagnostics)
    return .csv(csv)
  }

  private static func keys(_ node: YAMLNode, diagnostics: inout Diagnostics) -> FieldFormat? {
    guard
      var reader = MappingReader(
        node, what: "`keys`", example: "{ separator: \",\", assign: \"=\" }", diagnostics: &diagnostics)
    else { return nil }
    var keys = Keys()
    if let node = reader.optional("separator") {
      keys.separator = ByteText.read(node, "`separator`", count: 1...8, diagnostics: &diagnostics) ?? keys.separator
    }
    if let node = reader.optional("assign") {
      keys.assign = ByteText.read(node, "`assign`", count: 1...8, diagnostics: &diagnostics) ?? keys.assign
    }
    reader.finish(diagnostics: &diagnostics)
    return .keys(keys)
  }

  static var schema: Schema {
    .either([
      .choice(["json", "csv", "keys"]), .oneOrMore(.text()),
      .object([
        .init(
          "csv",
          .object([
            .init("separator", .text(), standard: "`\",\"`", "What stands between two columns"),
            .init("columns", .list(.text()), "Their names; a metric's `field` may also be a number, from 1"),
          ]), "Columns"),
        .init(
          "keys",
          .object([
            .init("separator", .text(), standard: "`\",\"`", "What stands between two pairs"),
            .init("assign", .text(), standard: "`\"=\"`", "What stands between name and value"),
          ]), "Pairs of a name and a value"),
      ]),
    ])
  }

  /// Whether a field of that name can come; `true` where only the device knows.
  func mayHave(_ field: String) -> Bool {
    switch self {
    case .patterns(let patterns): patterns.contains { $0.names.contains(field) }
    case .csv(let csv): Int(field).map { (1...Self.fieldLimit).contains($0) } ?? csv.columns.contains(field)
    case .json, .keys: true
    }
  }

  /// The fields' names, as far as the format says them.
  var names: [String] {
    switch self {
    case .patterns(let patterns): patterns.flatMap(\.names)
    case .csv(let csv): csv.columns
    case .json, .keys: []
    }
  }
}
