import Config

/// What may stand at a place of a message. Written as JSON Schema, in words that drafts 7 and 2020-12 share.
indirect enum WireSchema: Sendable {
  /// This word and no other.
  case constant(String)
  /// One of these words.
  case choice(String, [String])
  /// `pattern`: a regular expression (ECMA-262).
  case text(String, pattern: String? = nil, limit: Int? = nil)
  case number(String, ClosedRange<Double>? = nil)
  case integer(String, from: Int)
  /// `true`, and otherwise left out; or either.
  case flag(String, always: Bool? = nil)
  /// A number, text or truth value.
  case scalar(String)
  /// Text or a whole number.
  case token(String, limit: Int)
  case list(String, WireSchema, count: ClosedRange<Int>? = nil)
  /// With these members and no others.
  case object(String, [Member], rule: JSONText? = nil)
  /// With members of any name.
  case table(String, WireSchema)
  /// A named schema, held to more.
  case narrowed(String, JSONText)
  case reference(String)
  /// Exactly one of these named schemas.
  case oneOf(String, [String])
  case anything(String)

  struct Member: Sendable {
    var name: String
    var schema: WireSchema
    var isRequired: Bool

    init(_ name: String, _ schema: WireSchema, required: Bool = true) {
      self.name = name
      self.schema = schema
      isRequired = required
    }
  }

  /// - Parameter prefix: Where named schemas stand: `#/$defs/`.
  func json(_ prefix: String) -> JSONText {
    switch self {
    case .constant(let word): .object([("const", .string(word))])
    case .choice(let what, let words): Self.described(what, [("enum", .list(words))])
    case .text(let what, let pattern, let limit):
      Self.described(
        what,
        [("type", .string("string"))] + (pattern.map { [("pattern", .string($0))] } ?? [])
          + (limit.map { [("maxLength", .number($0))] } ?? []))
    case .number(let what, let range):
      Self.described(
        what,
        [("type", .string("number"))]
          + (range.map {
            [("minimum", .number(Int($0.lowerBound))), ("maximum", .number(Int($0.upperBound)))]
          } ?? []))
    case .integer(let what, let first):
      Self.described(what, [("type", .string("integer")), ("minimum", .number(first))])
    case .flag(let what, let always):
      Self.described(what, always.map { [("const", .boolean($0))] } ?? [("type", .string("boolean"))])
    case .scalar(let what): Self.described(what, [("type", .list(["number", "boolean", "string"]))])
    case .token(let what, let limit):
      Self.described(
        what, [("type", .list(["string", "integer"])), ("maxLength", .number(limit)), ("minimum", .number(0))])
    case .list(let what, let items, let count):
      Self.described(
        what,
        [("type", .string("array")), ("items", items.json(prefix))]
          + (count.map { [("minItems", .number($0.lowerBound)), ("maxItems", .number($0.upperBound))] } ?? []))
    case .object(let what, let members, let rule):
      Self.object(what, members, rule: rule, prefix)
    case .table(let what, let values):
      Self.described(what, [("type", .string("object")), ("additionalProperties", values.json(prefix))])
    case .narrowed(let name, let rule): .object([("allOf", .array([Self.reference(name).json(prefix), rule]))])
    case .reference(let name): .object([("$ref", .string(prefix + name))])
    case .oneOf(let what, let names):
      Self.described(what, [("oneOf", .array(names.map { Self.reference($0).json(prefix) }))])
    case .anything(let what): Self.described(what, [])
    }
  }

  private static func object(_ what: String, _ members: [Member], rule: JSONText?, _ prefix: String) -> JSONText {
    let required = members.filter(\.isRequired).map(\.name)
    var object = described(
      what,
      [
        ("type", .string("object")), ("properties", .object(members.map { ($0.name, $0.schema.json(prefix)) })),
        ("required", .list(required)), ("additionalProperties", .boolean(false)),
      ])
    if let rule { object.append(rule) }
    return object
  }

  private static func described(_ what: String, _ members: [(String, JSONText)]) -> JSONText {
    .object([("description", .string(what + "."))] + members)
  }

  /// That all of these members are there.
  static func needs(_ names: [String]) -> JSONText { .object([("required", .list(names))]) }

  /// That none of these members is there.
  static func lacks(_ names: [String]) -> JSONText {
    .object([("properties", .object(names.map { ($0, .boolean(false)) }))])
  }
}
