/// What may stand at a place of a file, as editors and the reference know it. The readers decide; a test holds the two together.
public indirect enum Schema: Sendable {
  /// A number with a unit, as `10 s`.
  case quantity(Measure)
  /// Text. `pattern`: a regular expression (ECMA-262) of the whole of it.
  case text(pattern: String? = nil)
  case boolean
  case integer(ClosedRange<Int>)
  case number
  /// One of these words; others that aren't told may be added by a device or a profile.
  case choice([String])
  /// A condition or a value in the Common Expression Language.
  case expression
  case list(Schema)
  /// A list, or one alone without the brackets.
  case oneOrMore(Schema)
  /// A mapping with these keys and no others.
  case object([Key])
  /// A mapping from names to values.
  case table(names: Names, Schema)
  /// Any of these.
  case either([Schema])
  /// Whatever may stand in a file.
  case anything

  /// What a quantity measures.
  public enum Measure: String, CaseIterable, Sendable {
    case time, length, speed, angle
    case dataSize = "amount of data"
    /// `100 KB per second`
    case dataRate = "amount of data per time"
    /// `5 per hour`
    case countRate = "count per time"
  }

  /// What names may look like.
  public enum Names: Sendable {
    /// Of devices, metrics, rules and variables.
    case identifiers
    /// Of gateways, labels, tags, uplinks, profiles and hooks.
    case labels
    /// Of zones: any text of up to 64 characters.
    case any
  }

  /// A key of a mapping.
  public struct Key: Sendable {
    public var name: String
    public var schema: Schema
    public var isRequired: Bool
    /// What holds where the key is left out, as it would be written; `nil` where nothing does.
    public var standard: String?
    /// For people: one sentence or two, without the full stop of the last. May hold Markdown's backquotes.
    public var description: String

    public init(
      _ name: String, _ schema: Schema, isRequired: Bool = false, standard: String? = nil, _ description: String
    ) {
      self.name = name
      self.schema = schema
      self.isRequired = isRequired
      self.standard = standard
      self.description = description
    }
  }
}
