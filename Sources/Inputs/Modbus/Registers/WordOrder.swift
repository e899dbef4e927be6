/// In which order a value's bytes come over the wire. Modbus itself says only that a register's high byte comes first; what spans
/// several registers, and sometimes a register itself, every maker orders as he likes.
///
/// The letters are the value's four bytes from the highest (A) to the lowest (D), in the order in which they come; eight bytes follow
/// the same rule.
public enum WordOrder: String, Sendable, CaseIterable {
  /// High register first, high byte first: as the specification would have it.
  case abcd = "ABCD"
  /// Everything reversed.
  case dcba = "DCBA"
  /// High register first, the bytes in each swapped.
  case badc = "BADC"
  /// Low register first, high byte first.
  case cdab = "CDAB"

  /// True where the register with the lowest bits comes first.
  var isLowWordFirst: Bool { self == .dcba || self == .cdab }

  /// True where each register has its low byte first.
  var isLowByteFirst: Bool { self == .dcba || self == .badc }

  /// The bits of a value of up to four registers, which came in this order.
  func pattern(of registers: some BidirectionalCollection<UInt16>) -> UInt64 {
    func joined(_ words: some Sequence<UInt16>) -> UInt64 {
      words.reduce(0) { $0 << 16 | UInt64(isLowByteFirst ? $1.byteSwapped : $1) }
    }
    return isLowWordFirst ? joined(registers.reversed()) : joined(registers)
  }

  /// The registers of a value, in this order; bits above them are dropped.
  /// - Parameter count: 1 to 4.
  func registers(of pattern: UInt64, count: Int) -> [UInt16] {
    let words = (0..<count).map { index in
      let word = UInt16(truncatingIfNeeded: pattern >> (16 * UInt64(count - 1 - index)))
      return isLowByteFirst ? word.byteSwapped : word
    }
    return isLowWordFirst ? words.reversed() : words
  }
}
