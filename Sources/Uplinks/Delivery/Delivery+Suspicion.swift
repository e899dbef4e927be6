import Model

// A peer that closes right after it was given something may have choked on it, and says so in no other way: MQTT 3.1.1 has no refusal of
// a message, and a WebSocket server whose handler fails just closes. So less and less is sent at once, until the record at fault is alone.
// But a server whose database is away closes just the same, on whatever it is given. A record is to blame only where the server takes
// others: it is given others first, and until it has taken one a hang-up counts against nobody.
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
    suspect(streams[segment.stream][segment.positions.lowerBound].record.identity.seq)
    guard hasTaken else { return [] }
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

  /// Passes over the suspects that would go next.
  mutating func setSuspectsAside() {
    guard holdsSuspects, !suspects.isEmpty else { return }
    for index in streams.indices {
      while streams[index].waiting > 0 {
        let position = streams[index].nextPosition
        guard isHeld(streams[index][position].record.identity.seq) else { break }
        streams[index].handOut(to: position + 1)
        streams[index].mark(position: position, refused: true)
        setAside.append(Piece(origin: 0, segments: [Segment(stream: index, positions: position..<position + 1)]))
      }
    }
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
