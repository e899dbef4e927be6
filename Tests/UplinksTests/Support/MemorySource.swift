import Journal
import Model
import Synchronization
import Uplinks

/// The journal in memory, as an uplink's source.
final class MemorySource: RecordSource {
  private struct State: Sendable {
    var journal = MemoryJournal()
    var cursors: [String: LaneCursors] = [:]
    var listeners: [AsyncStream<Void>.Continuation] = []
    var links: [Bool] = []
    var dead: [UInt64] = []
    var connections: UInt64 = 0
  }

  private let state = Mutex(State())

  func append(_ lanes: [Lane]) {
    let listeners = state.withLock { state in
      for lane in lanes { state.journal.append(lane) }
      return state.listeners
    }
    for listener in listeners { listener.yield() }
  }

  func append(_ body: Record.Body) {
    let listeners = state.withLock { state in
      state.journal.append(body)
      return state.listeners
    }
    for listener in listeners { listener.yield() }
  }

  var links: [Bool] { state.withLock { $0.links } }
  var dead: [UInt64] { state.withLock { $0.dead } }
  func low(_ uplink: String = "central") -> UInt64 { state.withLock { $0.cursors[uplink]?.low ?? 0 } }

  func head() async -> JournalHead {
    state.withLock { JournalHead(journal: $0.journal.journal, lastSequence: $0.journal.head) }
  }
  func read(_ query: Journal.Query) async throws -> [StoredRecord] {
    state.withLock { $0.journal.read(lanes: query.lanes, range: query.range, limit: query.limit) }
  }
  func cursors(of uplink: String) async -> LaneCursors { state.withLock { $0.cursors[uplink] ?? LaneCursors() } }
  func acknowledge(_ uplink: String, _ cursors: LaneCursors) async { state.withLock { $0.cursors[uplink] = cursors } }
  func connecting(_ uplink: String) async -> UInt64 {
    state.withLock { state in
      defer { state.connections += 1 }
      return state.connections
    }
  }
  func commits() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    state.withLock { $0.listeners.append(continuation) }
    return stream
  }
  func linkChanged(_ uplink: String, isUp: Bool) async { state.withLock { $0.links.append(isUp) } }
  func deadLetter(_ uplink: String, _ identity: RecordIdentity, reason: String) async {
    state.withLock { $0.dead.append(identity.seq) }
  }
  func redelivery(of uplink: String) async -> Redelivery { Redelivery() }
  func requeuedLetters(of uplink: String, after seq: UInt64, limit: Int) async throws -> [StoredRecord] { [] }
  func redelivered(_ uplink: String, _ letters: Set<RecordIdentity>) async {}
  func carried(_ uplink: String, sent: UInt64, received: UInt64) async {}
}
