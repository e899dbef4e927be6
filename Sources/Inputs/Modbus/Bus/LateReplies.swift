/// Answers of one unit that may still come, after nobody waits for them any more.
///
/// RTU has no transaction id: an answer that comes after its time-out looks like the answer to the next request of the same shape, and
/// from then on each would be taken for the one after it (libmodbus#255). So while one may come, the unit is asked nothing whose answer
/// would look the same.
struct LateReplies: Sendable {
  /// How long after its request an answer still counts as possible, in time-outs.
  static let patience: Int64 = 3
  /// More than ever wait: a unit that doesn't answer is soon left alone.
  private static let limit = 16

  private struct Reply: Hashable, Sendable {
    var request: ModbusRequest
    var until: Int64
  }
  private var replies: [Reply] = []

  /// The request sent at that time got no answer, or one that may have been another's: a broken one, or a refusal that names nothing.
  mutating func mayCome(for request: ModbusRequest, sentAt: Int64, timeout: Int64) {
    replies.removeAll { $0.until <= sentAt }
    if replies.count == Self.limit { replies.removeFirst() }
    replies.append(Reply(request: request, until: sentAt + Self.patience * timeout))
  }

  /// When the request can be sent without taking a late answer for its own; `time` or earlier: now.
  func mayAsk(_ request: ModbusRequest, at time: Int64) -> Int64 {
    // The answer to a write says itself which it answers.
    guard !replies.isEmpty, !request.isWrite else { return time }
    return replies.lazy.filter { $0.request.shape == request.shape }.map(\.until).max() ?? time
  }

  /// True while a refusal may be that of an earlier request of this function: it names nothing else.
  func mayRefuse(_ request: ModbusRequest, at time: Int64) -> Bool {
    replies.contains { $0.until > time && $0.request.function == request.function }
  }
}
