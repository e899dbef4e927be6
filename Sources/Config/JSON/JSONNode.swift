/// A value of a JSON file with its place.
public struct JSONNode: Sendable, Hashable {
  /// From its first character to behind its last, quotes and brackets included.
  public let span: SourceSpan
  public let content: Content

  public init(span: SourceSpan, content: Content) {
    self.span = span
    self.content = content
  }

  public enum Content: Sendable, Hashable {
    case null
    case boolean(Bool)
    /// Always finite; `text` as it was written, for whole numbers beyond 2^53.
    case number(Double, text: String)
    case string(String)
    case array([JSONNode])
    /// In the order of the file; no name twice.
    case object([Member])
  }

  public struct Member: Sendable, Hashable {
    public let name: String
    /// The place of the name, quotes included.
    public let nameSpan: SourceSpan
    public let value: JSONNode

    public init(name: String, nameSpan: SourceSpan, value: JSONNode) {
      self.name = name
      self.nameSpan = nameSpan
      self.value = value
    }
  }

  /// The value of a member of an object; `nil` for anything else. Looks through the members one by one.
  public subscript(name: String) -> JSONNode? {
    guard case .object(let members) = content else { return nil }
    return members.first { $0.name == name }?.value
  }

  public var string: String? { if case .string(let value) = content { value } else { nil } }
  public var number: Double? { if case .number(let value, _) = content { value } else { nil } }
  public var array: [JSONNode]? { if case .array(let items) = content { items } else { nil } }
  public var object: [Member]? { if case .object(let members) = content { members } else { nil } }

  /// What this is, for a message: "an array", "the number `5`".
  public var description: String {
    switch content {
    case .null: "`null`"
    case .boolean(let value): "`\(value)`"
    case .number(_, let text): "the number `\(Excerpt.quoted(text))`"
    case .string(let text): "the text `\(Excerpt.quoted(text))`"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
