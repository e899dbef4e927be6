import Model

/// The newest value of every signal that some condition reads.
struct SignalTable: Sendable {
  /// Sorted, so that a signal's index is the same in every run.
  let names: [SignalName]
  private(set) var entries: [Entry?]
  var dirty: DirtyList
  private let indices: [SignalName: Int]

  /// A signal's newest observation; none since the start reads as quality `never`.
  struct Entry: Hashable, Sendable {
    var at: EngineTime
    var content: ReportedContent
  }

  init(reading conditions: [any Condition]) {
    names = Set(conditions.flatMap(\.reads)).sorted()
    entries = Array(repeating: nil, count: names.count)
    dirty = DirtyList(count: names.count)
    indices = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
  }

  subscript(name: SignalName) -> Entry? { indices[name].flatMap { entries[$0] } }

  func index(of name: SignalName) -> Int? { indices.isEmpty ? nil : indices[name] }

  mutating func restore(_ entry: Entry, at index: Int) { entries[index] = entry }

  mutating func set(_ name: SignalName, _ content: ReportedContent?, at time: EngineTime) {
    guard !indices.isEmpty, let index = indices[name] else { return }
    entries[index] = content.map { Entry(at: time, content: $0) }
    dirty.mark(index)
  }

  /// Nothing was read yet since the start.
  mutating func forgetAll() {
    for index in entries.indices where entries[index] != nil {
      entries[index] = nil
      dirty.mark(index)
    }
  }
}
