import Config

/// Tells what is wrong in one GeoJSON file: of each kind of fault the first places, and of the rest how many there are, so that a file
/// with 100,000 faults can still be read.
struct GeoJSONFindings {
  private(set) var diagnostics = Diagnostics(limit: 10_000)

  private let map: SourceMap
  private var kinds: [String: Kind] = [:]
  private var order: [String] = []

  private struct Kind {
    var first: Diagnostic
    var count: Int
  }

  /// How many places of one kind are told.
  static let limit = 20

  init(_ map: SourceMap) { self.map = map }

  mutating func error(_ code: String, _ message: String, at range: Range<Int>, help: String?) {
    tell(.error, code, message, at: range, help: help)
  }

  mutating func warning(_ code: String, _ message: String, at range: Range<Int>, help: String?) {
    tell(.warning, code, message, at: range, help: help)
  }

  /// Lines and columns are looked up for those that are told only.
  private mutating func tell(
    _ severity: Diagnostic.Severity, _ code: String, _ message: String, at range: Range<Int>, help: String?
  ) {
    // What stands in backticks differs from place to place.
    let kind = "\(code) \(message.prefix { $0 != "`" })"
    let count = kinds[kind]?.count ?? 0
    if count > 0 { kinds[kind]?.count += 1 }
    guard count < Self.limit else { return }
    let diagnostic = Diagnostic(
      severity: severity, code: code, message: message, help: help, span: map.span(range))
    if count == 0 {
      kinds[kind] = Kind(first: diagnostic, count: 1)
      order.append(kind)
    }
    diagnostics.append(diagnostic)
  }

  /// The next part of the file, its faults told.
  mutating func next(of stream: inout JSONStream) -> JSONStream.Part? { stream.next(diagnostics: &diagnostics) }

  /// Hands over all that was told, and the numbers of what was not.
  func finish(into all: inout Diagnostics) {
    all.append(contentsOf: diagnostics)
    for name in order {
      guard let kind = kinds[name], kind.count > Self.limit else { continue }
      all.append(
        Diagnostic(
          severity: kind.first.severity, code: kind.first.code,
          message: "\(kind.count - Self.limit) more like the \(Self.limit) that are shown: \(kind.first.message)",
          help: kind.first.help, span: SourceSpan(wholeFile: map.path)))
    }
  }
}
