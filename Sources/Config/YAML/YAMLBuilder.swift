/// Builds the tree from events, with a stack of its own instead of recursion.
struct YAMLBuilder {
  private let bytes: [UInt8]
  private let map: SourceMap
  private let limits: YAMLLimits
  /// A part of a file, read only to find more errors: what its aliases mean stands further up.
  private let isFragment: Bool

  private var stack: [Frame] = []
  private var root: YAMLNode?
  private var nodes = 0
  private var aliases = 0
  private var anchors: [String: (node: YAMLNode, nodes: Int)] = [:]
  /// True once a limit was passed: the rest is not worth reading.
  private var gaveUp = false

  /// A list or mapping that isn't finished.
  private struct Frame {
    var isMapping: Bool
    /// With brackets of its own, at whose end it ends.
    var isBracketed: Bool
    var start: SourceLocation
    var anchor: String?
    /// How many nodes there were before it.
    var nodesBefore: Int
    var items: [YAMLNode] = []
    var entries: [YAMLNode.Entry] = []
    var key: YAMLNode?
    var lines: [String: Int] = [:]
  }

  init(file: SourceFile, map: SourceMap, limits: YAMLLimits, isFragment: Bool = false) {
    bytes = file.bytes
    self.map = map
    self.limits = limits
    self.isFragment = isFragment
  }

  mutating func build(
    _ events: YAMLEvents, diagnostics: inout Diagnostics
  ) throws(YAMLEvents.Failure) -> YAMLNode? {
    var documents = 0
    while !gaveUp {
      let event = try events.next()
      switch event.kind {
      case .streamEnd:
        return documents == 0 ? empty() : root
      case .documentStart:
        documents += 1
        if documents > 1 {
          if !isFragment {
            diagnostics.error(
              "several-documents", "a second document begins here; a file may hold only one",
              at: map.span(event.start, event.end),
              help: "delete the `---`, or put what follows into a file of its own")
          }
          return root
        }
      case .documentEnd:
        if let node = root, case .scalar(let scalar) = node.content, scalar.isPlain, scalar.text.isEmpty {
          root = empty()
        }
      case .alias(let name): alias(name, event, &diagnostics)
      case .scalar(let text, let style, let anchor, let tag):
        scalar(text, style, anchor: anchor, tag: tag, event, &diagnostics)
      case .sequenceStart(let isFlow, let anchor, let tag):
        open(isMapping: false, isFlow, anchor: anchor, tag: tag, event, &diagnostics)
      case .mappingStart(let isFlow, let anchor, let tag):
        open(isMapping: true, isFlow, anchor: anchor, tag: tag, event, &diagnostics)
      case .collectionEnd: close(event, &diagnostics)
      }
    }
    return nil
  }

  private func empty() -> YAMLNode { YAMLNode(span: map.span(0, 0), content: .mapping([])) }

  private mutating func giveUp(_ message: String, help: String?, _ range: Range<Int>, _ diagnostics: inout Diagnostics)
  {
    gaveUp = true
    diagnostics.error("limit", message, at: map.span(range.lowerBound, range.upperBound), help: help)
  }

  private mutating func count(_ more: Int, _ range: Range<Int>, _ diagnostics: inout Diagnostics) {
    nodes += more
    if nodes > limits.nodes {
      giveUp(
        "the file holds more than \(limits.nodes) values", help: "split it, or use fewer aliases (`*name`)", range,
        &diagnostics)
    }
  }

  // MARK: Events

  private mutating func scalar(
    _ text: String, _ style: YAMLEvents.Style, anchor: String?, tag: String?, _ event: YAMLEvents.Event,
    _ diagnostics: inout Diagnostics
  ) {
    let properties = YAMLProperties(bytes, from: event.start, to: event.end, has: anchor != nil || tag != nil)
    var end = max(properties.end, event.end)
    if style == .block { end = trimmed(end, from: properties.end) }
    count(1, properties.end..<end, &diagnostics)
    guard text.utf8.count <= limits.scalar else {
      return giveUp(
        "this text is longer than \(Quantity.text(bytes: Int64(limits.scalar)))", help: nil, properties.end..<end,
        &diagnostics)
    }
    let isText = refuses(tag, properties, &diagnostics) || tag == "tag:yaml.org,2002:str" || tag == "!"
    let node = YAMLNode(
      span: map.span(properties.end, end), content: .scalar(.init(text: text, isPlain: style == .plain && !isText)))
    if let anchor { anchors[anchor] = (node, 1) }
    add(node, &diagnostics)
  }

  private mutating func open(
    isMapping: Bool, _ isFlow: Bool, anchor: String?, tag: String?, _ event: YAMLEvents.Event,
    _ diagnostics: inout Diagnostics
  ) {
    let properties = YAMLProperties(bytes, from: event.start, to: bytes.count, has: anchor != nil || tag != nil)
    let start = properties.end
    let bracket = isMapping ? UInt8(ascii: "{") : UInt8(ascii: "[")
    let isBracketed = isFlow && start < bytes.count && bytes[start] == bracket
    count(1, start..<start + (isBracketed ? 1 : 0), &diagnostics)
    guard stack.count < limits.depth else {
      return giveUp(
        "lists and mappings are nested more than \(limits.depth) deep", help: nil,
        start..<start + (isBracketed ? 1 : 0), &diagnostics)
    }
    _ = refuses(tag, properties, &diagnostics)
    // An anchor counts only when what it names is complete: that leaves no way to make a tree that holds itself.
    if let anchor { anchors[anchor] = nil }
    stack.append(
      Frame(
        isMapping: isMapping, isBracketed: isBracketed, start: map.location(start), anchor: anchor,
        nodesBefore: nodes - 1))
  }

