/// JSON as RFC 8259 has it, and nothing beyond: no comments, no trailing commas, no names twice. A byte order mark is skipped.
///
/// `JSONStream` reads the same language without a tree, from the same tokens and by the same grammar.
public enum JSON {
  /// Reads a file. After a syntax error the rest is not read, since nothing in JSON tells where to begin again.
  /// - Returns: the tree, also when a name was doubled; `nil` when the text is no JSON or goes beyond a limit.
  public static func parse(
    _ file: SourceFile, limits: JSONLimits = .default, diagnostics: inout Diagnostics
  ) -> JSONNode? {
    guard checkSize(file, limits, diagnostics: &diagnostics) else { return nil }
    let map = SourceMap(file)
    var limits = limits
    limits.item = max(limits.item, limits.bytes)
    var builder = JSONTapeBuilder(file, limits: limits, chunk: file.count)
    do throws(JSONFault) {
      let tape = try builder.value(from: builder.tokens.next())
      guard try builder.tokens.next() == .end else {
        throw JSONFault.afterEnd(builder.tokens.start..<builder.tokens.index)
      }
      builder.tell(map, diagnostics: &diagnostics)
      return tape.node(0, map)
    } catch {
      builder.tell(map, diagnostics: &diagnostics)
      diagnostics.append(error.diagnostic(map))
      return nil
    }
  }

  static func checkSize(_ file: SourceFile, _ limits: JSONLimits, diagnostics: inout Diagnostics) -> Bool {
    guard file.count > limits.bytes else { return true }
    diagnostics.error(
      "file-too-large",
      "the file is \(Quantity.text(bytes: Int64(file.count))), and at most \(Quantity.text(bytes: Int64(limits.bytes))) are read",
      at: SourceSpan(wholeFile: file.path), help: "is this the right file? If so, split it or simplify its shapes")
    return false
  }
}

extension JSONTapeBuilder {
  /// Tells of names given twice, and forgets them.
  mutating func tell(_ map: SourceMap, diagnostics: inout Diagnostics) {
    for double in takeDoubled() {
      let line = map.location(double.earlier).line
      diagnostics.error(
        "duplicate-key",
        "the name `\(Excerpt.quoted(double.name))` is given twice, here and on line \(line)",
        at: map.span(double.range), help: "delete one of the two")
    }
  }
}

extension JSONTape {
  /// The tree of an entry, as deep as the limit of depth allows.
  fileprivate func node(_ index: Int, _ map: SourceMap) -> JSONNode {
    let range = range(index)
    let start = map.location(range.lowerBound)
    let entry = entries[index]
    let content: JSONNode.Content
    switch entry.kind {
    case .null: content = .null
    case .yes: content = .boolean(true)
    case .no: content = .boolean(false)
    case .number:
      content = .number(
        entry.number, text: String(decoding: bytes[Int(entry.start)..<Int(entry.end)], as: UTF8.self))
    case .array:
      var items: [JSONNode] = []
      var place = index + 1
      while place < Int(entry.next) {
        items.append(node(place, map))
        place = Int(entries[place].next)
      }
      content = .array(items)
    case .object:
      var members: [JSONNode.Member] = []
      var place = index + 1
      while place < Int(entry.next) {
        if entries[place].kind != .doubledName {
          members.append(
            JSONNode.Member(name: text(place), nameSpan: map.span(self.range(place)), value: node(place + 1, map)))
        }
        place = Int(entries[place + 1].next)
      }
      content = .object(members)
    case .string, .escapedString, .name, .escapedName, .doubledName: content = .string(text(index))
    }
    return JSONNode(
      span: SourceSpan(file: map.path, start: start, end: map.location(range.upperBound)), content: content)
  }
}
