/// The lines of a file, without their line ends (LF, CR LF), with their numbers from 1.
struct ByteLines: Sequence, IteratorProtocol {
  private let bytes: [UInt8]
  private var start: Int
  private var number = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  mutating func next() -> (number: Int, bytes: ArraySlice<UInt8>)? {
    guard start < bytes.count else { return nil }
    let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
    var line = bytes[start..<end]
    while line.last == 13 { line = line.dropLast() }
    start = end + 1
    number += 1
    return (number, line)
  }
}

/// Plain decimal numbers, as receivers write them.
enum Decimal {
  /// `nil` for anything but digits with at most one point and a sign in front: no exponents, `nan` or hexadecimal, which Swift's own
  /// reader takes.
  static func number(_ text: some Collection<UInt8>) -> Double? {
    guard !text.isEmpty, text.count <= 32,
      text.allSatisfy({ (48...57).contains($0) || $0 == 46 || $0 == 45 || $0 == 43 })
    else { return nil }
    return Double(String(decoding: text, as: UTF8.self))
  }

  /// A whole number ≥ 0 of at most nine digits.
  static func whole(_ text: some Collection<UInt8>) -> Int? {
    guard !text.isEmpty, text.count <= 9, text.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return text.reduce(0) { $0 * 10 + Int($1 - 48) }
  }
}
