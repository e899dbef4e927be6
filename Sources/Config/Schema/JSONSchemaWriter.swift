/// Writes a schema as JSON Schema (draft 7, which editors' YAML language servers know best: json-schema.org/draft-07).
///
/// It lets pass a little more than the readers do, which know units, names and places; it never refuses what they take.
public enum JSONSchemaWriter {
  /// A whole document, indented, with a line's end.
  /// - Parameters:
  ///   - name: the file's name under which editors find it: `rules.json`.
  ///   - title: for people.
  public static func document(_ schema: Schema, name: String, title: String) -> String {
    var object = JSONText.object([
      ("$schema", .string("http://json-schema.org/draft-07/schema#")),
      ("$id", .string("https://waypost.example/schema/\(name)")),
      ("title", .string(title)),
    ])
    object.append(body(schema))
    return object.text(indent: 0) + "\n"
  }

  private static func body(_ schema: Schema) -> JSONText {
    switch schema {
    case .quantity(let measure): return .object([("type", .string("string")), ("pattern", .string(pattern(measure)))])
    case .text(nil): return .object([("type", .list(["string", "number", "boolean"]))])
    case .text(let pattern?): return .object([("type", .string("string")), ("pattern", .string(pattern))])
    case .boolean: return .object([("type", .string("boolean"))])
    case .integer(let range):
      var members: [(String, JSONText)] = [("type", .string("integer")), ("minimum", .number(range.lowerBound))]
      if range.upperBound < Int.max { members.append(("maximum", .number(range.upperBound))) }
      return .object(members)
    case .number: return .object([("type", .string("number"))])
    case .choice(let words): return .object([("enum", .array(words.map(word)))])
    // `true` and `-15` are expressions too, and YAML takes them for what they look like.
    case .expression: return .object([("type", .list(["string", "number", "boolean"]))])
    case .list(let items): return .object([("type", .string("array")), ("items", body(items))])
    case .oneOrMore(let item): return anyOf([body(item), body(.list(item))])
    case .object(let keys): return object(keys)
    case .table(let names, let values):
      return .object([
        ("type", .string("object")),
        ("propertyNames", .object([("pattern", .string(pattern(names)))])),
        ("additionalProperties", body(values)),
      ])
    case .either(let schemas): return anyOf(schemas.map(body))
    case .anything: return .object([])
    }
  }

  private static func anyOf(_ schemas: [JSONText]) -> JSONText { .object([("anyOf", .array(schemas))]) }

  private static func object(_ keys: [Schema.Key]) -> JSONText {
    let properties = keys.map { key -> (String, JSONText) in
      var text = key.standard.map { "\(key.description). Default: \($0)." } ?? "\(key.description)."
      text.removeAll { $0 == "`" }
      var property = JSONText.object([("description", .string(text))])
      // A key without a value counts as left out.
      property.append(key.isRequired ? body(key.schema) : nullable(key.schema))
      return (key.name, property)
    }
    var members: [(String, JSONText)] = [
      ("type", .string("object")), ("additionalProperties", .boolean(false)), ("properties", .object(properties)),
    ]
    let required = keys.filter(\.isRequired).map(\.name)
    if !required.isEmpty { members.append(("required", .array(required.map(JSONText.string)))) }
    return .object(members)
  }

  private static func nullable(_ schema: Schema) -> JSONText {
    switch schema {
    // Left as it is, so that editors still offer what may stand in it.
    case .object, .table: body(schema)
    case .anything: body(schema)
    default: anyOf([body(schema), .object([("type", .string("null"))])])
    }
  }

  /// A choice's word as YAML's core schema reads it.
  private static func word(_ text: String) -> JSONText {
    switch text {
    case "true": .boolean(true)
    case "false": .boolean(false)
    default: Int(text).map(JSONText.number) ?? .string(text)
    }
  }

  private static func pattern(_ names: Schema.Names) -> String {
    switch names {
    case .identifiers: "^[a-z_][a-z0-9_]{0,63}$"
    case .labels: "^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$"
    case .any: "^.{1,64}$"
    }
  }

  private static func pattern(_ measure: Schema.Measure) -> String {
    let number = #"[-+]?[0-9]*\.?[0-9]+"#
    let per = " +per +(second|minute|hour|day|week|month)"
    return switch measure {
    case .time: sum(number, .time)
    case .length: sum(number, .length)
    case .speed: sum(number, .speed)
    case .angle: sum(number, .angle)
    case .dataSize: sum(number, .dataSize)
    case .dataRate: #"^(unlimited|\#(number) *(\#(units(.dataSize)))\#(per))$"#
    case .countRate: "^[0-9]+\(per)$"
    }
  }

  /// `1 min 30 s` is a sum.
  private static func sum(_ number: String, _ dimension: Dimension) -> String {
    "^(\(number) *(\(units(dimension))) *)+$"
  }

  private static func units(_ dimension: Dimension) -> String { dimension.units.map(\.name).joined(separator: "|") }
}
