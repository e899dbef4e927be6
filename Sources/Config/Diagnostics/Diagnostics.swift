/// What was found while reading files: all of it, not only the first, up to a limit.
public struct Diagnostics: Sendable {
  /// How many are kept unless told otherwise.
  public static let defaultLimit = 1000

  /// In the order in which they were found; at most `limit`.
  public private(set) var all: [Diagnostic] = []
  /// How many more there were.
  public private(set) var dropped = 0
  /// True as soon as there was an error, also one that was dropped.
  public private(set) var hasErrors = false
  private let limit: Int
  private var known: Set<Diagnostic> = []

  public init(limit: Int = Diagnostics.defaultLimit) { self.limit = max(1, limit) }

  public var isEmpty: Bool { all.isEmpty }

  /// `help` is the remedy, as an instruction: "write `10 s`".
  public mutating func error(_ code: String, _ message: String, at span: SourceSpan?, help: String? = nil) {
    append(Diagnostic(severity: .error, code: code, message: message, help: help, span: span))
  }

  public mutating func warning(_ code: String, _ message: String, at span: SourceSpan?, help: String? = nil) {
    append(Diagnostic(severity: .warning, code: code, message: message, help: help, span: span))
  }

  /// One that is there already is left out: a node reached by an alias is read more than once.
  public mutating func append(_ diagnostic: Diagnostic) {
    hasErrors = hasErrors || diagnostic.severity == .error
    guard all.count < limit else {
      dropped += 1
      return
    }
    if known.insert(diagnostic).inserted { all.append(diagnostic) }
  }

  /// Takes one back for which a better one comes; `hasErrors` stays.
  mutating func withdraw(_ diagnostic: Diagnostic) {
    guard known.remove(diagnostic) != nil else { return }
    all.removeAll { $0 == diagnostic }
  }

  public mutating func append(contentsOf other: Diagnostics) {
    for diagnostic in other.all { append(diagnostic) }
    dropped += other.dropped
    hasErrors = hasErrors || other.hasErrors
  }

  /// By file (as text), then place; what has no place comes first. Those of one place stay in the order in which they were found.
  public func sorted() -> [Diagnostic] {
    all.enumerated().sorted { a, b in
      guard let first = a.element.span, let second = b.element.span else {
        let (aHas, bHas) = (a.element.span != nil, b.element.span != nil)
        return aHas == bHas ? a.offset < b.offset : bHas
      }
      if first.file != second.file { return first.file < second.file }
      if first.start != second.start {
        return (first.start.line, first.start.offset) < (second.start.line, second.start.offset)
      }
      return a.offset < b.offset
    }.map(\.element)
  }
}
