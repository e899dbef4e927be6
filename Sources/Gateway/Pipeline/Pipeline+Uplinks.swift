import Journal
import Inputs
import Logging
import Model
import Synchronization
import Uplinks

extension Pipeline: RecordSource {
  func head() -> JournalHead {
    journal.head
  }

  func read(_ query: Journal.Query) throws -> [StoredRecord] { try journal.read(query) }

  func cursors(of uplink: String) -> LaneCursors {
    var known = journal.cursors(uplink: uplink)
    // An uplink that was just stopped may have moved on, and lanes that a reload added may begin later than it knows.
    if let waiting = cursors.waiting(uplink) { known.formUnion(waiting) }
    return known
  }

  func acknowledge(_ uplink: String, _ settled: LaneCursors) {
    cursors.set(settled, of: uplink, at: clocks.bootTime())
    arm()
  }

  func connecting(_ uplink: String) -> UInt64 {
    let now = clocks.bootTime()
    let (number, row) = connections.next(of: uplink)
    batch.append(notes: [row], at: now)
    // On disk before the server hears of it: a number that a kill took back would be given out twice.
    flushNow()
    return number
  }

  nonisolated func commits() -> AsyncStream<Void> { bell.listen() }

  /// Whether the wall clock can be relied on now.
  nonisolated var isClockTrusted: Bool { clockTrusted.withLock { $0 } }

  func linkChanged(_ uplink: String, isUp: Bool) {
    // By the inbox, like everything that happens: in its order, and within its bound.
    if isUp { linksUp.insert(uplink) } else { linksUp.remove(uplink) }
    inbox.submit(Arrival(bootTime: clocks.bootTime(), content: .system(.link(uplink: uplink, isUp: isUp))))
    drain()
  }
}
