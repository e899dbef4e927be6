import Model

/// The dead letters of one uplink that a person requeued: they are to be sent once more, by their own names, though the cursor has passed
/// them. Kept in the journal until the server has them, so that no restart forgets it.
public struct Redelivery: Hashable, Sendable {
  /// Rows of the table of dead letters, ascending.
  var letters: [Int64] = []
  /// The journal's (see `JournalHead`) when this was given out.
  public internal(set) var revision: UInt64 = 0

  /// How many wait to be sent again.
  public var letterCount: Int { letters.count }

  /// None.
  public init() {}

  /// - Parameter letterCount: So many of them; for tests of what sends them.
  public init(letterCount: Int, revision: UInt64) {
    letters = (0..<Int64(letterCount)).map { $0 + 1 }
    self.revision = revision
  }
}

extension Redelivery {
  /// False when it wasn't there.
  mutating func remove(_ letter: Int64) -> Bool {
    guard let index = letters.firstIndex(of: letter) else { return false }
    letters.remove(at: index)
    return true
  }

  /// How many were new.
  mutating func add(_ rows: [Int64]) -> Int {
    let all = Set(letters).union(rows)
    defer { letters = all.sorted() }
    return all.count - letters.count
  }

  var packed: [UInt8] {
    var writer = PackedWriter()
    writer.write(byte: 1)
    writer.write(UInt64(letters.count))
    var before: Int64 = 0
    for letter in letters {
      writer.write(UInt64(clamping: letter - before))
      before = letter
    }
    return writer.bytes
  }

  init(packed: [UInt8]) throws(PackingError) {
    self.init()
    var reader = PackedReader(packed)
    guard try reader.byte() == 1 else { throw .malformed(offset: 0) }
    let count = try reader.unsigned()
    guard count <= DeadLetterCounts.limit else { throw .malformed(offset: reader.offset) }
    var letter: Int64 = 0
    for _ in 0..<count {
      let (next, overflow) = letter.addingReportingOverflow(Int64(clamping: try reader.unsigned()))
      guard !overflow else { throw .malformed(offset: reader.offset) }
      letter = next
      letters.append(letter)
    }
  }
}
