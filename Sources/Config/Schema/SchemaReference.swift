/// Writes a schema as tables for people, one for each mapping, in Markdown.
public enum SchemaReference {
  /// The tables, in the order of the file, each under a heading that is its path: `rules[].on`.
  public static func markdown(_ schema: Schema) -> String {
    var sections: [String] = []
    collect(schema, path: "", into: &sections)
    return sections.joined(separator: "\n") + "\n"
  }

  private static func collect(_ schema: Schema, path: String, into sections: inout [String]) {
    switch schema {
    case .object(let keys):
      sections.append(section(keys, path: path))
      for key in keys { collect(key.schema, path: path.isEmpty ? key.name : "\(path).\(key.name)", into: &sections) }
    case .list(let items), .oneOrMore(let items): collect(items, path: path + "[]", into: &sections)
    case .table(_, let values): collect(values, path: path + ".NAME", into: &sections)
    case .either(let schemas):
      for schema in schemas { collect(schema, path: path + discriminator(schema), into: &sections) }
    case .quantity, .text, .boolean, .integer, .number, .choice, .expression, .anything: break
    }
  }

  /// `(driver: gpsd)`, where a mapping is told from others by its first key.
  private static func discriminator(_ schema: Schema) -> String {
    guard case .object(let keys) = schema, let first = keys.first, case .choice(let words) = first.schema,
      words.count == 1
    else { return "" }
    return " (\(first.name): \(words[0]))"
  }

  private static func section(_ keys: [Schema.Key], path: String) -> String {
    var lines = path.isEmpty ? [] : ["### \(path)", ""]
    lines += ["| key | value | default | |", "| --- | --- | --- | --- |"]
    for key in keys {
      let standard = key.isRequired ? "**required**" : key.standard ?? "–"
      lines.append("| `\(key.name)` | \(kind(key.schema)) | \(standard) | \(key.description) |")
    }
    return (lines + [""]).joined(separator: "\n")
  }

  private static func kind(_ schema: Schema) -> String {
    switch schema {
    case .quantity(let measure): measure.words
    case .text: "text"
    case .boolean: "`true` or `false`"
    case .integer(let range):
      range.upperBound == Int.max
        ? "whole number from \(range.lowerBound)" : "whole number, \(range.lowerBound) to \(range.upperBound)"
    case .number: "number"
    case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
    case .expression: "expression"
    case .list(let items): "list of: \(kind(items))"
    case .oneOrMore(let item): "\(kind(item)), or a list"
    case .object: "mapping"
    case .table: "mapping of names"
    case .either(let schemas): schemas.map(kind).joined(separator: ", or ")
    case .anything: "anything"
    }
  }
}

extension Schema.Measure {
  /// For people, with an example.
  fileprivate var words: String {
    switch self {
    case .time: "time, as `10 s`"
    case .length: "length, as `250 m`"
    case .speed: "speed, as `30 km/h`"
    case .angle: "angle, as `25 deg`"
    case .dataSize: "size, as `20 MB`"
    case .dataRate: "size per time, as `20 MB per day`"
    case .countRate: "count per time, as `5 per hour`"
    }
  }
}
