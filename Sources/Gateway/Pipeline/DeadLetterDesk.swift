import Model

/// Records that a server refused for good and that the journal could not copy yet. While one waits, the cursors of its uplink are not
/// saved: should the process end meanwhile, the record is sent, refused and copied again, instead of being deleted unseen.
struct DeadLetterDesk {
  struct Letter: Hashable {
    var uplink: String
    var identity: RecordIdentity
    var reason: String
  }

  /// The most that wait; of an uplink that has more, the cursors stay where they are until the gateway is started anew.
  static let limit = 1000

  private(set) var waiting: [Letter] = []
  private var overrun: Set<String> = []

  /// Uplinks whose cursors must not be saved.
  var heldUplinks: Set<String> { overrun.union(waiting.map(\.uplink)) }

  /// False when there were too many: the record isn't noted, but its uplink stays held.
  mutating func hold(_ letter: Letter) -> Bool {
    guard waiting.count < Self.limit else {
      overrun.insert(letter.uplink)
      return false
    }
    waiting.append(letter)
    return true
  }

  /// Hands them over, the oldest first, until `keep` throws.
  mutating func retry<Failure: Error>(_ keep: (Letter) throws(Failure) -> Void) throws(Failure) {
    var done = 0
    defer { waiting.removeFirst(done) }
    for letter in waiting {
      try keep(letter)
      done += 1
    }
  }
}
