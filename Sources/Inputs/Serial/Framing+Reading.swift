import Config
import Model

extension Framing {
  /// Reads `frame`; `nil` after an error.
  static func read(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Framing? {
    guard
      var reader = MappingReader(
        node, what: "`frame`", example: #"frame: { start: "\x02", end: "\x03" }"#, diagnostics: &diagnostics)
    else { return nil }
    var own = Diagnostics()
    var framing = Framing()
    if let node = reader.optional("start") {
      framing.start = ByteText.read(node, "`start`", count: 1...16, diagnostics: &own) ?? []
    }
    if let node = reader.optional("limit") {
      framing.limit = node.integer("`limit`", in: limits, diagnostics: &own) ?? framing.limit
    }
    if let node = reader.optional("pause") {
      let pause = node.interval("`pause`", in: .milliseconds(5) ... .minutes(1), diagnostics: &own)
      framing.pause = pause?.nanoseconds ?? framing.pause
    }
    let (endNode, afterNode, lengthNode) = (reader.optional("end"), reader.optional("after"), reader.optional("length"))
    let after = afterNode?.integer("`after`", in: 1...16, diagnostics: &own)
    if let lengthNode {
      framing.ending = Self.length(lengthNode, framing, diagnostics: &own) ?? framing.ending
    } else if let endNode {
      let end = ByteText.read(endNode, "`end`", count: 1...32, diagnostics: &own)
      if let end { framing.ending = .bytes(end, after: after ?? 0) }
    }
    if let lengthNode, let other = endNode ?? afterNode {
      own.error(
        "either-or", "a frame has an `end` or a `length`, not both", at: other.span,
        help: "delete it, or `length` at line \(lengthNode.span.start.line)")
    } else if let afterNode, endNode == nil {
      own.error(
        "missing-key", "`after` counts bytes behind the `end`, and there is none", at: afterNode.span,
        help: #"add `end: "\x03"`, or what ends a frame"#)
    }
    reader.finish(diagnostics: &own)
    diagnostics.append(contentsOf: own)
    return own.hasErrors ? nil : framing
  }

  private static func length(_ node: YAMLNode, _ framing: Framing, diagnostics: inout Diagnostics) -> Ending? {
    if node.scalar != nil {
      let least = framing.start.count + 1
      return node.integer("`length`", in: least...max(least, framing.limit), diagnostics: &diagnostics).map(
        Ending.length)
    }
    guard
      var reader = MappingReader(
        node, what: "`length`", example: "length: { at: 1, bytes: 1, plus: 3 }", diagnostics: &diagnostics)
    else { return nil }
    let at = reader.required("at", diagnostics: &diagnostics).flatMap {
      $0.integer("`at`", in: 0...255, diagnostics: &diagnostics)
    }
    let bytes = reader.optional("bytes")?.integer("`bytes`", in: 1...2, diagnostics: &diagnostics)
    let order = reader.optional("order")?.choice(
      "`order`", of: ByteOrder.allCases.map { ($0.rawValue, $0) }, diagnostics: &diagnostics)
    let plus = reader.optional("plus")?.integer("`plus`", in: 0...255, diagnostics: &diagnostics)
    reader.finish(diagnostics: &diagnostics)
    guard let at else { return nil }
    return .field(at: at, bytes: bytes ?? 1, order: order ?? .big, plus: plus ?? 0)
  }

  static var keys: [Schema.Key] {
    let lengthField: [Schema.Key] = [
      .init(
        "at", .integer(0...255), isRequired: true, "Where the number stands, from the frame's first byte, which is 0"),
      .init("bytes", .integer(1...2), standard: "1", "How many bytes it has"),
      .init("order", .choice(ByteOrder.allCases.map(\.rawValue)), standard: "`big`", "Which of two bytes comes first"),
      .init("plus", .integer(0...255), standard: "0", "How many bytes of the whole frame the number doesn't count"),
    ]
    return [
      .init("start", .text(), "With what a frame begins: `\"\\x02\"`; what comes before is passed over"),
      .init("end", .text(), standard: "CR, LF or both", "With what it ends"),
      .init("after", .integer(1...16), "How many bytes come behind the end, as a checksum"),
      .init(
        "length", .either([.integer(1...16384), .object(lengthField)]),
        "Or how many bytes it has in all, or where it says that"),
      .init("limit", .integer(limits), standard: "1024", "Bytes of the longest frame"),
      .init(
        "pause", .quantity(.time), standard: "`500 ms`", "A frame that isn't whole after such a silence is given up"),
    ]
  }
}

extension FrameChecksum {
  /// Reads `checksum`; `nil` after an error.
  static func read(_ node: YAMLNode, _ framing: Framing, diagnostics: inout Diagnostics) -> FrameChecksum? {
    guard
      var reader = MappingReader(
        node, what: "`checksum`", example: #"checksum: { type: xor, after: "*" }"#, diagnostics: &diagnostics)
    else { return nil }
    var own = Diagnostics()
    let kind = reader.required("type", diagnostics: &own).flatMap {
      $0.choice("`type`", of: Kind.allCases.map { ($0.rawValue, $0) }, diagnostics: &own)
    }
    var checksum = FrameChecksum(kind: kind ?? .xor)
    // As Modbus sends it, and as one writes a number.
    checksum.order = kind == .crc16Modbus ? .little : .big
    if let node = reader.optional("as") {
      checksum.isHexadecimal = node.choice("`as`", of: [("hex", true), ("binary", false)], diagnostics: &own) ?? true
    }
    if let node = reader.optional("after") {
      checksum.mark = ByteText.read(node, "`after`", count: 1...16, diagnostics: &own) ?? []
    }
    if let node = reader.optional("skip") {
      checksum.skip = node.integer("`skip`", in: 0...255, diagnostics: &own) ?? 0
    }
    if let node = reader.optional("order") {
      checksum.order =
        node.choice("`order`", of: ByteOrder.allCases.map { ($0.rawValue, $0) }, diagnostics: &own) ?? .big
    }
    if let node = reader.optional("covers") {
      let words: [(String, Covered)] = [("start", .start), ("mark", .mark), ("end", .end)]
      for item in node.sequence("`covers`", count: 1...3, item: "end", diagnostics: &own) ?? [] {
        checksum.covers.formUnion(item.choice("what `covers` names", of: words, diagnostics: &own) ?? [])
      }
    }
    if case .bytes(_, let after) = framing.ending, after > 0, checksum.mark.isEmpty, after < checksum.length {
      own.error(
        "impossible-checksum", "behind the end there are \(after) bytes, and the checksum has \(checksum.length)",
        at: node.span, help: "correct `after` of `frame`, or `as`: a checksum in hex has two digits for each byte")
    }
    reader.finish(diagnostics: &own)
    diagnostics.append(contentsOf: own)
    return own.hasErrors ? nil : checksum
  }

  static var keys: [Schema.Key] {
    [
      .init("type", .choice(Kind.allCases.map(\.rawValue)), isRequired: true, "How it is made"),
      .init("as", .choice(["hex", "binary"]), standard: "`hex`", "As digits, or as bytes"),
      .init("after", .text(), "Behind which bytes of the content it stands, as NMEA's `*`; else it comes last"),
      .init("skip", .integer(0...255), standard: "0", "How many bytes of the content come before what it covers"),
      .init("covers", .list(.choice(["start", "mark", "end"])), "Which delimiters it covers beside the content"),
      .init(
        "order", .choice(ByteOrder.allCases.map(\.rawValue)), standard: "`big`, of `crc16_modbus` `little`",
        "Which of its two bytes comes first"),
    ]
  }
}
