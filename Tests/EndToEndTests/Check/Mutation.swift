import Config

/// One thing done wrong in a file that was right, and where that must be told.
struct Mutation: Hashable, Sendable {
  enum Kind: String, Sendable, CaseIterable { case misspelt, wrongType, wrongUnit, doubled }

  var kind: Kind
  /// The keys from the top to the one that was mutated; `[2]` for places in sequences.
  var path: String
  /// The file with the fault.
  var text: String
  /// A finding must have exactly one of these spans. For a unit it may also be a part of the only one.
  var spans: [Span]

  struct Span: Hashable, Sendable, CustomStringConvertible {
    var line, column, endLine, endColumn: Int

    init(line: Int, column: Int, endLine: Int, endColumn: Int) {
      (self.line, self.column, self.endLine, self.endColumn) = (line, column, endLine, endColumn)
    }

    init(_ span: SourceSpan) {
      self.init(
        line: span.start.line, column: span.start.column, endLine: span.end.line, endColumn: span.end.column)
    }

    func contains(_ other: Span) -> Bool {
      (line, column) <= (other.line, other.column) && (other.endLine, other.endColumn) <= (endLine, endColumn)
        && (other.line, other.column) < (other.endLine, other.endColumn)
    }

    var description: String { "\(line):\(column)-\(endLine):\(endColumn)" }
  }

  func isTold(at span: Span) -> Bool {
    spans.contains(span) || (kind == .wrongUnit && spans.contains { $0.contains(span) })
  }
}

/// Makes every mutation of a YAML file, from its nodes' spans alone.
struct Mutator {
  let file: SourceFile
  /// Mappings whose keys are names that the technician chooses: no spelling of those is wrong, but 65 characters are.
  var freeNames: Set<String> = [
    "zones", "devices", "uplinks", "signals", "labels", "data", "metrics", "set", "variables", "bits", "map",
  ]
  /// Mappings whose keys may be any text at all, so that nothing is wrong with one.
  var anyNames: Set<String> = ["auth"]
  /// Keys whose value may be any text, so that no unit in it is wrong.
  var freeText: Set<String> = [
    "description", "username", "password", "topics", "labels", "data", "tags", "name", "ca", "certificate", "key",
    "crl", "unit", "token", "log", "message", "track", "model", "source", "map", "alpn", "properties",
  ]

  private(set) var mutations: [Mutation] = []
  /// Keys of tests that were mutated already, without the places in lists: a tenth of them says as much as all.
  private var seen: Set<[String]> = []

  init(file: SourceFile) { self.file = file }

  static func mutations(of file: SourceFile) throws -> [Mutation] {
    var diagnostics = Diagnostics()
    guard let root = YAML.parse(file, diagnostics: &diagnostics), !diagnostics.hasErrors else {
      throw Failure("\(file.path) is no YAML: \(diagnostics.all)")
    }
    var mutator = Mutator(file: file)
    let text = String(decoding: file.bytes, as: UTF8.self)
    if text.contains("protocol: serial") || text.contains("driver: serial") {
      // What an instrument sends may be any text, and its fields and units have any name.
      mutator.freeText.formUnion([
        "start", "end", "after", "separator", "assign", "send", "field", "by", "invalid", "invalid_when", "format",
      ])
      mutator.anyNames.formUnion(["map", "scale", "invalid_when"])
    }
    mutator.visit(root, path: [])
    return mutator.mutations
  }

  private mutating func visit(_ node: YAMLNode, path: [String]) {
    switch node.content {
    case .scalar: break
    case .sequence(let elements):
      for (index, element) in elements.enumerated() { visit(element, path: path + ["[\(index)]"]) }
    case .mapping(let entries):
      for entry in entries {
        if !isRepeated(path + [entry.name]) { mutate(entry, in: node, path: path + [entry.name]) }
        visit(entry.value, path: path + [entry.name])
      }
    }
  }

