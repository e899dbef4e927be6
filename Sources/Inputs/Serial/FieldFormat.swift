import Config

/// How the fields stand in a frame.
enum FieldFormat: Hashable, Sendable {
  /// The first pattern that matches.
  case patterns([LinePattern])
  case json
  case csv(CSV)
  case keys(Keys)

  struct CSV: Hashable, Sendable {
    var separator = UInt8(ascii: ",")
    /// The columns' names; a column can be called by its number, too.
    var columns: [String] = []
  }

  struct Keys: Hashable, Sendable {
    /// Between two of them.
    var separator: [UInt8] = [UInt8(ascii: ",")]
    /// Between the name and the value.
    var assign: [UInt8] = [UInt8(ascii: "=")]
  }

  /// More than any frame has.
  static let fieldLimit = 512

  /// The fields of a frame; `nil` where it doesn't match.
  func fields(of content: ArraySlice<UInt8>) -> Fields? {
    switch self {
    case .patterns(let patterns):
      for pattern in patterns { if let fields = pattern.fields(of: content) { return .named(fields) } }
      return nil
    case .json:
      var findings = Diagnostics(limit: 1)
      let file = SourceFile(path: "device", bytes: Array(content))
      guard let node = JSON.parse(file, limits: Self.limits, diagnostics: &findings) else { return nil }
      switch node.content {
      case .object, .array: return .json(node)
      case .null, .boolean, .number, .string: return nil
      }
    case .csv(let csv): return Self.columns(content, csv)
    case .keys(let keys): return Self.pairs(content, keys)
    }
  }

  private static let limits: JSONLimits = {
    var limits = JSONLimits()
    limits.bytes = Framing.limits.upperBound
    limits.depth = 16
    limits.nodes = 4000
    return limits
  }()

  /// RFC 4180: a field may stand in quotes, a quote within them is doubled.
  private static func columns(_ line: ArraySlice<UInt8>, _ csv: CSV) -> Fields? {
    var columns: [ArraySlice<UInt8>] = []
    var rest = line
    while true {
      guard columns.count < fieldLimit else { return nil }
      let start = rest.drop { $0.isBlank && $0 != csv.separator }
      if start.first == UInt8(ascii: "\"") {
        guard let (value, end) = quoted(start) else { return nil }
        columns.append(value)
        rest = end.drop { $0.isBlank && $0 != csv.separator }
        if rest.isEmpty { break }
        guard rest.first == csv.separator else { return nil }
      } else {
        let value = rest.prefix { $0 != csv.separator }
        columns.append(value.trimmingBlanks)
        rest = rest[value.endIndex...]
        if rest.isEmpty { break }
      }
      rest = rest.dropFirst()
    }
    return .columns(columns, names: csv.columns)
  }

  private static func quoted(_ bytes: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
    var value: [UInt8] = []
    var rest = bytes.dropFirst()
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\"") else {
        value.append(byte)
        continue
      }
      guard rest.first == byte else { return (value[...], rest) }
      value.append(byte)
      rest = rest.dropFirst()
    }
    return nil
  }

  private static func pairs(_ content: ArraySlice<UInt8>, _ keys: Keys) -> Fields? {
    var fields: [String: ArraySlice<UInt8>] = [:]
    var rest = content
    var isEnd = false
    while !isEnd {
      let separator = rest.firstRange(of: keys.separator)
      let item = separator.map { rest[..<$0.lowerBound] } ?? rest
      isEnd = separator == nil
      if let separator { rest = rest[separator.upperBound...] }
      guard let assign = item.firstRange(of: keys.assign) else { continue }
      guard fields.count < fieldLimit else { return nil }
      // Twice the same name: what came last holds, as with most devices that repeat themselves.
      fields[String(decoding: item[..<assign.lowerBound].trimmingBlanks, as: UTF8.self)] =
        item[assign.upperBound...].trimmingBlanks
    }
    return fields.isEmpty ? nil : .named(fields)
  }
}

/// The fields of one frame.
enum Fields: Sendable {
  case named([String: ArraySlice<UInt8>])
  case columns([ArraySlice<UInt8>], names: [String])
  case json(JSONNode)

  /// A field's value as it stands there; `nil` where there is no such field.
  subscript(name: String) -> RawField? {
    switch self {
    case .named(let fields): return fields[name].map(RawField.text)
    case .columns(let columns, let names):
      let index = Int(name).map { $0 - 1 } ?? names.firstIndex(of: name)
      guard let index, columns.indices.contains(index) else { return nil }
      return .text(columns[index])
    case .json(var node):
      for part in name.split(separator: ".") {
        if let items = node.array {
          guard let index = Int(part), items.indices.contains(index) else { return nil }
          node = items[index]
        } else {
          guard let member = node[String(part)] else { return nil }
          node = member
        }
      }
      switch node.content {
      case .string(let text): return .text(Array(text.utf8)[...])
      case .number(let number, _): return .number(number)
      case .boolean(let flag): return .boolean(flag)
      case .null: return RawField.null
      case .array, .object: return nil
      }
    }
  }
}

/// A field as a device gives it.
enum RawField: Hashable, Sendable {
  case text(ArraySlice<UInt8>)
  case number(Double)
  case boolean(Bool)
  /// JSON's `null`: there is a field, and no value.
  case null
}
