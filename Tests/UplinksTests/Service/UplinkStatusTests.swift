import Journal
import Logging
import Model
import Synchronization
import Testing

@testable import Uplinks

/// The status is seen while the uplink is at work: by those that it tells of what happened, in that moment.
@Suite struct UplinkStatusTests {
  @Test func anErrorIsNeverSeenBesideTheStateOfBefore() async {
    let source = WatchingSource([.event, .position])
    let uplink = Self.uplink(source) { message in [.refused(message.id, .notAuthorized("no")), .down(.peer("gone"))] }
    source.watch(uplink)
    await uplink.run()
    let seen = source.seen.filter { $0.lastError?.contains("gone") == true || $0.link == nil }
    #expect(!seen.isEmpty)
    #expect(seen.allSatisfy { !$0.isUp }, "\(seen)")
  }

  @Test func whatTheJournalIsToldTheStatusSays() async {
    let source = WatchingSource([.event, .position, .reading])
    let uplink = Self.uplink(source) { [.acknowledged($0.id, unheard: false)] }
    source.watch(uplink)
    await uplink.run()
    #expect(source.isToldOnlyWhatIsSeen)
    let first = source.seen.first { $0.cursors.low == 3 }
    #expect(first?.counters.acknowledged == 3)
  }

  private static func uplink(
    _ source: WatchingSource, _ answer: @escaping @Sendable (OutgoingMessage) -> [LinkEvent]
  ) -> Uplink {
    var configuration = UplinkConfiguration(
      name: "central", transport: ScriptedTransport(answer), format: JSONMessages())
    configuration.settings.linger = .zero
    return Uplink(
      configuration, gateway: GatewayIdentity(id: "truck-005", version: "0.1", configuration: nil), source: source,
      isClockTrusted: { true }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }
}

/// A server that takes everybody, and answers a message as the test says.
private struct ScriptedTransport: Transport {
  let destination = "nowhere"
  let singly = RecordKinds([])
  let credentials: [Secret] = []
  let answer: @Sendable (OutgoingMessage) -> [LinkEvent]

  init(_ answer: @escaping @Sendable (OutgoingMessage) -> [LinkEvent]) { self.answer = answer }

  func open(for format: any MessageFormat, number: UInt64, _ sink: @escaping @Sendable (LinkEvent) -> Void)
    -> any Link
  {
    sink(.up(LinkCapabilities(messagesInFlight: 10), detail: "a script"))
    return ScriptedLink(answer: answer, sink: sink)
  }

  private struct ScriptedLink: Link {
    let answer: @Sendable (OutgoingMessage) -> [LinkEvent]
    let sink: @Sendable (LinkEvent) -> Void

    func send(_ message: OutgoingMessage, payload: [UInt8]) { for event in answer(message) { sink(event) } }
    func publish(status: [UInt8]) {}
    func close(reason: String, farewell: [UInt8]?) { sink(.down(.local(reason))) }
  }
}

/// Looks at the status whenever it is told of something, and ends the uplink when that is what the test waits for.
private final class WatchingSource: RecordSource {
  private struct State: Sendable {
    var seen: [UplinkStatus] = []
    var isToldOnlyWhatIsSeen = true
  }

  private let memory = MemorySource()
  private let uplink = Mutex<Uplink?>(nil)
  private let state = Mutex(State())

  init(_ lanes: [Lane]) { memory.append(lanes) }

  func watch(_ uplink: Uplink) { self.uplink.withLock { $0 = uplink } }

  var seen: [UplinkStatus] { state.withLock { $0.seen } }
  /// What it was told it could see in the status.
  var isToldOnlyWhatIsSeen: Bool { state.withLock { $0.isToldOnlyWhatIsSeen } }

  @discardableResult private func look() -> UplinkStatus? {
    guard let status = uplink.withLock({ $0?.status }) else { return nil }
    state.withLock { $0.seen.append(status) }
    return status
  }

  private func end() { uplink.withLock { $0 }?.stop(within: .zero) }

  func connecting(_ uplink: String) async -> UInt64 { await memory.connecting(uplink) }
  func linkChanged(_ uplink: String, isUp: Bool) async {
    look()
    if !isUp { end() }
  }
  func acknowledge(_ uplink: String, _ cursors: LaneCursors) async {
    let status = look()
    state.withLock { if status?.cursors != cursors { $0.isToldOnlyWhatIsSeen = false } }
    await memory.acknowledge(uplink, cursors)
    if cursors.low == 3 { end() }
  }

  func head() async -> JournalHead {
    look()
    return await memory.head()
  }
  func read(_ query: Journal.Query) async throws -> [StoredRecord] { try await memory.read(query) }
  func cursors(of uplink: String) async -> LaneCursors { await memory.cursors(of: uplink) }
  func commits() -> AsyncStream<Void> { memory.commits() }
  func deadLetter(_ uplink: String, _ identity: RecordIdentity, reason: String) async {}
  func redelivery(of uplink: String) async -> Redelivery { Redelivery() }
  func requeuedLetters(of uplink: String, after seq: UInt64, limit: Int) async throws -> [StoredRecord] { [] }
  func redelivered(_ uplink: String, _ letters: Set<RecordIdentity>) async {}
  func carried(_ uplink: String, sent: UInt64, received: UInt64) async {}
}
