import Model

// A peer that closes right after it was given something may have choked on it, and says so in no other way: MQTT 3.1.1 has no refusal of
// a message, and a WebSocket server whose handler fails just closes. So less and less is sent at once, until the record at fault is alone.
// But a server whose database is away closes just the same, on whatever it is given. A record is to blame only where the server takes
// others: it is given others first, and until it has taken one a hang-up counts against nobody.
//
// Lanes have no order among them, so that under `liveFirst` others are at hand at once: those of the other lanes. Within a lane, and under
// `strict`, the order is kept until a record was hung up on so often that it isn't likely to be the server's trouble.
extension Delivery {
  mutating func judgeClose(_ cause: Closure, now: BootTime) -> [DeliveryAction] {
    switch cause {
    case .peer, .garbage: break
    case .local, .notAuthorized, .takenOver: return []
    }
    guard pausedUntil == nil, let lastSent, now - lastSent <= DeliverySettings.chokeWindow else { return [] }
    guard recordsInFlight > 0 else {
      // It refused and hung up in one breath: the halves, which never went, are as much as goes the next time.
      if let largest = retries.map({ $0.segments.reduce(0) { $0 + $1.positions.count } }).max() {
        caution = max(1, min(caution ?? largest, largest))
      }
      return []
    }
    guard recordsInFlight == 1, let segment = inFlight.values.first?.segments.first else {
      caution = max(1, min(caution ?? recordsInFlight, recordsInFlight) / 2)
      return []
    }
    caution = 1
    let seq = streams[segment.stream][segment.positions.lowerBound].record.identity.seq
    suspect(seq)
    // On a bad link a reset may come right behind the same record a few times.
    guard hasTaken, suspects[seq, default: 0] > DeliverySettings.hangUpsToSuspicion else { return [] }
    trialRest = now + DeliverySettings.trialWait
    return trouble(segment.stream, segment.positions.lowerBound, reason: cause.text)
  }

  private mutating func suspect(_ seq: UInt64) {
    if suspects[seq] == nil, suspects.count >= DeliverySettings.suspectLimit {
      // From the beginning, in order: the server is no better with any other.
      suspects = [:]
    }
    suspects[seq, default: 0] += 1
  }

  /// True while others go before this one.
  func isHeld(_ seq: UInt64) -> Bool {
    holdsSuspects && (suspects[seq] ?? 0) >= DeliverySettings.hangUpsToSuspicion
  }

  /// Passes over the suspects that would go next, where there is no other lane to ask the server with.
  mutating func setSuspectsAside(now: BootTime) {
    guard holdsSuspects, !suspects.isEmpty, !hasOtherLanes(now: now) else { return }
    for index in streams.indices {
      while let seq = streams[index].nextNumber, isHeld(seq) { setAside.append(handOutNext(of: index)) }
    }
  }

  /// Something may go that is of no lane which steps back.
  private mutating func hasOtherLanes(now: BootTime) -> Bool {
    guard settings.order == .liveFirst else { return false }
    let mayPay = meter?.allows(now: now) ?? true
    return streams.indices.contains { index in
      let stream = streams[index]
      guard mayPay || stream.lanes == LaneSet(.event) else { return false }
      return stream.waiting > 0 ? !stepsBack(index) : !stream.isScanned(head: head)
    }
  }

  /// To be sent alone.
  private mutating func handOutNext(of index: Int) -> Piece {
    let position = streams[index].nextPosition
    streams[index].handOut(to: position + 1)
    streams[index].mark(position: position, refused: true)
    return Piece(origin: 0, segments: [Segment(stream: index, positions: position..<position + 1)])
  }

  /// True for a lane while what was hung up on is the next of it: the others go first.
  func stepsBack(_ index: Int) -> Bool {
    guard !suspects.isEmpty, settings.order == .liveFirst, let seq = streams[index].nextNumber else { return false }
    return suspects[seq] != nil
  }

  /// When the next of a lane that steps back is tried, alone: as soon as the server has taken something of another. Where its hang-ups count
  /// already they have some time between them, so that many such records in a row leave the other lanes most of it.
  private func trialDue(_ index: Int) -> BootTime? {
    guard hasTaken, !isDraining, case .up(let since) = state, stepsBack(index), let seq = streams[index].nextNumber
    else { return nil }
    return troubles[seq] == nil ? since : max(since, trialRest)
  }

  var trialDue: BootTime? { suspects.isEmpty ? nil : streams.indices.compactMap(trialDue).min() }

  /// False while it has to wait for answers to what is out, since only what is out alone can be judged.
  mutating func beginTrial(ifDueAt now: BootTime) -> Bool {
    guard !suspects.isEmpty, let index = streams.indices.first(where: { trialDue($0).map { now >= $0 } ?? false })
    else { return true }
    guard recordsInFlight == 0 else { return false }
    retries.append(handOutNext(of: index))
    return true
  }

  /// When the suspects go although nothing else went: there may be nothing else.
  var suspectsDue: BootTime? {
    guard case .up(let since) = state, !setAside.isEmpty, lastSent == nil else { return nil }
    return since + settings.linger + DeliverySettings.chokeWindow
  }

  mutating func releaseSuspects(ifDueAt now: BootTime) {
    if let suspectsDue, now >= suspectsDue { releaseSuspects() }
  }

  /// They go one by one, each alone, before anything new.
  mutating func releaseSuspects() {
    guard holdsSuspects else { return }
    holdsSuspects = false
    retries.insert(contentsOf: setAside, at: 0)
    setAside = []
  }
}
