public import Config

/// Writes a zone into a rule file and leaves every other byte of it as it is, comments included.
public enum ZoneInsertion {
  /// The file with the zone in it, behind its last zone.
  /// - Parameter file: Of no bytes for a new one.
  /// - Throws: Where the file is no YAML, has a zone of that name, or is written in a way that a line can't be put into.
  public static func inserting(_ entry: ZoneEntry, into file: SourceFile) throws(Diagnostic) -> [UInt8] {
    let root = try parsed(file)
    let zones = root?.entry("zones")
    if let present = zones?.value.entry(entry.id) {
      throw Diagnostic(
        severity: .error, code: "duplicate-name", message: "there is a zone `\(entry.id)` already",
        help: "choose another name, or take that one out", span: present.key.span)
    }
    let changed = try text(entry, file, zones)
    // What came of it is read again: a file written in a way that nobody thought of is refused rather than spoilt.
    let after = try parsed(SourceFile(path: file.path, bytes: changed))
    guard isInserted(entry, before: root, after: after) else { throw refusal(file, zones) }
    return changed
  }

  private static func text(
    _ entry: ZoneEntry, _ file: SourceFile, _ zones: YAMLNode.Entry?
  ) throws(Diagnostic) -> [UInt8] {
    let lineEnd = file.bytes.contains(13) ? "\r\n" : "\n"
    guard let zones else {
      var start = file.bytes
      if let last = start.last, last != 10 { start += lineEnd.utf8 }
      if !start.isEmpty { start += lineEnd.utf8 }
      return start + "zones:\(lineEnd)  \(entry.line)\(lineEnd)".utf8
    }
    let line: String
    let place: Int
    if case .mapping(let entries) = zones.value.content, let last = entries.last {
      // In braces a line of its own has no place.
      guard last.key.span.start.line > zones.key.span.start.line else { throw refusal(file, zones) }
      let column = entries[0].key.span.start.offset
      let begin = file.bytes[..<column].lastIndex(of: 10).map { $0 + 1 } ?? 0
      line = String(decoding: file.bytes[begin..<column], as: UTF8.self) + entry.line
      place = last.value.span.end.offset
    } else if zones.value.isNull {
      line = "  " + entry.line
      place = zones.key.span.end.offset
    } else {
      throw refusal(file, zones)
    }
    // Behind the line, so that a comment stays with what it is about.
    let end = file.bytes[place...].firstIndex(of: 10)
    let head = end.map { Array(file.bytes[...$0]) } ?? file.bytes + Array(lineEnd.utf8)
    return head + (line + lineEnd).utf8 + (end.map { file.bytes[($0 + 1)...] } ?? [])
  }

  private static func parsed(_ file: SourceFile) throws(Diagnostic) -> YAMLNode? {
    var diagnostics = Diagnostics()
    let root = YAML.parse(file, diagnostics: &diagnostics)
    if let error = diagnostics.sorted().first(where: { $0.severity == .error }) { throw error }
    return root
  }

  /// True when `after` is `before` with the zone as the last one, and nothing else.
  private static func isInserted(_ entry: ZoneEntry, before: YAMLNode?, after: YAMLNode?) -> Bool {
    func others(_ root: YAMLNode?) -> [String] {
      (root?.entries ?? []).filter { $0.name != "zones" }.map { $0.name + $0.value.canonical }
    }
    func zones(_ root: YAMLNode?) -> [String] {
      (root?.entry("zones")?.value.entries ?? []).map { $0.key.canonical + $0.value.canonical }
    }
    let now = zones(after)
    return others(before) == others(after) && zones(before) == Array(now.dropLast())
      && after?.entry("zones")?.value.entries.last?.name == entry.id
  }

  private static func refusal(_ file: SourceFile, _ zones: YAMLNode.Entry?) -> Diagnostic {
    Diagnostic(
      severity: .error, code: "unusual-form", message: "a line can't be put into the zones as they are written here",
      help: "write `zones:` with a zone a line below it, or put the entry in by hand",
      span: zones?.key.span ?? SourceSpan(wholeFile: file.path))
  }
}

extension YAMLNode {
  /// Of a mapping; else none.
  fileprivate var entries: [Entry] {
    if case .mapping(let entries) = content { entries } else { [] }
  }

  fileprivate func entry(_ name: String) -> Entry? { entries.first { $0.name == name } }
}
