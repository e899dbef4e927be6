import Journal
import Model

extension Delivery {
  /// The server has the message. `unheard`: it had nobody to pass it to.
  public mutating func acknowledged(_ id: UInt64, unheard: Bool = false) -> [DeliveryAction] {
    guard let message = inFlight.removeValue(forKey: id) else {
      counters.strayAnswers += 1
      return []
    }
    finish(message)
    if unheard { counters.unheard += 1 }
    #if PLANTED
      if PlantedBug.answerSettlesAnother.isPlanted, let newest = inFlight.values.max(by: { $0.id < $1.id }) {
        for segment in newest.segments { settle(segment) }
      }
    #endif
    for segment in message.segments { settle(segment) }
    return relief()
  }

  /// The server has these records, whatever messages they were in (transports that acknowledge by number).
  public mutating func acknowledged(records: ClosedRange<UInt64>) -> [DeliveryAction] {
    let before = counters.acknowledged
    for index in streams.indices {
      let positions = streams[index].positions(ofOutstanding: records)
      guard !positions.isEmpty else { continue }
      settle(Segment(stream: index, positions: positions), byNumber: true)
      for message in inFlight.values
      where message.segments.contains(where: { $0.stream == index && $0.positions.overlaps(positions) }) {
        recount(message)
      }
    }
    guard counters.acknowledged != before else {
      counters.strayAnswers += 1
      return []
    }
    return relief()
  }

  /// After answers by number: the message is over when all of its records are answered.
  private mutating func recount(_ message: Message) {
    var message = message
    let open = message.segments.reduce(0) { count, segment in
      let stream = streams[segment.stream]
      return count
        + segment.positions.count { $0 >= stream.base && !stream[$0].isSettled && !stream[$0].isRefused }
    }
    if open == 0 {
      inFlight[message.id] = nil
      finish(message)
    } else {
      recordsInFlight -= message.records - open
      message.records = open
      inFlight[message.id] = message
    }
  }

  /// A message's answer leaves out what was refused by number; an answer by number means what it says.
  private mutating func settle(_ segment: Segment, byNumber: Bool = false) {
    for position in segment.positions where position >= streams[segment.stream].base {
      let entry = streams[segment.stream][position]
      guard !entry.isSettled, byNumber || !entry.isRefused else { continue }
      if !troubles.isEmpty { troubles[entry.record.identity.seq] = nil }
      if !suspects.isEmpty { suspects[entry.record.identity.seq] = nil }
      streams[segment.stream].settle(position: position)
      if isOfLetters(segment.stream) { redelivered.insert(entry.record.identity) }
      counters.acknowledged += 1
    }
    settleFront(segment.stream)
  }

  private mutating func finish(_ message: Message) {
    recordsInFlight -= message.records
    if message.isRetry { isRetrying = false }
    while sendOrderHead < sendOrder.count, inFlight[sendOrder[sendOrderHead]] == nil { sendOrderHead += 1 }
    if sendOrderHead > 256 {
      sendOrder.removeFirst(sendOrderHead)
      sendOrderHead = 0
    }
  }

  /// Something got through: what held us back is over.
  private mutating func relief() -> [DeliveryAction] {
    busyBackoff.reset()
    hasTaken = true
    releaseSuspects()
    if let caution {
      self.caution = caution >= settings.window / 2 ? nil : caution * 2
    }
    guard alarm != nil else { return [] }
    alarm = nil
    longBackoff.reset()
    return [.clearAlarm]
  }

  /// The server did not take the message.
  public mutating func refused(_ id: UInt64, _ refusal: Refusal, now: BootTime) -> [DeliveryAction] {
    guard let message = inFlight.removeValue(forKey: id) else {
      counters.strayAnswers += 1
      return []
    }
    finish(message)
    counters.refused += 1
    switch refusal {
    case .notAuthorized(let text):
      putBack([message.segments], origin: message.origin)
      if pausedUntil == nil { pausedUntil = now + longBackoff.next(draw: 0.5 + jitter.draw() / 2) }
      return raise(.notAuthorized(text))
    case .busy:
      putBack([message.segments], origin: message.origin)
      if pausedUntil == nil { pausedUntil = now + busyBackoff.next(draw: jitter.draw()) }
      return []
    case .rejected(let text), .tooLarge(let text):
      guard message.records == 1, let place = lone(message) else {
        putBack(Self.halves(of: message.segments), origin: message.origin)
        return []
      }
      if case .tooLarge = refusal { return bury(place.stream, place.position, reason: text) }
      let actions = trouble(place.stream, place.position, reason: text)
      if actions.isEmpty { putBack([message.segments], origin: message.origin) }
      return actions
    }
  }

