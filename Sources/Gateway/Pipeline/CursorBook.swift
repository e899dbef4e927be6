import Journal
import Model

/// The uplinks' cursors that moved since they were last saved. They go with the next commit, at the latest after five seconds: that
/// bounds what is sent again after a kill.
struct CursorBook {
  /// The longest that a moved cursor waits, nanoseconds.
  static let limit: Int64 = 5_000_000_000

  private var moved: [(uplink: String, cursors: LaneCursors)] = []
  private var since: Int64?

  var isEmpty: Bool { moved.isEmpty }

  /// When they must be saved, on the boot clock.
  var deadline: Int64? { since.map { $0 + Self.limit } }

  func isDue(at now: Int64) -> Bool { deadline.map { now >= $0 } ?? false }

  func waiting(_ uplink: String) -> LaneCursors? { moved.first { $0.uplink == uplink }?.cursors }

  mutating func set(_ cursors: LaneCursors, of uplink: String, at now: Int64) {
    if let index = moved.firstIndex(where: { $0.uplink == uplink }) {
      moved[index].cursors = cursors
    } else {
      moved.append((uplink, cursors))
    }
    if since == nil { since = now }
  }

  /// What an uplink has delivered is to go once more.
  mutating func reopen(_ reopening: Reopening) {
    guard let index = moved.firstIndex(where: { $0.uplink == reopening.uplink }) else { return }
    reopening.apply(to: &moved[index].cursors)
  }

  /// What goes with a commit. Those of the uplinks in `held` stay, and are due again after the usual time.
  mutating func take(except held: Set<String> = [], at now: Int64) -> [(uplink: String, cursors: LaneCursors)] {
    let taken = moved.filter { !held.contains($0.uplink) }
    moved.removeAll { !held.contains($0.uplink) }
    since = moved.isEmpty ? nil : now
    return taken
  }

  /// The commit failed: they wait on, and are due at once.
  mutating func giveBack(_ cursors: [(uplink: String, cursors: LaneCursors)], at now: Int64) {
    for entry in cursors where waiting(entry.uplink) == nil { moved.append(entry) }
    if !moved.isEmpty { since = since ?? now - Self.limit }
  }
}