  /// A test of rules has the same few keys a hundred times over, and so have the lines of a register map.
  private mutating func isRepeated(_ path: [String]) -> Bool {
    switch path.first {
    case "tests": !seen.insert(path.filter { !$0.hasPrefix("[") }).inserted
    case "metrics":
      !seen.insert(path.enumerated().map { $0.offset == 1 || $0.offset == 3 ? "NAME" : $0.element }).inserted
    default: false
    }
  }

  private mutating func mutate(_ entry: YAMLNode.Entry, in mapping: YAMLNode, path: [String]) {
    let key = entry.key.span.start.offset..<entry.key.span.end.offset
    let value = entry.value.span.start.offset..<entry.value.span.end.offset
    let parent = path.dropLast().last ?? ""
    let isFree = freeNames.contains(parent)

    let misspelt = isFree ? String(repeating: "x", count: 65) : "\(entry.name.prefix(1))x\(entry.name.dropFirst())"
    if !anyNames.contains(parent) {
      add(.misspelt, path, replacing: key, with: misspelt, told: [0..<misspelt.utf8.count])
    }

    // The second of the two is the original, behind the one that is put before it.
    let isFlow = file.bytes[mapping.span.start.offset] == UInt8(ascii: "{")
    let indent = String(repeating: " ", count: entry.key.span.start.column - 1)
    let twin = isFlow ? "\(entry.name): 0, " : "\(entry.name): 0\n\(indent)"
    let told = twin.utf8.count..<twin.utf8.count + key.count
    add(.doubled, path, replacing: key.lowerBound..<key.lowerBound, with: twin, told: [told])

    let isBlockValue = entry.value.span.start.line != entry.key.span.end.line
    // A sequence in a sequence fits nowhere; a finding may be about any of its nodes.
    let odd = (isBlockValue ? " " : "") + "[[17]]"
    let start = odd.utf8.count - 6
    replaceValue(
      .wrongType, path, entry: entry, value: value, isBlock: isBlockValue, with: odd,
      told: [start..<start + 6, start + 1..<start + 5, start + 2..<start + 4])

    guard freeText.isDisjoint(with: [entry.name, parent]), parent != "auth" else { return }
    let wrong = Self.wrongUnit(for: entry.value)
    let unit = (isBlockValue ? " " : "") + wrong
    replaceValue(
      .wrongUnit, path, entry: entry, value: value, isBlock: isBlockValue, with: unit,
      told: [unit.utf8.count - wrong.utf8.count..<unit.utf8.count])
  }

  /// Seconds where there was a length, a length everywhere else.
  static func wrongUnit(for node: YAMLNode) -> String {
    let unit = node.scalar?.text.split(separator: " ").last.map(String.init) ?? ""
    return ["m", "km", "ft", "mi", "nmi"].contains(unit) ? "10 s" : "10 km"
  }

  /// A value on lines of its own goes whole, from the colon on, so that nothing of it is left at its indentation.
  private mutating func replaceValue(
    _ kind: Mutation.Kind, _ path: [String], entry: YAMLNode.Entry, value: Range<Int>, isBlock: Bool,
    with text: String, told: [Range<Int>]
  ) {
    let start = isBlock ? entry.key.span.end.offset + 1 : value.lowerBound
    add(kind, path, replacing: start..<max(start, value.upperBound), with: text, told: told)
  }

  /// `told` counts from the beginning of the replacement, in bytes.
  private mutating func add(
    _ kind: Mutation.Kind, _ path: [String], replacing range: Range<Int>, with text: String, told: [Range<Int>]
  ) {
    var bytes = file.bytes
    bytes.replaceSubrange(range, with: Array(text.utf8))
    let mutated = SourceFile(path: file.path, bytes: bytes)
    let spans = told.map {
      Mutation.Span(mutated.span(range.lowerBound + $0.lowerBound..<range.lowerBound + $0.upperBound))
    }
    mutations.append(
      Mutation(
        kind: kind, path: path.joined(separator: "."), text: String(decoding: bytes, as: UTF8.self), spans: spans))
  }
}
