/// Bytes of a stream cut into lines, ended by CR, LF or both; empty ones are left out. A line that is too long is dropped up to its end.
struct LineCutter: Hashable, Sendable {
  let limit: Int
  private var rest: [UInt8] = []
  private var isDropping = false

  /// - Parameter limit: bytes of the longest line that is kept.
  init(limit: Int) { self.limit = limit }

  /// Adds what was read. Gives the lines that are whole now, without their ends, and how many were too long.
  mutating func append(_ bytes: ArraySlice<UInt8>) -> (lines: [ArraySlice<UInt8>], tooLong: Int) {
    var lines: [ArraySlice<UInt8>] = []
    var tooLong = 0
    var remaining = bytes
    while let end = remaining.firstIndex(where: { $0 == 10 || $0 == 13 }) {
      tooLong += add(remaining[..<end])
      if !isDropping, !rest.isEmpty { lines.append(rest[...]) }
      rest = []
      isDropping = false
      remaining = remaining[(end + 1)...]
    }
    tooLong += add(remaining)
    return (lines, tooLong)
  }

  /// Gives 1 when with these the line became too long.
  private mutating func add(_ bytes: ArraySlice<UInt8>) -> Int {
    guard !isDropping else { return 0 }
    guard rest.count + bytes.count <= limit else {
      rest = []
      isDropping = true
      return 1
    }
    rest += bytes
    return 0
  }
}
