import Journal
import Model

extension Delivery {
  /// Builds the next message that may go now, if any, into `encoder`; to be called until it gives `nil`.
  public mutating func nextMessage(now: BootTime, into encoder: inout some RecordEncoder) -> OutgoingMessage? {
    guard isUp, inFlight.count < capabilities.messagesInFlight else { return nil }
    if let until = pausedUntil {
      guard now >= until else { return nil }
      pausedUntil = nil
    }
    releaseSuspects(ifDueAt: now)
    guard beginTrial(ifDueAt: now) else { return nil }
    if !retries.isEmpty { return isRetrying ? nil : nextRetry(now: now, into: &encoder) }
    // What was refused is settled first, so that nothing overtakes it by more than was already out.
    guard !isRetrying else { return nil }
    setSuspectsAside(now: now)
    let room = min(settings.window - held, (caution ?? .max) - recordsInFlight)
    guard room > 0 else { return nil }
    if isLiveDue(now: now) {
      return build(from: 0..<liveCount, room: room, now: now, into: &encoder)
    }
    guard let index = dueBacklog(now: now) else { return nil }
    return build(from: index..<index + 1, room: room, now: now, into: &encoder)
  }

  private func isLiveDue(now: BootTime) -> Bool {
    var waiting = 0
    var isDue = isDraining
    for index in 0..<liveCount where streams[index].waiting > 0 {
      let stream = streams[index]
      waiting += stream.waiting
      isDue = isDue || isUrgent(stream, now: now)
    }
    return waiting > 0 && (isDue || waiting >= fullBatch)
  }

  /// An event, a record that goes alone, or one that has lingered.
  private func isUrgent(_ stream: DeliveryStream, now: BootTime) -> Bool {
    let kind = stream[stream.nextPosition].kind
    if kind.lane == .event || settings.batchRecords == 1 || settings.singly.contains(kind) { return true }
    guard let since = stream.waitingSince else { return false }
    return now - since >= settings.linger
  }

  /// As many as a batch takes, or as many as are ever read ahead.
  private var fullBatch: Int { min(settings.batchRecords, readAhead) }

  private mutating func dueBacklog(now: BootTime) -> Int? {
    guard !isDraining || liveCount == 0 else { return nil }
    let backlog = liveCount..<streams.count
    let behind = backlog.filter { stepsBack($0) }
    guard !behind.isEmpty else { return firstDue(of: backlog, now: now) }
    let others = backlog.filter { !behind.contains($0) }
    // Once the server has taken something they go by a trial.
    return firstDue(of: hasTaken ? others : others + behind, now: now)
  }

  private mutating func firstDue(of backlog: some Sequence<Int>, now: BootTime) -> Int? {
    for index in backlog {
      let stream = streams[index]
      guard stream.waiting > 0 else {
        if stream.isScanned(head: head) { continue }
        return nil
      }
      if isOfLetters(index), isDraining { continue }
      if stream.lanes != LaneSet(.event), !(meter?.allows(now: now) ?? true) {
        // Events that stepped back don't wait for the budget.
        if suspects.isEmpty { return nil }
        continue
      }
      let isLate =
        isOfLetters(index) || stream.isAgain || stream[stream.nextPosition].record.identity.seq <= lateThrough
      if isLate, settings.order == .liveFirst, !mayCatchUp(now: now) { return nil }
      guard stream.waiting < fullBatch else { return index }
      guard stream.isScanned(head: head) else { return nil }
      return isLate || isDraining || isUrgent(stream, now: now) ? index : nil
    }
    return nil
  }

  private mutating func mayCatchUp(now: BootTime) -> Bool {
    guard let rate = settings.catchUp else { return true }
    catchUpTokens = min(rate, catchUpTokens + (now - catchUpAt).seconds * rate)
    catchUpAt = now
    return catchUpTokens > 0
  }

  private mutating func build(
    from range: Range<Int>, room: Int, now: BootTime, into encoder: inout some RecordEncoder
  ) -> OutgoingMessage? {
    let segments = range.compactMap { index -> Segment? in
      let stream = streams[index]
      return stream.waiting > 0
        ? Segment(stream: index, positions: stream.nextPosition..<stream.endPosition) : nil
    }
    guard let (message, taken) = encode(segments, limit: room, into: &encoder) else { return nil }
    for segment in taken { streams[segment.stream].handOut(to: segment.positions.upperBound) }
    commit(message, taken, origin: message.id, isRetry: false, now: now)
    if settings.order == .liveFirst, range.lowerBound >= liveCount, settings.catchUp != nil {
      catchUpTokens -= Double(encoder.size)
    }
    count(encoder.size)
    return message
  }

  private mutating func count(_ bytes: Int) {
    counters.bytes += UInt64(bytes)
    meter?.sent(bytes)
  }

