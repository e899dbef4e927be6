import Journal
import Model

/// Requeued dead letters that servers have taken since it was last saved. It goes with the next commit, at the latest after
/// five seconds, as cursors do: that bounds what is sent a third time after a kill.
struct RedeliveryBook {
  private var done: [String: Set<RecordIdentity>] = [:]
  private var since: Int64?

  var isEmpty: Bool { done.isEmpty }

  /// When it must be saved, on the boot clock.
  var deadline: Int64? { since.map { $0 + CursorBook.limit } }

  func isDue(at now: Int64) -> Bool { deadline.map { now >= $0 } ?? false }

  func waiting(_ uplink: String) -> Set<RecordIdentity> { done[uplink] ?? [] }

  mutating func add(_ letters: Set<RecordIdentity>, of uplink: String, at now: Int64) {
    done[uplink, default: []].formUnion(letters)
    if since == nil { since = now }
  }

  /// What goes with a commit.
  mutating func take() -> [(uplink: String, letters: Set<RecordIdentity>)] {
    defer { (done, since) = ([:], nil) }
    return done.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The commit failed: it waits on, and is due at once.
  mutating func giveBack(_ taken: [(uplink: String, letters: Set<RecordIdentity>)], at now: Int64) {
    for entry in taken { add(entry.letters, of: entry.uplink, at: now - CursorBook.limit) }
  }
}
