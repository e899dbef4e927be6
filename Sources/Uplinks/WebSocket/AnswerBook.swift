import Model

/// What is out over one connection, by message and by number: tells which answers of the server fit something, each once.
///
/// So an answer for what was never sent is told as such, and no server makes us report more than there is in flight.
struct AnswerBook: Sendable {
  private struct Sent {
    var seqs: [UInt64]
    /// Of them, those without an answer.
    var open: Int
  }

  private var messages: [UInt64: Sent] = [:]
  /// The newest message that a number is open in.
  private var places: [UInt64: UInt64] = [:]
  /// Messages of which every record was answered by number, oldest first: their own answers may follow, and are no news.
  private var settled: [UInt64] = []
  private static let settledLimit = 256

  /// Numbers that are out without an answer.
  var open: Int { places.count }

  mutating func sent(_ message: OutgoingMessage) {
    messages[message.id] = Sent(seqs: message.seqs, open: message.seqs.count)
    for seq in message.seqs {
      if let earlier = places.updateValue(message.id, forKey: seq) { close(in: earlier) }
    }
  }

  enum Answer { case fits, known, stray }

  /// The server has the message.
  mutating func answered(message id: UInt64) -> Answer {
    guard let sent = messages.removeValue(forKey: id) else { return .stray }
    for seq in sent.seqs where places[seq] == id { places[seq] = nil }
    return sent.open > 0 ? .fits : .known
  }

  /// The server has a record, or doesn't take it: its message, when that is news.
  mutating func answered(seq: UInt64) -> UInt64? {
    guard let id = places.removeValue(forKey: seq) else { return nil }
    close(in: id)
    return id
  }

  /// The server has the records of a range: the part of it that is news, from the first to the last that was open; `nil` when none is.
  mutating func answered(range: ClosedRange<UInt64>) -> ClosedRange<UInt64>? {
    // Whichever is shorter is gone through.
    let found =
      range.upperBound - range.lowerBound < UInt64(places.count)
      ? range.filter { places[$0] != nil } : places.keys.filter { range.contains($0) }.sorted()
    guard let first = found.first, let last = found.last else { return nil }
    for seq in found { _ = answered(seq: seq) }
    return first...last
  }

  /// One record less is open in a message, which stays known while its own answer may follow.
  private mutating func close(in id: UInt64) {
    messages[id]?.open -= 1
    guard let sent = messages[id], sent.open == 0 else { return }
    settled.append(id)
    // A server that answers by number only never answers these.
    if settled.count > Self.settledLimit { messages[settled.removeFirst()] = nil }
  }
}

/// Answers that fit nothing: told at once, and then in sums.
struct StrayTally: Sendable {
  private static let every = Interval.seconds(1)

  private var count = 0
  private var due: BootTime?

  mutating func add() { count += 1 }

  /// When there is something to tell; `nil` when there is nothing.
  var deadline: BootTime? { count > 0 ? due : nil }

  mutating func told(now: BootTime) -> [DialectAction] {
    guard count > 0, due.map({ now >= $0 }) ?? true else { return [] }
    defer { count = 0 }
    due = now + Self.every
    return [.event(.strays(count))]
  }
}
