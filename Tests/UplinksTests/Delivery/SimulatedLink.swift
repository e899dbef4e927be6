import Journal
import Model

@testable import Uplinks

/// A delivery, a journal and a server on virtual time. The test decides what the server answers.
struct SimulatedLink {
  struct Sent {
    var id: UInt64
    var seqs: [UInt64]
    var late: [Bool]
    var isBatch: Bool
    /// Of those that are sent once more, the numbers.
    var again: [UInt64]
  }

  var journal = MemoryJournal()
  /// Numbers of dead letters that were requeued and that the journal knows of.
  var requeued: Set<UInt64> = []
  var delivery: Delivery
  var encoder = NotingEncoder()
  var now = BootTime.zero
  /// In flight at the server.
  var wire: [Sent] = []
  /// Everything that ever went out, in order.
  var log: [Sent] = []
  var dead: [UInt64] = []
  var actions: [DeliveryAction] = []

  init(_ settings: DeliverySettings = DeliverySettings(), cursors: LaneCursors = LaneCursors(), seed: UInt64 = 1) {
    delivery = Delivery(settings: settings, cursors: cursors, seed: seed)
  }

  mutating func connect(messages: Int = 20, maximumPayload: Int? = nil) {
    if delivery.state == .stopped { note(delivery.start(now: now)) }
    if case .waiting(let until) = delivery.state {
      now = max(now, until)
      note(delivery.advance(to: now))
    }
    delivery.connected(
      LinkCapabilities(messagesInFlight: messages, maximumPayload: maximumPayload), head: journal.head, now: now)
    pump()
  }

  mutating func append(_ lanes: [Lane]) {
    for lane in lanes { journal.append(lane) }
    delivery.headMoved(to: journal.head)
    pump()
  }

  /// Reads and sends all that may go now.
  mutating func pump() {
    note(delivery.advance(to: now))
    while true {
      var moved = false
      while let request = delivery.nextRead() {
        var records = journal.read(
          lanes: request.isOfLetters ? .all : request.lanes, range: request.range,
          limit: request.isOfLetters ? .max : request.limit)
        if request.isOfLetters {
          records = Array(records.filter { requeued.contains($0.identity.seq) }.prefix(request.limit))
        }
        delivery.supply(records, for: request, now: now)
        moved = true
      }
      while let message = delivery.nextMessage(now: now, into: &encoder) {
        let sent = Sent(
          id: message.id, seqs: encoder.sequence.map(\.seq), late: encoder.sequence.map(\.late),
          isBatch: encoder.isBatch, again: encoder.again)
        wire.append(sent)
        log.append(sent)
        moved = true
      }
      if !moved { return }
    }
  }

  mutating func acknowledge(_ index: Int = 0) {
    note(delivery.acknowledged(wire.remove(at: index).id))
    pump()
  }

  mutating func acknowledgeAll() {
    while !wire.isEmpty { acknowledge() }
  }

  mutating func refuse(_ index: Int = 0, _ refusal: Refusal = .rejected("no")) {
    note(delivery.refused(wire.remove(at: index).id, refusal, now: now))
    pump()
  }

  mutating func disconnect(_ cause: Closure = .peer("gone")) {
    wire = []
    note(delivery.closed(cause, now: now))
  }

  /// Lets virtual time run to the delivery's next deadline.
  mutating func wait() {
    if let deadline = delivery.nextDeadline(after: now) { now = deadline }
    pump()
  }

  mutating func wait(_ interval: Interval) {
    now = now + interval
    pump()
  }

  mutating func note(_ new: [DeliveryAction]) {
    actions += new
    for case .deadLetter(let identity, _) in new { dead.append(identity.seq) }
  }

  var sent: [[UInt64]] { log.map(\.seqs) }
}
