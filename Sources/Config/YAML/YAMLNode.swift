/// A value of a YAML file with its place.
public struct YAMLNode: Sendable, Hashable {
  /// From its first character to behind its last, quotes and brackets included; tags and anchors, trailing blanks and comments
  /// not. A missing value is a point. For an alias (`*name`) it is the alias; what lies within has the place where it was written.
  public let span: SourceSpan
  public let content: Content

  public init(span: SourceSpan, content: Content) {
    self.span = span
    self.content = content
  }

  public enum Content: Sendable, Hashable {
    case scalar(Scalar)
    case sequence([YAMLNode])
    /// In the order of the file; no key twice.
    case mapping([Entry])
  }

  public struct Entry: Sendable, Hashable {
    /// Always a scalar, and always text.
    public let key: YAMLNode
    public let value: YAMLNode

    public init(key: YAMLNode, value: YAMLNode) {
      self.key = key
      self.value = value
    }

    /// The key's text.
    public var name: String { key.scalar?.text ?? "" }
  }

  public struct Scalar: Sendable, Hashable {
    /// Without quotes, escapes resolved.
    public let text: String
    /// Written without quotes, and so typed by the core schema (see `value`); quoted and block scalars are always text, and keys are too.
    public let isPlain: Bool

    public init(text: String, isPlain: Bool) {
      self.text = text
      self.isPlain = isPlain
    }
  }

  public var scalar: Scalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }

  /// True for a value that is missing, `~` or `null`.
  public var isNull: Bool { scalar?.value == .null }

  /// What this is, for a message: "a list", "the number `5`".
  public var description: String {
    switch content {
    case .mapping: "a mapping (lines of `key: value`)"
    case .sequence: "a list"
    case .scalar(let scalar):
      switch scalar.value {
      case .null: "nothing"
      case .boolean: "the truth value `\(Excerpt.quoted(scalar.text))`"
      case .integer, .float: "the number `\(Excerpt.quoted(scalar.text))`"
      case .text: "the text `\(Excerpt.quoted(scalar.text))`"
      }
    }
  }

  /// The place of a part of a scalar's text, given in UTF-8 bytes of the text; for errors within an expression. The whole scalar where the
  /// text doesn't stand there letter by letter (escapes, several lines, aliases).
  public func span(ofText range: Range<Int>) -> SourceSpan {
    guard case .scalar(let scalar) = content, span.start.line == span.end.line,
      range.lowerBound >= 0, range.upperBound <= scalar.text.utf8.count
    else { return span }
    let quotes = span.end.offset - span.start.offset - scalar.text.utf8.count
    guard quotes == 0 || (quotes == 2 && !scalar.isPlain),
      span.end.column - span.start.column == scalar.text.count + quotes
    else { return span }
    let utf8 = scalar.text.utf8
    func place(_ count: Int) -> SourceLocation {
      let end = utf8.index(utf8.startIndex, offsetBy: count)
      return SourceLocation(
        line: span.start.line, column: span.start.column + quotes / 2 + scalar.text[..<end].count,
        offset: span.start.offset + quotes / 2 + count)
    }
    return SourceSpan(file: span.file, start: place(range.lowerBound), end: place(range.upperBound))
  }
}
