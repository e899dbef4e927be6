public import Model

/// What was read by hand, as a person wants to see it.
public enum ProbeView {
  /// Lines of a table: address, hexadecimal, unsigned, signed, the two characters.
  public static func lines(of runs: [(first: UInt16, registers: [UInt16])], table: ModbusMetric.Table) -> [String] {
    if table.isBits {
      return runs.flatMap { run in run.registers.enumerated().map { "\(padded(Int(run.first) + $0, 7))  \($1)" } }
    }
    let head = "address  hex     uint16   int16  text"
    return [head]
      + runs.flatMap { first, registers in
        registers.enumerated().map { index, word in
          let hex = String(word, radix: 16, uppercase: true)
          let text = [UInt8(word >> 8), UInt8(word & 0xFF)].map {
            (32..<127).contains($0) ? Character(Unicode.Scalar($0)) : "."
          }
          return
            "\(padded(Int(first) + index, 7))  0x\(String(repeating: "0", count: 4 - hex.count))\(hex) \(padded(Int(word), 7)) \(padded(Int(Int16(bitPattern: word)), 7))  \(String(text))"
        }
      }
  }

  /// The values of one type, one after the other; `nil` where there is no such type or order.
  public static func values(
    of runs: [(first: UInt16, registers: [UInt16])], type name: String, order orderName: String, scale: Double
  ) -> [(address: UInt16, value: Value?)]? {
    guard let type = Self.types.first(where: { $0.name == name.lowercased() }),
      let order = WordOrder(rawValue: orderName.uppercased())
    else { return nil }
    let metric = ModbusMetric(name: "value", table: .holding, address: 0, type: type, order: order, scale: scale)
    return runs.flatMap { first, registers in
      stride(from: 0, through: registers.count - type.registers, by: type.registers).map { index in
        (first + UInt16(index), metric.decode(registers[index..<index + type.registers]).first?.value)
      }
    }
  }

  static let types: [RegisterType] = [.int16, .uint16, .int32, .uint32, .int64, .uint64, .float32, .float64]

  /// The names of the types and orders, for a remedy.
  public static var typeNames: [String] { types.map(\.name) }
  public static var orderNames: [String] { WordOrder.allCases.map(\.rawValue) }

  /// A first profile of what was found, for its author to name and to complete.
  /// - Parameters:
  ///   - metrics: Each by name and what stands behind it.
  ///   - comment: Where it was read, without line breaks.
  public static func profile(
    metrics: [(name: String, line: String)], unit: UInt8, baud: Int?, comment: String
  ) -> String {
    var text = """
      # \(comment)
      # Names, units (as `unit: Cel`) and ranges (`min`, `max`) are yours to add; docs/devices.md says how.
      model: To be named
      description: Found by waypost probe
      protocol: modbus
      verified: device
      defaults: { unit: \(unit)\(baud.map { ", baud: \($0)" } ?? "") }
      metrics:

      """
    for (name, line) in metrics { text += "  \(name): \(line)\n" }
    return text
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = "\(number)"
    return String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }
}
