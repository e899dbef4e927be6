public import Config

/// A zone as it is written into a rule file.
public struct ZoneEntry: Sendable, Hashable {
  /// The zone's id.
  public var id: String
  /// What stands in its braces, in order; values are YAML already.
  public var fields: [Field]
  /// Behind it, for whoever reads the file next year; without `#`. `nil`: nothing.
  public var comment: String?

  public struct Field: Sendable, Hashable {
    public var key: String
    public var value: String
    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// - Throws: Where the id can't be one, with the remedy.
  public init(id: String, fields: [Field], comment: String? = nil) throws(Diagnostic) {
    // As the rule file's reader has it.
    guard (1...64).contains(id.unicodeScalars.count), !id.hasPrefix("tag:"),
      id.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 })
    else {
      throw Diagnostic(
        severity: .error, code: "name", message: "a zone can't be called so",
        help: "1 to 64 characters, no control characters, and not beginning with `tag:`",
        span: SourceSpan(wholeFile: "NAME"))
    }
    self.id = id
    self.fields = fields
    self.comment = comment
  }

  /// Around a place.
  /// - Parameters:
  ///   - latitude, longitude: Degrees.
  ///   - radius: As a rule file has it, with its unit.
  public static func circle(
    id: String, latitude: Double, longitude: Double, radius: String, comment: String?
  ) throws(Diagnostic) -> ZoneEntry {
    try ZoneEntry(
      id: id,
      fields: [
        Field("circle", "[\(longitude.rounded(to: 7)), \(latitude.rounded(to: 7))]"), Field("radius", radius),
      ], comment: comment)
  }

  /// Along a line.
  /// - Parameters:
  ///   - line: The file, as a rule file names it.
  ///   - width: As a rule file has it, with its unit.
  public static func corridor(id: String, line: String, width: String) throws(Diagnostic) -> ZoneEntry {
    let isPlain = line.utf8.allSatisfy {
      (97...122).contains($0) || (65...90).contains($0) || (46...57).contains($0) || $0 == 45 || $0 == 95
    }
    var path = line
    if !isPlain || line.hasPrefix("-") {
      var writer = JSONWriter(capacity: 80)
      writer.string(line)
      path = writer.text
    }
    return try ZoneEntry(id: id, fields: [Field("corridor", path), Field("width", width)])
  }

  /// `depot: { circle: [6.1432, 46.2044], radius: 200 m }`
  public var line: String {
    let content = fields.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    return "\(Self.key(id)): { \(content) }" + (comment.map { "  # \($0)" } ?? "")
  }

  /// Plain where that reads back as the same text, else in quotes.
  private static func key(_ id: String) -> String {
    let isPlain =
      id.utf8.allSatisfy { (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) || $0 == 95 }
      && id.utf8.first.map { !(48...57).contains($0) } ?? false
      && !["true", "false", "null"].contains(id.lowercased())
    guard !isPlain else { return id }
    var writer = JSONWriter(capacity: 80)
    writer.string(id)
    return writer.text
  }
}
