/// Shows diagnostics: to people with the line at fault and carets under the fault, to programs as one JSON object a line.
///
/// ```
/// rules.d/cold.yaml:4:10: error: `every` needs a unit, and `10` has none
///   4 |   every: 10
///     |          ^^
///     help: write `10 s`
/// ```
public struct DiagnosticRenderer: Sendable {
  private let sources: [String: SourceFile]

  /// - Parameter sources: the files that diagnostics may point into. One that is not among them is named without showing its line.
  public init(sources: [SourceFile]) {
    self.sources = Dictionary(sources.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Several lines, without a line end after the last.
  ///
  /// A password that stands in the line is not shown. What a file holds can't reach the terminal as a command to it: control characters and bidirectional controls are shown as `�`.
  /// - Parameter color: with ANSI colours (ECMA-48, SGR).
  public func text(_ diagnostic: Diagnostic, color: Bool) -> String {
    let paint = Paint(isOn: color)
    let label = diagnostic.severity == .error ? paint.red("error:") : paint.yellow("warning:")
    var place = ""
    if let span = diagnostic.span {
      place = Self.clean(span.file) + (span.isWholeFile ? ":" : ":\(span.start.line):\(span.start.column):") + " "
    }
    var out = "\(paint.bold(place))\(label) \(paint.bold(Self.clean(diagnostic.message)))"
    var indent = "  "
    if let span = diagnostic.span, !span.isWholeFile, let source = sources[span.file] {
      let number = String(span.start.line)
      let excerpt = SourceExcerpt(source, span, hidesMarked: diagnostic.code == "literal-secret")
      indent = String(repeating: " ", count: number.utf8.count + 3)
      let carets = diagnostic.severity == .error ? paint.red(excerpt.carets) : paint.yellow(excerpt.carets)
      let more = span.end.line > span.start.line && !excerpt.endsWithLine ? " … to line \(span.end.line)" : ""
      out += "\n  \(paint.dim(number + " |")) \(excerpt.line)".trimmingTrailingBlanks()
      out += "\n\(indent)\(paint.dim("|")) \(excerpt.lead)\(carets)\(more)"
      indent += "  "
    }
    if let help = diagnostic.help { out += "\n\(indent)\(paint.cyan("help:")) \(Self.clean(help))" }
    return out
  }

  /// One line of JSON, without a line end: `file line column end_line end_column severity code message help`, lines and columns from 1,
  /// columns in characters, the end exclusive. What is not known is `null`; a whole file is 1:1 to 1:1.
  public func json(_ diagnostic: Diagnostic) -> String {
    var writer = JSONWriter()
    func optional(_ value: Int?) { if let value { writer.number(max(1, value)) } else { writer.null() } }
    func optional(_ value: String?) { if let value { writer.string(value) } else { writer.null() } }
    let span = diagnostic.span
    writer.beginObject()
    writer.key("file")
    optional(span?.file)
    writer.key("line")
    optional(span?.start.line)
    writer.key("column")
    optional(span?.start.column)
    writer.key("end_line")
    optional(span?.end.line)
    writer.key("end_column")
    optional(span?.end.column)
    writer.member("severity", diagnostic.severity.rawValue)
    writer.member("code", diagnostic.code)
    writer.member("message", diagnostic.message)
    writer.key("help")
    optional(diagnostic.help)
    writer.endObject()
    return writer.text
  }

  private static func clean(_ text: String) -> String {
    guard !text.unicodeScalars.allSatisfy(Excerpt.isSafe) else { return text }
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { out.append(Excerpt.isSafe(scalar) ? scalar : "\u{FFFD}") }
    return String(out)
  }

  private struct Paint {
    let isOn: Bool
    private func with(_ code: String, _ text: String) -> String {
      isOn && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
    func bold(_ text: String) -> String { with("1", text) }
    func red(_ text: String) -> String { with("1;31", text) }
    func yellow(_ text: String) -> String { with("1;33", text) }
    func cyan(_ text: String) -> String { with("1;36", text) }
    func dim(_ text: String) -> String { with("2", text) }
  }
}

extension String {
  fileprivate func trimmingTrailingBlanks() -> String {
    var text = Substring(self)
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
