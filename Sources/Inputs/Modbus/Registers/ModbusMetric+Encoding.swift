public import Model

extension ModbusMetric {
  /// What to write so that the signal has this value; a number is rounded to the nearest that the registers can hold.
  /// - Parameters:
  ///   - signal: One of `signals`: the metric's name, or that of one of its bits.
  ///   - current: What the `writeCount` registers hold now, as they came; used only where `writesOverCurrent`.
  /// - Returns: `writeCount` registers, or bits as 0 and 1; `nil` where the metric isn't written, the value is of another kind, outside
  ///   of the range or of what the registers hold, not in the map, or would read as the marker of an invalid one.
  public func encode(_ value: Value, for signal: String, over current: [UInt16]) -> [UInt16]? {
    guard access.isWritable else { return nil }
    if case .bits(let fields, let count) = type {
      guard current.count == count, let field = fields.first(where: { $0.name == signal }),
        let pattern = field.setting(value, in: order.pattern(of: current))
      else { return nil }
      return registers(pattern)
    }
    guard signal == name, scaleFactor == nil else { return nil }
    if case .string(let bytes) = type {
      guard case .text(let text) = value else { return nil }
      return RegisterText.encode(text, bytes: bytes, order: order)
    }
    return pattern(value).flatMap(registers)
  }

  private func registers(_ pattern: UInt64) -> [UInt16]? {
    invalid.contains(pattern) ? nil : order.registers(of: pattern, count: valueCount)
  }

  /// The bits of a value.
  private func pattern(_ value: Value) -> UInt64? {
    if let map {
      guard let key = ValueMap.key(of: value, in: map) else { return nil }
      return type == .bool ? (key == 0 ? 0 : 1) : wholePattern(Int128(key))
    }
    switch (value, type) {
    case (.boolean(let flag), .bool): return flag ? 1 : 0
    case (.number(let number), _):
      if let minimum, number < minimum { return nil }
      if let maximum, number > maximum { return nil }
      return numberPattern(factor.removed(from: number, minus: addend))
    case (.boolean, _), (.text, _): return nil
    }
  }

  private func numberPattern(_ raw: Double) -> UInt64? {
    guard raw.isFinite else { return nil }
    switch type {
    case .int16, .uint16, .int32, .uint32, .int64, .uint64:
      return Int128(exactly: raw.rounded()).flatMap(wholePattern)
    case .float32:
      let single = Float(raw)
      return single.isFinite ? UInt64(single.bitPattern) : nil
    case .float64: return raw.bitPattern
    case .bool, .string, .bits: return nil
    }
  }

  private func wholePattern(_ whole: Int128) -> UInt64? {
    guard let range = type.range, range.contains(whole) else { return nil }
    let bits = UInt64(valueCount * 16)
    let pattern = UInt64(truncatingIfNeeded: whole)
    return bits == 64 ? pattern : pattern & (1 << bits - 1)
  }
}