  /// The server refuses one record of a message and takes the rest (transports that refuse by number).
  public mutating func refused(record seq: UInt64, reason: String) -> [DeliveryAction] {
    for index in streams.indices {
      guard let position = streams[index].position(ofOutstanding: seq), !streams[index][position].isSettled,
        // Said twice of one sending, it counts once.
        !streams[index][position].isRefused
      else { continue }
      let actions = trouble(index, position, reason: reason)
      if actions.isEmpty {
        streams[index].mark(position: position, refused: true)
        putBack([[Segment(stream: index, positions: position..<position + 1)]], origin: 0)
      }
      strike(index, position)
      return actions
    }
    counters.strayAnswers += 1
    return []
  }

  /// Takes a record out of the message that it was refused in: that message's own answer, which may come after the record has gone again,
  /// says nothing of it, and isn't needed where it was the last one open.
  private mutating func strike(_ stream: Int, _ position: Int) {
    for var message in inFlight.values
    where message.segments.contains(where: { $0.stream == stream && $0.positions.contains(position) }) {
      message.segments = message.segments.flatMap { segment -> [Segment] in
        guard segment.stream == stream, segment.positions.contains(position) else { return [segment] }
        return [segment.positions.lowerBound..<position, position + 1..<segment.positions.upperBound]
          .filter { !$0.isEmpty }.map { Segment(stream: stream, positions: $0) }
      }
      inFlight[message.id] = message
      recount(message)
    }
  }

  /// Answers that the transport saw fit nothing that it has out.
  public mutating func strayed(_ count: Int) { counters.strayAnswers += UInt64(clamping: count) }

  /// The only record of the message that is not settled.
  private func lone(_ message: Message) -> (stream: Int, position: Int)? {
    for segment in message.segments {
      for position in segment.positions
      where position >= streams[segment.stream].base && !streams[segment.stream][position].isSettled {
        return (segment.stream, position)
      }
    }
    return nil
  }

  /// Notes that this record, alone, was refused or choked on; the third time is its end.
  mutating func trouble(_ stream: Int, _ position: Int, reason: String) -> [DeliveryAction] {
    let seq = streams[stream][position].record.identity.seq
    let count = troubles[seq, default: 0] + 1
    guard count < DeliverySettings.refusalsToDeath else { return bury(stream, position, reason: reason) }
    if troubles.count < Self.troublesLimit || troubles[seq] != nil { troubles[seq] = count }
    return []
  }

  private mutating func bury(_ stream: Int, _ position: Int, reason: String) -> [DeliveryAction] {
    let identity = streams[stream][position].record.identity
    troubles[identity.seq] = nil
    suspects[identity.seq] = nil
    streams[stream].settle(position: position)
    counters.dead += 1
    settleFront(stream)
    #if PLANTED
      if PlantedBug.deadLetterUnkept.isPlanted { return [] }
    #endif
    return [.deadLetter(identity, reason: reason)]
  }

  private mutating func putBack(_ parts: [[Segment]], origin: UInt64) {
    let place = retries.firstIndex { $0.origin >= origin } ?? retries.endIndex
    retries.insert(contentsOf: parts.map { Piece(origin: origin, segments: $0) }, at: place)
  }

  static func halves(of segments: [Segment]) -> [[Segment]] {
    let total = segments.reduce(0) { $0 + $1.positions.count }
    var left = (total + 1) / 2
    var first: [Segment] = []
    var second: [Segment] = []
    for segment in segments {
      let count = min(left, segment.positions.count)
      left -= count
      let middle = segment.positions.lowerBound + count
      if count > 0 { first.append(Segment(stream: segment.stream, positions: segment.positions.lowerBound..<middle)) }
      if count < segment.positions.count {
        second.append(Segment(stream: segment.stream, positions: middle..<segment.positions.upperBound))
      }
    }
    return [first, second].filter { !$0.isEmpty }
  }
}
