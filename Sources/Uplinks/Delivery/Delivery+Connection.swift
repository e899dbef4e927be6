import Journal
import Model

extension Delivery {
  /// Begins: the first attempt is made at once.
  public mutating func start(now: BootTime) -> [DeliveryAction] {
    guard state == .stopped else { return [] }
    state = .connecting(since: now)
    return [.connect]
  }

  /// The connection is there. `head` is the journal's last number: what is at or below it is backlog.
  public mutating func connected(_ capabilities: LinkCapabilities, head: UInt64, now: BootTime) {
    guard case .connecting = state else { return }
    state = .up(since: now)
    isHeld = false
    self.capabilities = capabilities
    self.head = max(self.head, head)
    connection += 1
    lateThrough = self.head
    liveScannedTo = self.head
    nextMessageID = 1
    pausedUntil = nil
    (hasTaken, setAside, holdsSuspects) = (false, [], true)
    catchUpAt = now
    catchUpTokens = settings.catchUp ?? 0
    passOverUnwanted()
    layStreams()
    layLetterStream()
  }

  /// The connection is there, but nothing may go for now: no attempt that is to be given up.
  public mutating func hold() {
    if case .connecting = state { isHeld = true }
  }

  /// Lanes of which nothing is sent hold nothing for this uplink.
  private mutating func passOverUnwanted() {
    for lane in Lane.allCases where !settings.kinds.lanes.contains(LaneSet(lane)) && cursors[lane].low < head {
      cursors[lane].settle(1...head)
      cursorsChanged = true
    }
  }

  private mutating func layStreams() {
    streams = []
    firstAgain = nil
    liveLanes = []
    let lanes = Lane.allCases.filter { settings.kinds.lanes.contains(LaneSet($0)) }
    switch settings.order {
    case .strict:
      liveCount = 0
      let start = (lanes.map { cursors[$0].low }.min() ?? head) + 1
      streams = [DeliveryStream(lanes: settings.kinds.lanes, start: start, end: .max)]
    case .liveFirst:
      // On a link that is paid for what isn't an event keeps its order: it may wait for long, and would stand in the way of events.
      for lane in lanes
      where cursors[lane].ranges.count < DeliverySettings.rangeLimit && (settings.allowance == nil || lane == .event) {
        liveLanes.insert(LaneSet(lane))
        streams.append(DeliveryStream(lanes: LaneSet(lane), start: head + 1, end: .max))
      }
      liveCount = streams.count
      for lane in lanes {
        let end = liveLanes.contains(LaneSet(lane)) ? head : .max
        streams.append(DeliveryStream(lanes: LaneSet(lane), start: cursors[lane].low + 1, end: end))
      }
    }
  }

  /// The connection ended, or could not be made.
  public mutating func closed(_ cause: Closure, now: BootTime) -> [DeliveryAction] {
    var actions: [DeliveryAction] = []
    if case .up(let since) = state {
      if now - since >= DeliverySettings.heldLongEnough {
        backoff.reset()
        if alarm == nil { longBackoff.reset() }
      }
      actions = judgeClose(cause, now: now)
    } else if state == .stopped {
      return []
    }
    isHeld = false
    #if PLANTED
      if PlantedBug.batchDropped.isPlanted, let oldest = oldestInFlight { _ = acknowledged(oldest.id) }
    #endif
    keepAnswers()
    streams = []
    forgetLetters()
    firstAgain = nil
    liveCount = 0
    pendingRead = nil
    inFlight = [:]
    sendOrder = []
    sendOrderHead = 0
    recordsInFlight = 0
    retries = []
    setAside = []
    isRetrying = false
    lastSent = nil
    let heldUntil = pausedUntil
    pausedUntil = nil
    guard !isDraining else {
      state = .stopped
      return actions
    }
    let wait: Interval
    switch cause {
    case .notAuthorized(let text):
      actions += raise(.notAuthorized(text))
      wait = longWait()
    case .takenOver(let text):
      actions += raise(.takenOver(text))
      wait = longWait()
    case .local, .peer, .garbage:
      // A server may hang up after a refusal; what it asked us to wait for holds all the same.
      wait = max(backoff.next(draw: jitter.draw()), (heldUntil ?? now) - now)
    }
    state = .waiting(until: now + wait)
    return actions
  }

  /// What the last attempt failed for has changed: the next one is made at once.
  public mutating func retry(now: BootTime) {
    guard case .waiting(let until) = state, until > now else { return }
    state = .waiting(until: now)
  }

