import Config

/// Where a metric is: the table and the protocol address, from whichever way in which the file says it.
struct MetricAddress {
  var table: ModbusMetric.Table
  var address: UInt16
  /// The key's name and its node, for messages and for addresses that are written in the same way.
  var key: String
  var node: YAMLNode

  /// Reads `coil`, `discrete`, `input`, `holding` (protocol address) or `register` (the makers' numbers, 30001 and up): one of them.
  /// - Returns: `nil` after a diagnostic.
  static func read(_ reader: inout MappingReader, diagnostics: inout Diagnostics) -> MetricAddress? {
    let written = (ModbusMetric.Table.allCases.map(\.rawValue) + ["register"]).compactMap { key in
      reader.optional(key).map { (key, $0) }
    }.sorted { $0.1.span.start < $1.1.span.start }
    let elsewhere = ["address", "addr", "reg", "adresse"]
    reader.explain(
      elsewhere,
      "say in which table it is: `holding: 0`, `input: 0`, `coil: 0` or `discrete: 0`, counted from 0; or `register: 40001`"
        + " as in the maker's list")
    guard let (key, node) = written.first else {
      if elsewhere.contains(where: reader.contains) { return nil }
      diagnostics.error(
        "missing-key", "a metric needs one of the keys `coil`, `discrete`, `input`, `holding` and `register`",
        at: reader.heading, help: "add `input: 0` with the address counted from 0, or `register: 30001`, for example")
      return nil
    }
    if written.count > 1 {
      diagnostics.error(
        "either-or", "a metric stands at one address, and this has `\(key)` and `\(written[1].0)`",
        at: written[1].1.span, help: "delete one of the two")
      return nil
    }
    return read(key, node, diagnostics: &diagnostics)
  }

  /// An address in the same notation as this one, as that of the scale factor; `nil` after a diagnostic.
  func sibling(_ key: String, _ node: YAMLNode, diagnostics: inout Diagnostics) -> UInt16? {
    if self.key != "register" {
      return node.integer("`\(key)`", in: 0...65535, diagnostics: &diagnostics).map { UInt16($0) }
    }
    guard let other = Self.modicon(key, node, diagnostics: &diagnostics) else { return nil }
    guard other.table == table else {
      diagnostics.error(
        "wrong-table", "`\(key)` must be in the same table as the value", at: node.span,
        help: "write it with the same first digit as `register`")
      return nil
    }
    return other.address
  }

  private static func read(_ key: String, _ node: YAMLNode, diagnostics: inout Diagnostics) -> MetricAddress? {
    guard let table = ModbusMetric.Table(rawValue: key) else {
      return modicon(key, node, diagnostics: &diagnostics).map {
        MetricAddress(table: $0.table, address: $0.address, key: key, node: node)
      }
    }
    guard let address = node.integer("`\(key)`", in: 0...65535, diagnostics: &diagnostics) else { return nil }
    return MetricAddress(table: table, address: UInt16(address), key: key, node: node)
  }

  /// `40001` or `400001`: the first digit tells the table, the rest the number in it, from 1.
  private static func modicon(
    _ key: String, _ node: YAMLNode, diagnostics: inout Diagnostics
  ) -> (table: ModbusMetric.Table, address: UInt16)? {
    func refuse(_ message: String, _ help: String) -> (table: ModbusMetric.Table, address: UInt16)? {
      diagnostics.error("register", message, at: node.span, help: help)
      return nil
    }
    let example =
      "write five or six digits, as `30001` or `300001`: 0 for coils, 1 for discrete inputs, 3 for input and 4 for"
      + " holding registers, then the number from 1"
    // The digits as they are written: leading zeros tell a coil from nothing at all.
    guard case .integer? = node.scalar?.value, let digits = node.scalar.map({ Array($0.text.utf8) }),
      digits.allSatisfy({ (48...57).contains($0) })
    else { return refuse("`\(key)` must be a register's number, and this is \(node.description)", example) }
    guard digits.count == 5 || digits.count == 6 else {
      return refuse(
        "`\(key)` has five or six digits, and this has \(digits.count)",
        digits.count < 5
          ? "\(example); or an address counted from 0, as `holding: \(node.scalar?.text ?? "0")`" : example)
    }
    let number = digits.dropFirst().reduce(0) { $0 * 10 + Int($1 - 48) }
    let tables: [UInt8: ModbusMetric.Table] = [48: .coil, 49: .discrete, 51: .input, 52: .holding]
    guard let table = tables[digits[0]] else {
      return refuse("no table of registers begins with \(digits[0] - 48)", example)
    }
    guard (1...65536).contains(number) else {
      return refuse(
        "registers are numbered from 1 to 65536, and this is number \(number)", "write the number from 1 on")
    }
    return (table, UInt16(number - 1))
  }
}
