/// JSON as RFC 8259 has it, and nothing beyond: no comments, no trailing commas, no names twice. A byte order mark is skipped.
public enum JSON {
  /// Reads a file. After a syntax error the rest is not read, since nothing in JSON tells where to begin again.
  /// - Returns: the tree, also when a name was doubled; `nil` when the text is no JSON or goes beyond a limit.
  public static func parse(
    _ file: SourceFile, limits: JSONLimits = .default, diagnostics: inout Diagnostics
  ) -> JSONNode? {
    let map = SourceMap(file)
    guard file.bytes.count <= limits.bytes else {
      diagnostics.error(
        "file-too-large",
        "the file is \(Quantity.text(bytes: Int64(file.bytes.count))), and at most \(Quantity.text(bytes: Int64(limits.bytes))) are read",
        at: SourceSpan(wholeFile: file.path), help: "is this the right file? If so, split it or simplify its shapes")
      return nil
    }
    guard SourceText.check(file, controls: false, map: map, diagnostics: &diagnostics) else { return nil }
    var builder = JSONBuilder(file, map: map, limits: limits)
    do {
      let root = try builder.build()
      for diagnostic in builder.findings { diagnostics.append(diagnostic) }
      return root
    } catch {
      for diagnostic in builder.findings { diagnostics.append(diagnostic) }
      diagnostics.append(error)
      return nil
    }
  }
}