  /// Minutes, never seconds: half of it is fixed.
  private mutating func longWait() -> Interval { longBackoff.next(draw: 0.5 + jitter.draw() / 2) }

  mutating func raise(_ new: UplinkAlarm) -> [DeliveryAction] {
    defer { alarm = new }
    return alarm == new ? [] : [.raise(new)]
  }

  /// Answers that came out of turn are kept as ranges, as far as the cursors have room; the rest will be repeats.
  private mutating func keepAnswers() {
    for index in streams.indices {
      let lanes = Lane.allCases.filter { streams[index].lanes.contains(LaneSet($0)) }
      for run in streams[index].settledRuns().flatMap({ beside(index, $0) }) {
        for lane in lanes where cursors[lane].ranges.count < DeliverySettings.rangeLimit {
          cursors[lane].settle(run)
          cursorsChanged = true
        }
      }
      noteUnanswered(streams[index])
    }
  }

  private mutating func noteUnanswered(_ stream: DeliveryStream) {
    guard stream.outstanding > 0 else { return }
    let first = stream[stream.base].record.identity.seq
    let last = stream[stream.nextPosition - 1].record.identity.seq
    for lane in Lane.allCases where stream.lanes.contains(LaneSet(lane)) {
      var ranges = (unanswered[lane] ?? []).filter { $0.upperBound > cursors[lane].low }
      ranges.append(first...last)
      unanswered[lane] = ranges.suffix(DeliverySettings.rangeLimit)
    }
  }

  /// Time passed.
  public mutating func advance(to now: BootTime) -> [DeliveryAction] {
    switch state {
    case .waiting(let until) where now >= until:
      state = .connecting(since: now)
      return [.connect]
    case .connecting(let since) where !isHeld && now - since >= settings.connectLimit:
      state = .closing
      return [.close("no connection within \(Int(settings.connectLimit.seconds)) s")]
    case .up:
      guard let oldest = oldestInFlight, now - oldest.sentAt >= settings.answerLimit else { return [] }
      #if PLANTED
        if PlantedBug.timeOutSettles.isPlanted { for id in inFlight.keys.sorted() { _ = acknowledged(id) } }
      #endif
      state = .closing
      return [.close("no answer within \(Int(settings.answerLimit.seconds)) s")]
    case .stopped, .waiting, .connecting, .closing: return []
    }
  }

  var oldestInFlight: Message? {
    var index = sendOrderHead
    while index < sendOrder.count {
      if let message = inFlight[sendOrder[index]] { return message }
      index += 1
    }
    return nil
  }

  /// When `advance` or `nextMessage` should be called next though nothing happens; after `now`.
  public func nextDeadline(after now: BootTime) -> BootTime? {
    var deadline: BootTime?
    func consider(_ time: BootTime?) {
      guard let time, time > now else { return }
      deadline = deadline.map { min($0, time) } ?? time
    }
    switch state {
    case .stopped, .closing: break
    case .waiting(let until): consider(until)
    case .connecting(let since): if !isHeld { consider(since + settings.connectLimit) }
    case .up:
      consider(oldestInFlight.map { $0.sentAt + settings.answerLimit })
      consider(pausedUntil)
      consider(suspectsDue)
      consider(trialDue)
      for stream in streams { consider(stream.waitingSince.map { $0 + settings.linger }) }
      if let meter, streams[liveCount...].contains(where: { $0.waiting > 0 }) {
        consider(meter.nextPositive(after: now))
      }
      if let rate = settings.catchUp, catchUpTokens <= 0, streams.contains(where: { $0.waiting > 0 }) {
        consider(catchUpAt + .seconds(1e-3 - catchUpTokens / rate))
      }
    }
    return deadline
  }

  /// Ends in good order: what is there goes without lingering, the backlog stays, nothing is connected anew.
  public mutating func drain() {
    isDraining = true
    switch state {
    case .stopped, .waiting: state = .stopped
    case .connecting, .up, .closing: break
    }
  }

  /// True when nothing is out and nothing live waits.
  public var isDrained: Bool {
    switch state {
    case .stopped, .waiting: return true
    case .connecting: return isHeld
    case .closing: return false
    case .up:
      guard recordsInFlight == 0, retries.isEmpty || pausedUntil != nil else { return false }
      if pausedUntil != nil { return true }
      guard liveCount > 0 else {
        return streams.indices.allSatisfy {
          isOfLetters($0) || (streams[$0].waiting == 0 && streams[$0].isScanned(head: head))
        }
      }
      return liveScannedTo >= head && streams[..<liveCount].allSatisfy { $0.waiting == 0 }
    }
  }
}
