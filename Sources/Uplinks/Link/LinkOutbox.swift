/// What a link was asked to do, until the event loop takes it. Bounded by the delivery's window, which hands over no more messages than may
/// be in flight, and by the commands that were taken.
struct LinkOutbox: Sendable {
  /// What is to be done at once.
  struct Work: Sendable {
    var messages: [(OutgoingMessage, [UInt8])]
    /// Answers to commands.
    var responses: [(CommandReply, [UInt8])]
    var status: [UInt8]?
    /// Behind all of it.
    var ending: Ending?
  }

  struct Ending: Sendable {
    var reason: String
    /// The last status, where it is to end in good order.
    var farewell: [UInt8]?
  }

  private var messages = MessageQueue()
  private var responses: [(CommandReply, [UInt8])] = []
  private var status: [UInt8]?
  private(set) var ending: Ending?
  /// The loop has been asked to look.
  private var isAnnounced = false

  mutating func send(_ message: OutgoingMessage, payload: [UInt8]) { messages.append(message, payload: payload) }
  mutating func publish(status: [UInt8]) { self.status = status }
  mutating func respond(_ message: [UInt8], to reply: CommandReply) { responses.append((reply, message)) }

  mutating func close(_ ending: Ending) {
    // A second, harder close may overtake one that waits for the server, never the other way round.
    if self.ending == nil || ending.farewell == nil { self.ending = ending }
  }

  /// True when the loop has to be asked to look: it hasn't been since it took everything.
  mutating func announce() -> Bool {
    defer { isAnnounced = true }
    return !isAnnounced
  }

  /// A part of what is to be done; `nil` when all is taken.
  mutating func take() -> Work? {
    guard isAnnounced else { return nil }
    var work = Work(messages: messages.takePart(), responses: responses, status: status)
    responses = []
    status = nil
    guard messages.isEmpty else { return work }
    work.ending = ending
    isAnnounced = false
    return work
  }
}
