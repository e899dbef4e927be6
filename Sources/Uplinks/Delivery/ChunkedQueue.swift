/// A queue that takes no more memory than its elements need: an array that grows holds the old and the new at once, up to three times as
/// much, and those of a full window are a quarter of a megabyte.
struct ChunkedQueue<Element> {
  private static var chunkSize: Int { 64 }

  /// All but the last are full; none is empty.
  private var chunks: [[Element]] = []
  /// Of the first chunk, so many are gone.
  private var gone = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// From 0, the oldest.
  subscript(index: Int) -> Element {
    _read { yield chunks[(gone + index) / Self.chunkSize][(gone + index) % Self.chunkSize] }
    _modify { yield &chunks[(gone + index) / Self.chunkSize][(gone + index) % Self.chunkSize] }
  }

  mutating func append(_ element: Element) {
    if let last = chunks.indices.last, chunks[last].count < Self.chunkSize {
      chunks[last].append(element)
    } else {
      var chunk: [Element] = []
      chunk.reserveCapacity(Self.chunkSize)
      chunk.append(element)
      chunks.append(chunk)
    }
    count += 1
  }

  /// Lets go of the oldest; there must be one.
  mutating func dropFirst() {
    precondition(count > 0)
    gone += 1
    count -= 1
    guard gone == chunks[0].count else { return }
    chunks.removeFirst()
    gone = 0
  }

  /// Takes out those from `start` on that `isUnwanted` says so of.
  mutating func removeAll(from start: Int, where isUnwanted: (Element) -> Bool) {
    let kept = (start..<count).map { self[$0] }.filter { !isUnwanted($0) }
    while count > start { dropLast() }
    for element in kept { append(element) }
  }

  private mutating func dropLast() {
    count -= 1
    let last = chunks.count - 1
    chunks[last].removeLast()
    if chunks[last].count == (last == 0 ? gone : 0) {
      chunks.removeLast()
      if chunks.isEmpty { gone = 0 }
    }
  }
}

extension ChunkedQueue: Sendable where Element: Sendable {}
