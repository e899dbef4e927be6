/// Reads a mapping key by key. What nobody has asked for when `finish` is called is an unknown key.
///
/// Ask for every key that may stand there, also after an error, and call `finish` last: the keys asked for are those that "did you
/// mean" knows.
public struct MappingReader: Sendable {
  /// The mapping's place.
  public var span: SourceSpan { node.span }
  /// What it is, as given: "a rule".
  public let what: String

  private let node: YAMLNode
  private let entries: [YAMLNode.Entry]
  private let positions: [String: Int]
  private var isRead: [Bool]
  private var known: [String] = []
  /// What was reported as missing, by key: withdrawn when the key turns out to be there misspelt.
  private var missing: [String: Diagnostic] = [:]

  /// - Parameter what: names it as the subject of a sentence: "a rule", "`gateway`".
  /// - Returns: `nil` after a diagnostic where the node isn't a mapping.
  public init?(_ node: YAMLNode, what: String, diagnostics: inout Diagnostics) {
    guard case .mapping(let entries) = node.content else {
      diagnostics.error(
        "wrong-type", "\(what) must be a mapping (lines of `key: value`), and this is \(node.description)",
        at: node.span,
        help: "write its keys below it, indented, each as `key: value`")
      return nil
    }
    self.node = node
    self.what = what
    self.entries = entries
    positions = Dictionary(entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    isRead = Array(repeating: false, count: entries.count)
  }

  /// The value of a key that may be left out; a `null` counts as left out.
  public mutating func optional(_ key: String) -> YAMLNode? {
    guard let value = entry(key)?.value, !value.isNull else { return nil }
    return value
  }

  /// The value of a key that must be there; `nil` after a diagnostic where it isn't, or has no value.
  public mutating func required(_ key: String, diagnostics: inout Diagnostics) -> YAMLNode? {
    guard let entry = entry(key) else {
      let written = misspelling(of: key)
      let diagnostic = Diagnostic(
        severity: .error, code: "missing-key", message: "\(what) needs the key `\(key)`",
        help: written.map { "is it the one written `\(Excerpt.quoted($0.name))`?" } ?? "add `\(key): …`",
        span: written?.key.span ?? heading)
      diagnostics.append(diagnostic)
      missing[key] = diagnostic
      return nil
    }
    guard !entry.value.isNull else {
      diagnostics.error(
        "missing-value", "`\(key)` has no value",
        at: entry.value.span.start == entry.value.span.end ? entry.key.span : entry.value.span,
        help: "write a value after `\(key):`")
      return nil
    }
    return entry.value
  }

  /// The entry of a key with the place of the key itself, also where the value is null; marks it as read.
  public mutating func entry(_ key: String) -> YAMLNode.Entry? {
    if !known.contains(key) { known.append(key) }
    guard let position = positions[key] else { return nil }
    isRead[position] = true
    return entries[position]
  }

  /// True when the key is there, whatever its value. Doesn't mark it as read.
  public func contains(_ key: String) -> Bool { positions[key] != nil }

  /// For mappings with free names (`zones:`, `devices:`): every entry that wasn't asked for yet, in the order of the file; marks them as read.
  public mutating func remaining() -> [YAMLNode.Entry] {
    let rest = entries.indices.filter { !isRead[$0] }
    for index in rest { isRead[index] = true }
    return rest.map { entries[$0] }
  }

  /// Reports every key that nobody asked for, at its place.
  public mutating func finish(diagnostics: inout Diagnostics) {
    let free = known.filter { positions[$0] == nil }
    for entry in remaining() where !entry.name.isEmpty {
      let name = entry.name
      let help: String
      let meant = Suggestion.closest(name, in: free)
      if let meant, let superseded = missing.removeValue(forKey: meant) { diagnostics.withdraw(superseded) }
      if name == "<<" {
        help = "merging (`<<`) is not part of YAML 1.2; write the keys out"
      } else if !name.unicodeScalars.allSatisfy(Excerpt.isVisible) {
        help = "it holds an invisible character or a blank that is none; retype the key"
      } else if let meant {
        help = "did you mean `\(meant)`?"
      } else if let meant = Suggestion.closest(name, in: known) {
        help = "did you mean `\(meant)`, which is here already?"
      } else if known.isEmpty {
        help = "delete it; no key may stand here"
      } else {
        help = "it may have: " + known.prefix(30).map { "`\($0)`" }.joined(separator: ", ")
      }
      diagnostics.error("unknown-key", "\(what) has no key `\(Excerpt.quoted(name))`", at: entry.key.span, help: help)
    }
  }

  /// Where something that is missing is reported: the first key, or the braces.
  private var heading: SourceSpan {
    guard let first = entries.first, first.key.span.start == node.span.start else { return node.span }
    return first.key.span
  }

  /// A key that stands there, wasn't asked for and may be meant.
  private func misspelling(of key: String) -> YAMLNode.Entry? {
    let unread = entries.indices.filter { !isRead[$0] && !known.contains(entries[$0].name) }.map { entries[$0] }
    guard let name = Suggestion.closest(key, in: unread.map(\.name)) else { return nil }
    return unread.first { $0.name == name }
  }
}
