/// How a device's stream is cut into frames.
struct Framing: Hashable, Sendable {
  enum Ending: Hashable, Sendable {
    /// CR, LF, or both.
    case line
    /// These bytes, and so many behind them: where a checksum comes last.
    case bytes([UInt8], after: Int)
    /// So many bytes in all.
    case length(Int)
    /// A number within the frame says how many there are; to it is added what it doesn't count.
    case field(at: Int, bytes: Int, order: ByteOrder, plus: Int)
  }

  /// With what a frame begins; may be empty.
  var start: [UInt8] = []
  var ending = Ending.line
  /// Bytes of the longest frame.
  var limit = 1024
  /// A frame that isn't whole after so long a silence is given up, nanoseconds.
  var pause: Int64 = 500_000_000

  static let limits = 1...16384
}

enum ByteOrder: String, Hashable, Sendable, CaseIterable {
  case big, little

  /// The number that these bytes are; eight at most.
  func number(_ bytes: some BidirectionalCollection<UInt8>) -> Int {
    switch self {
    case .big: bytes.reduce(0) { $0 << 8 | Int($1) }
    case .little: bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
  }
}

/// A frame, cut but not yet checked.
struct Frame: Hashable, Sendable {
  /// What stands between start and end.
  var content: ArraySlice<UInt8>
  /// What stands behind the end.
  var trailer: ArraySlice<UInt8> = []
}

/// Why bytes were no frame, or a frame no reading.
enum FrameFault: String, Error, Hashable, Sendable {
  case tooLong = "too long"
  case noStart = "no start"
  case length = "impossible length"
  case checksum = "wrong checksum"
  case noMatch = "doesn't match the format"
  case cutShort = "cut short"
}
