/// What a batch says of everything before it.
struct ReceivedBatch: Hashable, Sendable {
  /// How many records had arrived before it.
  var position: Int
  /// By lane: the gateway swears that up to this number everything in the lane is settled.
  var low: [String: Int]
  /// The last number given at that time.
  var head: Int

  /// The batches among the subscriber's messages, in order of arrival.
  static func batches(in messages: [Subscriber.Message]) throws -> [ReceivedBatch] {
    var position = 0
    var batches: [ReceivedBatch] = []
    for message in messages where !message.topic.hasSuffix("/status") {
      let object = try WireValue.parse(message.payload)
      guard let batch = try ReceivedBatch(object, after: position) else {
        position += 1
        continue
      }
      batches.append(batch)
      position += object["messages"]?.elements?.count ?? 0
    }
    return batches
  }

  /// `nil` where the message is no batch.
  /// - Parameter position: How many records had arrived before it.
  init?(_ object: WireValue, after position: Int) throws {
    guard object["type"]?.text == "batch" else { return nil }
    guard let low = object["low"]?.members, let head = object["head"]?.number else {
      throw Failure("a batch without low or head: \(String(decoding: object.raw.prefix(200), as: UTF8.self))")
    }
    self.init(
      position: position, low: Dictionary(uniqueKeysWithValues: low.map { ($0.key, Int($0.value.number ?? -1)) }),
      head: Int(head))
  }

  init(position: Int, low: [String: Int], head: Int) {
    (self.position, self.low, self.head) = (position, low, head)
  }
}

extension Judge {
  /// `low` is a receiver's proof that nothing is missing: what is at or below it has arrived before. `head` is never behind.
  func proofViolations(_ batches: [ReceivedBatch]) -> [Violation] {
    // The lowest number that still came for the first time at or after each place, by lane.
    var stillToCome: [[String: Int]] = [[:]]
    var seen: Set<ReceivedRecord.Identity> = []
    let isFirst = received.map { seen.insert($0.identity).inserted }
    for (record, isFirst) in zip(received, isFirst).reversed() {
      var lowest = stillToCome[stillToCome.count - 1]
      if isFirst { lowest[record.lane] = min(lowest[record.lane] ?? .max, record.identity.seq) }
      stillToCome.append(lowest)
    }
    stillToCome.reverse()
    // The highest number that had come before each place.
    var highest = [0]
    for record in received { highest.append(max(highest[highest.count - 1], record.identity.seq)) }
    return batches.flatMap { batch -> [Violation] in
      guard batch.position < stillToCome.count else { return [] }
      let lowest = stillToCome[batch.position]
      var violations = batch.low.sorted { $0.key < $1.key }.compactMap { lane, low -> Violation? in
        guard let next = lowest[lane], next <= low else { return nil }
        return .settledTooEarly(lane: lane, low: low, seq: next)
      }
      let last = highest[batch.position]
      if last > batch.head { violations.append(.headBehind(batch.head, seq: last)) }
      return violations
    }
  }
}
