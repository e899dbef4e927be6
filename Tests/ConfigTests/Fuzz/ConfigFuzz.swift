import Config

/// What must hold for any bytes whatever: nothing traps, and every span lies within the file, where its line and column say.
///
/// The one entry for all fuzzers: the seeded test beside it, and a coverage-guided one that hands over its bytes.
enum ConfigFuzz {
  /// What doesn't hold, in words; empty when all is well.
  static func check(_ bytes: [UInt8]) -> [String] {
    let file = SourceFile(path: "fuzz", bytes: bytes)
    var checker = Checker(file: file)

    var diagnostics = Diagnostics()
    let yaml = YAML.parse(file, diagnostics: &diagnostics)
    if yaml == nil, !diagnostics.hasErrors { checker.problems.append("YAML refused without a reason") }
    if let yaml {
      checker.yaml(yaml)
      SampleRules.read(yaml, &diagnostics)
    }
    var other = Diagnostics()
    let json = JSON.parse(file, diagnostics: &other)
    if json == nil, !other.hasErrors { checker.problems.append("JSON refused without a reason") }
    if let json { checker.json(json) }

    let renderer = DiagnosticRenderer(sources: [file])
    for diagnostic in diagnostics.sorted() + other.sorted() {
      if let span = diagnostic.span { checker.span(span, diagnostic.message) }
      let shown = renderer.text(diagnostic, color: false) + renderer.json(diagnostic)
      if shown.utf8.count > 8000 { checker.problems.append("a diagnostic of \(shown.utf8.count) bytes") }
      if shown.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\n" }) {
        checker.problems.append("a control character is shown")
      }
    }
    return checker.problems
  }

  private struct Checker {
    let file: SourceFile
    var problems: [String] = []
    private var starts: [Int]
    /// Ill-formed bytes are one character each, unlike in what Swift's decoding makes of them.
    private let isWellFormed: Bool

    init(file: SourceFile) {
      self.file = file
      isWellFormed = String(validating: file.bytes, as: UTF8.self) != nil
      starts = [file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0]
      for (index, byte) in file.bytes.enumerated() {
        if byte == 10 || (byte == 13 && !(index + 1 < file.bytes.count && file.bytes[index + 1] == 10)) {
          starts.append(index + 1)
        }
      }
    }

    mutating func span(_ span: SourceSpan, _ what: String) {
      if span.file != "fuzz" { problems.append("\(what): file \(span.file)") }
      if span.isWholeFile { return }
      if span.end < span.start { problems.append("\(what): ends before it starts") }
      for place in [span.start, span.end] {
        guard (0...file.bytes.count).contains(place.offset), (1...starts.count).contains(place.line) else {
          problems.append("\(what): \(place) is outside of the file")
          continue
        }
        let start = starts[place.line - 1]
        let next = place.line < starts.count ? starts[place.line] : .max
        guard place.offset >= start, place.offset < next else {
          problems.append("\(what): \(place) is not on its line")
          continue
        }
        guard isWellFormed else { continue }
        let column = String(decoding: file.bytes[start..<place.offset], as: UTF8.self).count + 1
        if column != place.column { problems.append("\(what): column \(place.column), not \(column)") }
      }
    }

    mutating func yaml(_ root: YAMLNode) {
      var stack = [root]
      var steps = 0
      while let node = stack.popLast(), steps < 3000 {
        steps += 1
        span(node.span, "a node")
        let source = file.bytes[node.span.start.offset..<max(node.span.start.offset, node.span.end.offset)]
        let isAlias = source.first == UInt8(ascii: "*")
        switch node.content {
        case .scalar(let scalar):
          if scalar.isPlain, !isAlias, node.span.start.line == node.span.end.line, !scalar.text.contains("\n"),
            Array(source) != Array(scalar.text.utf8)
          {
            problems.append("the span of `\(scalar.text)` holds `\(String(decoding: source, as: UTF8.self))`")
          }
          _ = node.span(ofText: 0..<scalar.text.utf8.count)
        case .sequence(let items):
          if !isAlias { within(items, node.span) }
          stack += items
        case .mapping(let entries):
          if !isAlias { within(entries.flatMap { [$0.key, $0.value] }, node.span) }
          stack += entries.flatMap { [$0.key, $0.value] }
        }
      }
    }

    /// Children follow one another within their parent.
    private mutating func within(_ nodes: [YAMLNode], _ parent: SourceSpan) {
      var last = parent.start
      for node in nodes {
        if node.span.start < last || node.span.end > parent.end {
          problems.append("a child \(node.span) is out of place in \(parent)")
        }
        last = node.span.end
      }
    }

    mutating func json(_ root: JSONNode) {
      var stack = [root]
      var steps = 0
      while let node = stack.popLast(), steps < 3000 {
        steps += 1
        span(node.span, "a value")
        switch node.content {
        case .array(let items): stack += items
        case .object(let members):
          for member in members { span(member.nameSpan, "a name") }
          stack += members.map(\.value)
        case .number(_, let text):
          if Array(file.bytes[node.span.start.offset..<node.span.end.offset]) != Array(text.utf8) {
            problems.append("the span of \(text) is wrong")
          }
        default: break
        }
      }
    }
  }
}
