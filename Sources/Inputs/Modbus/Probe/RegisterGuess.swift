import Model

/// One way in which registers may hold a value that somebody reads on the device's own display.
public struct RegisterGuess: Hashable, Sendable {
  /// Protocol address of the first register.
  public var address: UInt16
  /// As a profile has it: `int16`, `float32`.
  public var type: String
  /// As a profile has it: `ABCD`. Of one register it says nothing.
  public var order: String
  public var scale: Double
  /// What it gives.
  public var value: Double
  /// How many registers it takes.
  public var registers: Int

  /// As a line of a profile's `metrics`, without the name: `{ input: 6, type: float32, scale: 0.1 }`.
  public func line(in table: ModbusMetric.Table) -> String {
    var keys = ["\(table.rawValue): \(address)", "type: \(type)"]
    if registers > 1 || order == WordOrder.badc.rawValue, order != WordOrder.abcd.rawValue {
      keys.append("order: \(order)")
    }
    if scale != 1 { keys.append("scale: \(scale.plain)") }
    return "{ \(keys.joined(separator: ", ")) }"
  }
}

/// Finds out what registers hold by a value that is known.
public enum RegisterGuesses {
  private static let types: [RegisterType] = [.uint16, .int16, .float32, .uint32, .int32, .float64, .uint64, .int64]
  /// As makers choose them, the most usual first.
  private static let scales = [1, 0.1, 0.01, 0.001, 10, 100, 1000]

  /// Every way in which some of the registers give the value, the likeliest first.
  ///
  /// - Parameters:
  ///   - runs: Registers that were read, each run with its first address.
  ///   - within: The share by which the value may differ, since it was measured at another moment: 0.01.
  /// - Returns: At most one for each address and width: a signed type that gives the same as an unsigned one says nothing more, nor
  ///   does a whole number with zeros above another.
  public static func all(
    of runs: [(first: UInt16, registers: [UInt16])], giving expected: Double, within: Double
  ) -> [RegisterGuess] {
    var found: [(guess: RegisterGuess, penalty: Double)] = []
    for (first, registers) in runs {
      for index in registers.indices {
        for (place, type) in types.enumerated() where index + type.registers <= registers.count {
          let words = registers[index..<index + type.registers]
          for (rank, order) in orders(of: type).enumerated() {
            guard isTelling(words, type, order) else { continue }
            for (step, scale) in scales(of: type).enumerated() {
              let metric = ModbusMetric(
                name: "value", table: .holding, address: 0, type: type, order: order, scale: scale)
              guard case .number(let value)? = metric.decode(words).first?.value,
                let difference = difference(of: value, expected, within)
              else { continue }
              let guess = RegisterGuess(
                address: first + UInt16(index), type: type.name, order: order.rawValue, scale: scale, value: value,
                registers: type.registers)
              // A near value by an odd scale is less likely than a farther one by a usual.
              found.append(
                (guess, difference / max(within, 1e-9) + Double(rank) * 2 + Double(step) + Double(place) * 0.1))
            }
          }
        }
      }
    }
    var seen: Set<[Int]> = []
    return found.sorted { ($0.penalty, $0.guess.address) < ($1.penalty, $1.guess.address) }.map(\.guess).filter {
      seen.insert([Int($0.address), $0.registers]).inserted
    }
  }

  /// By how much of itself it differs; `nil`: too much.
  private static func difference(of value: Double, _ expected: Double, _ within: Double) -> Double? {
    let error = abs(value - expected) / max(abs(expected), 1e-9)
    return error <= within ? error : nil
  }

  private static func orders(of type: RegisterType) -> [WordOrder] {
    type.registers == 1 ? [.abcd, .badc] : [.abcd, .cdab, .badc, .dcba]
  }

  private static func scales(of type: RegisterType) -> [Double] {
    switch type {
    // What is a float needs no scale; some are in kilo or milli.
    case .float32, .float64: [1, 0.001, 1000]
    default: scales
    }
  }

  /// A wide whole number whose upper registers are all 0 or all 1 is a narrow one beside something else, or the same as it.
  private static func isTelling(_ words: ArraySlice<UInt16>, _ type: RegisterType, _ order: WordOrder) -> Bool {
    guard words.count > 1, type.range != nil else { return true }
    let top = order.isLowWordFirst ? words.suffix(words.count / 2) : words.prefix(words.count / 2)
    return !top.allSatisfy { $0 == 0 } && !top.allSatisfy { $0 == 0xFFFF }
  }
}

extension Double {
  /// Without a needless fraction.
  var plain: String { rounded() == self && abs(self) < 1e15 ? "\(Int64(self))" : "\(self)" }
}