  /// So much went over the link since this was last told, all in all.
  public mutating func carried(_ bytes: UInt64) { meter?.carried(bytes) }

  private mutating func nextRetry(now: BootTime, into encoder: inout some RecordEncoder) -> OutgoingMessage? {
    while let piece = retries.first {
      retries.removeFirst()
      guard let (message, taken) = encode(piece.segments, limit: .max, into: &encoder) else { continue }
      let rest = Self.remainder(of: piece.segments, after: taken)
      if !rest.isEmpty { retries.insert(Piece(origin: piece.origin, segments: rest), at: 0) }
      commit(message, taken, origin: piece.origin, isRetry: true, now: now)
      counters.repeated += UInt64(message.records)
      count(encoder.size)
      return message
    }
    return nil
  }

  private mutating func commit(
    _ message: OutgoingMessage, _ segments: [Segment], origin: UInt64, isRetry: Bool, now: BootTime
  ) {
    inFlight[message.id] = Message(
      id: message.id, origin: origin, segments: segments, records: message.records, sentAt: now, isRetry: isRetry)
    sendOrder.append(message.id)
    nextMessageID += 1
    recordsInFlight += message.records
    counters.sent += UInt64(message.records)
    isRetrying = isRetry
    lastSent = now
  }

  /// Encodes from `segments` as much as one message holds. Returns the message and, per segment, what went in from its beginning;
  /// positions that are settled already are passed over. `nil` when nothing was left to send.
  private mutating func encode(
    _ segments: [Segment], limit: Int, into encoder: inout some RecordEncoder
  ) -> (OutgoingMessage, [Segment])? {
    let mostBytes = min(settings.batchBytes, capabilities.maximumPayload ?? .max)
    let mostRecords = min(limit, settings.batchRecords)
    var taken: [Segment] = []
    var route: MessageRoute?
    var seqs: [UInt64] = []
    var largest = 0
    outer: for segment in segments {
      var upper = segment.positions.lowerBound
      defer {
        if upper > segment.positions.lowerBound {
          taken.append(Segment(stream: segment.stream, positions: segment.positions.lowerBound..<upper))
        }
      }
      for position in segment.positions {
        // What waited to be sent again may have been answered by number, and have left the stream.
        guard position >= streams[segment.stream].base, !streams[segment.stream][position].isSettled else {
          upper = position + 1
          continue
        }
        let entry = streams[segment.stream][position]
        let identity = entry.record.identity
        // Behind this message it is the first, and is set aside.
        if isHeld(identity.seq) { break outer }
        let goesAlone = settings.batchRecords == 1 || settings.singly.contains(entry.kind)
        switch route {
        case .none:
          if goesAlone {
            encoder.beginRecord()
            route = .record(entry.record)
          } else {
            encoder.beginBatch(number: nextMessageID, journal: identity.journal, cursors: cursors, head: head)
            route = .batch(journal: identity.journal)
          }
        case .batch(let journal)?:
          // The envelope's closing and a record as large as the largest so far must still fit.
          guard !goesAlone, journal == identity.journal, seqs.count < mostRecords,
            encoder.size + largest + 2 <= mostBytes
          else { break outer }
        case .record?: break outer
        }
        if entry.isRefused { streams[segment.stream].mark(position: position, refused: false) }
        let before = encoder.size
        if isOfLetters(segment.stream) {
          encoder.append(again: entry.record)
        } else {
          encoder.append(entry.record, late: identity.seq <= lateThrough || streams[segment.stream].isAgain)
        }
        largest = max(largest, encoder.size - before)
        seqs.append(identity.seq)
        upper = position + 1
        if !unanswered.isEmpty, !isOfLetters(segment.stream) { noteRepeat(identity.seq, in: entry.kind.lane) }
      }
    }
    guard let route else { return nil }
    var message = OutgoingMessage(id: nextMessageID, route: route, seqs: seqs)
    if case .record(let record) = route { message.isLate = record.identity.seq <= lateThrough }
    return (message, taken)
  }

  private mutating func noteRepeat(_ seq: UInt64, in lane: Lane) {
    guard let ranges = unanswered[lane] else { return }
    if ranges.contains(where: { $0.contains(seq) }) {
      counters.repeated += 1
    } else if ranges.allSatisfy({ $0.upperBound < seq }), ranges.allSatisfy({ $0.upperBound <= cursors[lane].low }) {
      unanswered[lane] = nil
    }
  }

  static func remainder(of segments: [Segment], after taken: [Segment]) -> [Segment] {
    segments.compactMap { segment in
      guard
        let part = taken.first(where: {
          $0.stream == segment.stream && $0.positions.lowerBound == segment.positions.lowerBound
        })
      else { return segment }
      let rest = part.positions.upperBound..<segment.positions.upperBound
      return rest.isEmpty ? nil : Segment(stream: segment.stream, positions: rest)
    }
  }
}
