import Model

extension ModbusMetric {
  /// What the registers say.
  /// - Parameter registers: As they came, `count` of them from `address` on; of a table of bits each 0 or 1.
  /// - Returns: One reading for each of `signals`, in their order. A value is `nil`, and its quality bad, where the device marks it as
  ///   invalid, where it is no number, outside of the range, or has no meaning in the map; all are where registers are missing.
  public func decode(_ registers: ArraySlice<UInt16>) -> [Reading] {
    guard registers.count == count else { return signals.map { ($0.name, nil, .bad) } }
    let own = registers.prefix(valueCount)
    if case .string(let bytes) = type {
      return [reading(RegisterText.decode(own, bytes: bytes, order: order).map(Value.text))]
    }
    let pattern = order.pattern(of: own)
    let isInvalid = invalid.contains(pattern)
    if case .bits(let fields, _) = type {
      return fields.map { field in
        let value = isInvalid ? nil : field.value(in: pattern)
        return (field.name, value, value == nil ? .bad : .good)
      }
    }
    return [reading(isInvalid ? nil : value(pattern, exponent: exponent(registers)))]
  }

  private func reading(_ value: Value?) -> Reading { (name, value, value == nil ? .bad : .good) }

  private func value(_ pattern: UInt64, exponent: Int?) -> Value? {
    if let map {
      let raw = type.whole(pattern) ?? Int128(pattern == 0 ? 0 : 1)
      return Int64(exactly: raw).flatMap { map[$0] }
    }
    if type == .bool { return .boolean(pattern != 0) }
    guard let exponent, let number = number(pattern, exponent: exponent), number.isFinite else { return nil }
    if let minimum, number < minimum { return nil }
    if let maximum, number > maximum { return nil }
    // Minus zero is a number that prints oddly and means nothing else.
    return .number(number == 0 ? 0 : number)
  }

  private func number(_ pattern: UInt64, exponent: Int) -> Double? {
    var factor = factor
    factor.exponent += exponent
    if let whole = type.whole(pattern) { return factor.applied(to: whole, plus: addend) }
    switch type {
    case .float32:
      // By its digits: a device's 23.4 is 23.4, and not 23.399999618530273, which is as near to what was measured.
      let single = Float(bitPattern: UInt32(truncatingIfNeeded: pattern))
      if factor == Self.one, addend == Self.zero { return Double("\(single)") }
      guard let decimal = DecimalFactor(shortest: single) else { return nil }
      factor.exponent += decimal.exponent
      return factor.applied(to: decimal.digits, plus: addend)
    case .float64: return factor.applied(to: Double(bitPattern: pattern), plus: addend)
    case .bool, .int16, .uint16, .int32, .uint32, .int64, .uint64, .string, .bits: return nil
    }
  }

  /// The power of ten in the register of the scale factor, 0 where it has none; `nil` where the device says that there is none, or
  /// something beyond SunSpec's -10 to 10.
  private func exponent(_ registers: ArraySlice<UInt16>) -> Int? {
    guard scaleFactor != nil else { return 0 }
    let exponent = Int(Int16(bitPattern: registers[registers.endIndex - 1]))
    return (-10...10).contains(exponent) ? exponent : nil
  }
}
