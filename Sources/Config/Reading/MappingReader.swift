import Model

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
  /// What to do about keys that belong elsewhere, by name.
  private var explained: [String: String] = [:]
  /// The required keys that some of those stand for.
  private var substituted: [String: String] = [:]

  /// - Parameters:
  ///   - what: names it as the subject of a sentence: "a rule", "`gateway`".
  ///   - example: how it is written, for the remedy: "{ zone: depot, for: 5 min }".
  /// - Returns: `nil` after a diagnostic where the node isn't a mapping.
  public init?(_ node: YAMLNode, what: String, example: String? = nil, diagnostics: inout Diagnostics) {
    guard case .mapping(let written) = node.content else {
      diagnostics.error(
        "wrong-type", "\(what) must be a mapping (lines of `key: value`), and this is \(node.description)",
        at: node.span,
        help: Self.remedy(node) ?? example.map { "write `\($0)`, for example" }
          ?? "write its keys below it, indented, each as `key: value`")
      return nil
    }
    let entries = Self.withDecimalPoints(written, diagnostics: &diagnostics)
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

  /// Says what to do about keys that people expect here and that belong elsewhere.
  /// - Parameters:
  ///   - names: in small letters.
  ///   - remedy: as an instruction.
  ///   - key: a required key that they stand for, whose absence then isn't told as well.
  public mutating func explain(_ names: [String], _ remedy: String, insteadOf key: String? = nil) {
    for name in names {
      explained[name] = remedy
      if let key { substituted[name] = key }
    }
  }

  /// Reports every key that nobody asked for, at its place; of several in a row with the same remedy the first tells of all.
  /// - Returns: whether there was one.
  @discardableResult
  public mutating func finish(diagnostics: inout Diagnostics) -> Bool {
    let free = known.filter { positions[$0] == nil }
    var strangers: [(entry: YAMLNode.Entry, help: String)] = []
    for entry in remaining() where !entry.name.isEmpty {
      let name = entry.name
      let help: String
      let explanation = explained[name.lowercased()]
      let meant =
        explanation == nil ? Suggestion.closest(name, in: free) ?? Synonyms.key(meantBy: name, in: free) : nil
      if let key = meant ?? substituted[name.lowercased()], let superseded = missing.removeValue(forKey: key) {
        diagnostics.withdraw(superseded)
      }
      if name == "<<" {
        help = "merging (`<<`) is not part of YAML 1.2; write the keys out"
      } else if !name.unicodeScalars.allSatisfy(Excerpt.isVisible) {
        help = "it holds an invisible character or a blank that is none; retype the key"
      } else if let explanation {
        help = explanation
      } else if let meant {
        help = "did you mean `\(meant)`?"
      } else if let meant = Suggestion.closest(name, in: known) {
        help = "did you mean `\(meant)`, which is here already?"
      } else if known.isEmpty {
        help = "delete it; no key may stand here"
      } else {
        help = "it may have: " + known.prefix(30).map { "`\($0)`" }.joined(separator: ", ")
      }
      strangers.append((entry, help))
    }
    tell(strangers, diagnostics: &diagnostics)
    return !strangers.isEmpty
  }

  private func tell(_ strangers: [(entry: YAMLNode.Entry, help: String)], diagnostics: inout Diagnostics) {
    var told: Set<String> = []
    for (entry, help) in strangers where told.insert(help).inserted {
      let names = strangers.filter { $0.help == help }.prefix(8).map { "`\(Excerpt.quoted($0.entry.name))`" }
      let list =
        names.count == 1
        ? "key \(names[0])" : "keys \(names.dropLast().joined(separator: ", ")) and \(names[names.count - 1])"
      diagnostics.error("unknown-key", "\(what) has no \(list)", at: entry.key.span, help: help)
    }
  }

  /// `{ radius: 0,25 km }` is a `0` and a key `25 km` without a value: told once, and read as what was meant.
  private static func withDecimalPoints(
    _ entries: [YAMLNode.Entry], diagnostics: inout Diagnostics
  ) -> [YAMLNode.Entry] {
    var whole: [YAMLNode.Entry] = []
    for entry in entries {
      guard let last = whole.last, let number = last.value.scalar, case .integer = number.value, entry.value.isNull,
        entry.name.utf8.first.map({ (48...57).contains($0) }) == true,
        entry.key.span.start.offset == last.value.span.end.offset + 1
      else {
        whole.append(entry)
        continue
      }
      let span = SourceSpan(file: entry.key.span.file, start: last.value.span.start, end: entry.key.span.end)
      let text = number.text + "." + entry.name
      diagnostics.error(
        "decimal-comma", "a comma is no decimal point, and separates keys here", at: span,
        help: "write `\(Excerpt.quoted(text))`")
      whole[whole.count - 1] = YAMLNode.Entry(
        key: last.key,
        value: YAMLNode(span: span, content: .scalar(YAMLNode.Scalar(text: text, isPlain: true))))
    }
    return whole
  }

  /// What to do where another kind of node stands than a mapping, if that can be seen from it.
  private static func remedy(_ node: YAMLNode) -> String? {
    if let text = node.scalar?.text, let equals = text.firstIndex(of: "=") {
      let name = text[..<equals].filter { $0 != " " }
      if Names.isLabel(name) { return "write `\(name): …`: a colon and a space stand between key and value" }
    }
    guard case .sequence(let items) = node.content, case .mapping(let entries)? = items.first?.content else {
      return nil
    }
    // `- name: depot` for what is a mapping of names.
    guard let name = entries.first(where: { $0.name == "name" || $0.name == "id" }),
      let text = name.value.scalar?.text, !text.isEmpty
    else { return nil }
    return "write the name as a key, without a dash: `\(Excerpt.quoted(text)):`, and what belongs to it indented below"
  }

  /// Where something that is missing is reported: the first key, or the braces.
  public var heading: SourceSpan {
    guard let first = entries.first, first.key.span.start == node.span.start else { return node.span }
    return first.key.span
  }

  /// A key that stands there, wasn't asked for and may be meant.
  private func misspelling(of key: String) -> YAMLNode.Entry? {
    let unread = entries.indices.filter { !isRead[$0] && !known.contains(entries[$0].name) }.map { entries[$0] }
    if let name = Suggestion.closest(key, in: unread.map(\.name)) { return unread.first { $0.name == name } }
    return unread.first { explained[$0.name.lowercased()] == nil && Synonyms.key(meantBy: $0.name, in: [key]) != nil }
  }
}
