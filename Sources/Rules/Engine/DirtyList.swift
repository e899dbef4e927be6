/// Which of a row of things changed since last asked.
struct DirtyList: Hashable, Sendable {
  private var flags: [Bool]
  private var marked: [Int] = []

  init(count: Int) { flags = Array(repeating: false, count: count) }

  mutating func mark(_ index: Int) {
    if index >= flags.count { flags.append(contentsOf: repeatElement(false, count: index + 1 - flags.count)) }
    guard !flags[index] else { return }
    flags[index] = true
    marked.append(index)
  }

  /// The lowest marked one, which is unmarked by this.
  mutating func takeFirst() -> Int? {
    guard let least = marked.min() else { return nil }
    marked.removeAll { $0 == least }
    flags[least] = false
    return least
  }

  /// The marked ones, in no particular order; they are unmarked by this.
  mutating func take() -> [Int] {
    for index in marked { flags[index] = false }
    defer { marked.removeAll(keepingCapacity: true) }
    return marked
  }
}