  private mutating func close(_ event: YAMLEvents.Event, _ diagnostics: inout Diagnostics) {
    guard let frame = stack.popLast() else { return }
    let last =
      frame.isMapping
      ? frame.entries.last.map { max($0.value.span.end, $0.key.span.end) } : frame.items.last?.span.end
    let end = frame.isBracketed ? map.location(event.end) : last ?? frame.start
    // A key that is missing lies before the `:` or behind the `-`, where libyaml sees the mapping begin only afterwards.
    let first = frame.isMapping ? frame.entries.first?.key.span.start : frame.items.first?.span.start
    let start = frame.isBracketed ? frame.start : min(frame.start, first ?? frame.start)
    let node = YAMLNode(
      span: SourceSpan(file: map.path, start: start, end: end),
      content: frame.isMapping ? .mapping(frame.entries) : .sequence(frame.items))
    if let anchor = frame.anchor { anchors[anchor] = (node, nodes - frame.nodesBefore) }
    add(node, &diagnostics)
  }

  private mutating func alias(_ name: String, _ event: YAMLEvents.Event, _ diagnostics: inout Diagnostics) {
    let span = map.span(event.start, event.end)
    aliases += 1
    guard aliases <= limits.aliases else {
      return giveUp(
        "the file holds more than \(limits.aliases) aliases (`*name`)", help: nil, event.start..<event.end, &diagnostics
      )
    }
    if let known = anchors[name] {
      count(known.nodes, event.start..<event.end, &diagnostics)
      add(YAMLNode(span: span, content: known.node.content), &diagnostics)
      return
    }
    if stack.contains(where: { $0.anchor == name }) {
      diagnostics.error(
        "alias", "`*\(Excerpt.quoted(name))` stands within what it stands for", at: span, help: "write the value out")
    } else if !isFragment {
      diagnostics.error(
        "alias", "nothing above is marked `&\(Excerpt.quoted(name))`", at: span,
        help: Suggestion.closest(name, in: anchors.keys.sorted()).map { "did you mean `*\(Excerpt.quoted($0))`?" }
          ?? "if the `*` belongs to the value, put it in quotes: `'*\(Excerpt.quoted(name))'`")
    }
    count(1, event.start..<event.end, &diagnostics)
    add(YAMLNode(span: span, content: .scalar(.init(text: name, isPlain: false))), &diagnostics)
  }

  // MARK: The tree

  private mutating func add(_ node: YAMLNode, _ diagnostics: inout Diagnostics) {
    guard !stack.isEmpty else {
      root = node
      return
    }
    let top = stack.count - 1
    guard stack[top].isMapping else {
      stack[top].items.append(node)
      return
    }
    guard let key = stack[top].key else {
      stack[top].key = asKey(node, &diagnostics)
      return
    }
    stack[top].key = nil
    let name = key.scalar?.text ?? ""
    if let line = stack[top].lines[name] {
      diagnostics.error(
        "duplicate-key", "the key `\(Excerpt.quoted(name))` is given twice, here and on line \(line)", at: key.span,
        help: "delete one of the two")
    } else {
      if case .scalar = key.content { stack[top].lines[name] = key.span.start.line }
      stack[top].entries.append(YAMLNode.Entry(key: key, value: node))
    }
  }

  private func asKey(_ node: YAMLNode, _ diagnostics: inout Diagnostics) -> YAMLNode {
    guard case .scalar(let scalar) = node.content else {
      diagnostics.error(
        "key", "a key must be text, and this is \(node.description)", at: node.span,
        help: "is the indentation right? A value that begins with `{` or `[` must be in quotes if it is text")
      return YAMLNode(span: node.span, content: .scalar(.init(text: "", isPlain: false)))
    }
    if scalar.text.isEmpty {
      diagnostics.error("key", "a key is missing before the `:`", at: node.span, help: "write `key: value`")
    }
    return YAMLNode(span: node.span, content: .scalar(.init(text: scalar.text, isPlain: false)))
  }

  /// Whether the tag is none of those that say what the core schema says anyway.
  private func refuses(_ tag: String?, _ properties: YAMLProperties, _ diagnostics: inout Diagnostics) -> Bool {
    guard let tag, tag != "!" else { return false }
    let known = ["str", "int", "float", "bool", "null", "seq", "map"].map { "tag:yaml.org,2002:" + $0 }
    if known.contains(tag) { return false }
    let range = properties.tag ?? properties.end..<properties.end
    let written = Excerpt.quoted(String(decoding: bytes[range], as: UTF8.self))
    diagnostics.error(
      "tag", "`\(written)` is a tag, and tags are not used here", at: map.span(range.lowerBound, range.upperBound),
      help: "if the `!` belongs to the value, put the whole value in quotes: `'\(written)…'`")
    return true
  }

  private func trimmed(_ end: Int, from start: Int) -> Int {
    var end = end
    while end > start + 1, [9, 10, 13, 32].contains(bytes[end - 1]) { end -= 1 }
    return end
  }
}
