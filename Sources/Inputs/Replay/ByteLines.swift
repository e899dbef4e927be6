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
