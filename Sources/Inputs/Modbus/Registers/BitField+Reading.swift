import Config
import Model

extension BitField {
  /// Reads `bits: { door: 0, stage: { from: 2, to: 3, map: { 0: off, 1: on } } }`; `nil` after a diagnostic.
  /// - Parameter width: How many bits there are; `nil` where that isn't known, after another error.
  static func read(
    _ node: YAMLNode, width: Int?, isWritable: Bool, diagnostics: inout Diagnostics
  ) -> [BitField]? {
    guard var reader = MappingReader(node, what: "`bits`", example: "{ door: 0, fan: 1 }", diagnostics: &diagnostics)
    else { return nil }
    let entries = reader.remaining()
    guard !entries.isEmpty, entries.count <= 64 else {
      diagnostics.error(
        "out-of-range", "`bits` has 1 to 64 names, and this has \(entries.count)", at: node.span,
        help: "as `bits: { door: 0, fan: 1 }`; bit 0 is the lowest")
      return nil
    }
    var fields: [BitField] = []
    for entry in entries {
      guard let field = read(entry, last: (width ?? 32) - 1, isWritable: isWritable, diagnostics: &diagnostics)
      else { continue }
      if let same = fields.first(where: { $0.mask == field.mask }) {
        diagnostics.warning(
          "same-bit", "`\(same.name)` and `\(field.name)` are the same bits", at: entry.value.span,
          help: "check the numbers; bit 0 is the lowest")
      }
      fields.append(field)
    }
    return fields.count == entries.count ? fields : nil
  }

  private static func read(
    _ entry: YAMLNode.Entry, last: Int, isWritable: Bool, diagnostics: inout Diagnostics
  ) -> BitField? {
    let name = entry.key.name("a bit's name", form: .identifier, diagnostics: &diagnostics)
    guard case .mapping = entry.value.content else {
      let bit = entry.value.integer("a bit", in: 0...last, diagnostics: &diagnostics)
      guard let name, let bit else { return nil }
      return BitField(name: name, bit: bit)
    }
    guard var reader = MappingReader(entry.value, what: "a bit", diagnostics: &diagnostics) else { return nil }
    let from = reader.required("from", diagnostics: &diagnostics)?
      .integer("`from`", in: 0...last, diagnostics: &diagnostics)
    let to = reader.required("to", diagnostics: &diagnostics)?
      .integer("`to`", in: (from ?? 0)...last, diagnostics: &diagnostics)
    let width = from.flatMap { from in to.map { $0 - from + 1 } }
    let map = reader.optional("map").map {
      ValueMap.read(
        $0, range: 0...(Int128(1) << Int128(width ?? 32) - 1), what: "a field of \(width ?? 32) bits",
        isWritable: isWritable, diagnostics: &diagnostics)
    }
    reader.finish(diagnostics: &diagnostics)
    guard let name, let from, let width, map != .some(nil) else { return nil }
    return BitField(name: name, bit: from, width: width, map: map.flatMap(\.self))
  }
}
