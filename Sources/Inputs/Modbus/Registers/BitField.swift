public import Model

/// One or several neighbouring bits of a register, or of two, with a name: a signal of its own.
public struct BitField: Sendable, Hashable {
  /// The signal's name.
  public var name: String
  /// Its lowest bit; 0 is the least significant of the value.
  public var bit: Int
  /// How many bits; a field of one is a truth value.
  public var width: Int
  /// What its numbers mean; without it a field of several bits is a number.
  public var map: [Int64: Value]?

  public init(name: String, bit: Int, width: Int = 1, map: [Int64: Value]? = nil) {
    self.name = name
    self.bit = bit
    self.width = width
    self.map = map
  }

  /// The highest bit.
  public var last: Int { bit + width - 1 }

  /// The greatest number that it holds.
  var limit: UInt64 { width >= 64 ? .max : 1 << UInt64(width) - 1 }

  /// Its bits within the value.
  var mask: UInt64 { limit << UInt64(bit) }

  /// What rules know of it.
  func signal(isWritable: Bool) -> SignalCatalogue.Metric {
    let writing: SignalCatalogue.Writing? =
      if !isWritable {
        nil
      } else if let map {
        SignalCatalogue.Writing(choices: ValueMap.choices(map))
      } else if width == 1 {
        SignalCatalogue.Writing()
      } else {
        SignalCatalogue.Writing(minimum: 0, maximum: Double(limit))
      }
    return SignalCatalogue.Metric(
      name: name, kind: map.map(ValueMap.kind) ?? (width == 1 ? .boolean : .number), writing: writing)
  }

  /// Its value in those bits; `nil` where the map has none for it.
  func value(in pattern: UInt64) -> Value? {
    let bits = pattern >> UInt64(bit) & limit
    if let map { return map[Int64(truncatingIfNeeded: bits)] }
    return width == 1 ? .boolean(bits == 1) : .number(Double(bits))
  }

  /// The bits with the field set to a value and all others as they were; `nil` where it can't hold it.
  func setting(_ value: Value, in pattern: UInt64) -> UInt64? {
    let bits: UInt64
    if let map {
      guard let key = ValueMap.key(of: value, in: map) else { return nil }
      bits = UInt64(bitPattern: key)
    } else {
      switch value {
      case .boolean(let flag) where width == 1: bits = flag ? 1 : 0
      case .number(let number) where width > 1:
        guard let whole = UInt64(exactly: number.rounded()) else { return nil }
        bits = whole
      case .boolean, .number, .text: return nil
      }
    }
    guard bits <= limit else { return nil }
    return pattern & ~mask | bits << UInt64(bit)
  }
}
