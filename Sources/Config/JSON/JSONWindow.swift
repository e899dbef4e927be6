/// The part of a file that is being read, with a zero behind its last byte, which no JSON holds outside of an escape.
struct JSONWindow {
  private(set) var bytes: [UInt8]
  /// The offset in the file of the first byte.
  private(set) var base = 0
  /// How many bytes there are, without the zero.
  private(set) var filled: Int
  /// True when the window reaches to the file's end.
  private(set) var isLast: Bool
  /// The file was cut short or replaced under our hands.
  private(set) var isBroken = false

  private let size: Int
  private let chunk: Int
  private let source: Source

  private enum Source {
    case memory([UInt8])
    case disk(OpenSource?)
  }

  /// - Parameter chunk: bytes to take at a time.
  init(_ file: SourceFile, chunk: Int) {
    size = file.count
    self.chunk = max(1, chunk)
    switch file.content {
    case .memory(let bytes): source = .memory(bytes)
    case .disk(let file): source = .disk(file.open())
    }
    bytes = [0]
    filled = 0
    isLast = size == 0
  }

  /// Takes in what comes next, and lets go of what stands before `keep`, an offset within the window. Grows where all of it must be kept.
  mutating func advance(keeping keep: Int) {
    guard !isLast else { return }
    let kept = filled - (keep - base)
    let wanted = min(size, base + filled + max(chunk, kept))
    let next = base + filled..<wanted
    bytes.removeLast()
    bytes.removeSubrange(0..<keep - base)
    switch source {
    case .memory(let all): bytes += all[next]
    case .disk(let file): bytes += file?.bytes(in: next) ?? []
    }
    base = keep
    filled = bytes.count
    bytes.append(0)
    isBroken = base + filled < wanted
    isLast = isBroken || wanted == size
  }
}
