import Model

/// Decides for every observation whether and when it is sent, by the report policies.
struct ReportSchedule: Sendable {
  let policies: [ReportPolicy]
  private(set) var slots: [Slot] = []
  /// Slots whose state changed since the rows were last taken.
  var dirty = DirtyList(count: 0)
  private var indices: [SignalName: Int] = [:]
  /// No slot is due before; may be earlier than the truth, never later.
  private var wakeAt: EngineTime?

  /// One signal that was heard of. Slots stand in the order of their first observation, which no effect may depend on.
  struct Slot: Sendable {
    let name: SignalName
    /// The policies that match it, in file order.
    let policies: [Int]
    var state: ReportState?
  }

  /// A report to be sent.
  struct Report {
    var name: SignalName
    /// When it was decided: its observation's time, or when the timer was due.
    var time: EngineTime
    var observation: ReportState.Held
  }

  /// Signals beyond this are not followed; a gateway's devices have a few hundred.
  static let limit = 16_384

  init(_ policies: [ReportPolicy]) { self.policies = policies }

  /// Takes the newest observation of a signal. Gives it back where it is to be sent now.
  mutating func offer(_ held: ReportState.Held, of name: SignalName, signals: SignalTable) -> Report? {
    let report = Report(name: name, time: held.at, observation: held)
    if policies.isEmpty { return report }
    guard let index = slot(for: name),
      let policy = policies.firstHolding(among: slots[index].policies, signals)
    else { return nil }
    if policy.sendsEverything {
      // What another policy may have held back is overtaken.
      if slots[index].state != nil { markSent(held.content, at: held.at, slot: index) }
      return report
    }
    guard var state = slots[index].state else {
      markSent(held.content, at: held.at, slot: index)
      return report
    }
    switch policy.decide(held.content, since: state.sent, elapsed: held.at - state.sentAt) {
    case .send:
      markSent(held.content, at: held.at, slot: index)
      return report
    case .hold(let untilEvery):
      state.held = held
      state.everyDue = untilEvery ? policy.every.map { state.sentAt + $0 } : nil
      state.atLeastDue = policy.atLeast.map { state.sentAt + $0 }
      set(state, slot: index)
      return nil
    }
  }

  private mutating func markSent(_ content: ReportedContent, at time: EngineTime, slot: Int) {
    let sent = SentContent(content, after: slots[slot].state?.sent)
    set(ReportState(sentAt: time, sent: sent), slot: slot)
  }

  private mutating func set(_ state: ReportState, slot: Int) {
    slots[slot].state = state
    dirty.mark(slot)
    if let due = state.due { wakeAt = wakeAt.map { min($0, due) } ?? due }
  }

  /// Finds or makes the place of a signal; `nil` past the limit.
  mutating func slot(for name: SignalName) -> Int? {
    if let index = indices[name] { return index }
    guard slots.count < Self.limit else { return nil }
    let matching = policies.indices.filter { policies[$0].matches(name) }
    slots.append(Slot(name: name, policies: matching))
    indices[name] = slots.count - 1
    return slots.count - 1
  }

  /// The earliest moment at which something held back is to be sent.
  var nextDeadline: EngineTime? { wakeAt == nil ? nil : slots.lazy.compactMap(\.state?.due).min() }

  /// The earliest timer, if it is due by then; costs nothing while none is.
  mutating func deadline(by time: EngineTime) -> EngineTime? {
    guard let wakeAt, wakeAt <= time else { return nil }
    self.wakeAt = nextDeadline
    return self.wakeAt.flatMap { $0 <= time ? $0 : nil }
  }

  /// Sends what is due at exactly `time` or before, in the order of the signals' names.
  mutating func fire(at time: EngineTime) -> [Report] {
    let due = slots.indices.filter { slots[$0].state?.due.map { $0 <= time } ?? false }
      .sorted { slots[$0].name < slots[$1].name }
    var reports: [Report] = []
    for index in due {
      guard let held = slots[index].state?.held else { continue }
      reports.append(Report(name: slots[index].name, time: time, observation: held))
      markSent(held.content, at: time, slot: index)
    }
    wakeAt = slots.lazy.compactMap(\.state?.due).min()
    return reports
  }

  /// Before a stop of unknown length: fixes what engine time still means, by the clock of the boot that ended. An observation that
  /// cannot be dated any more is given up, since the next boot's clock would date it wrongly. Returns how many.
  mutating func freezeStamps(_ clock: ClockMapping) -> Int {
    var dropped = 0
    for index in slots.indices {
      guard var state = slots[index].state, let held = state.held, held.stamp == nil else { continue }
      if let stamp = clock.utc(at: held.at) {
        state.held?.stamp = stamp
      } else {
        state.drop()
        dropped += 1
      }
      set(state, slot: index)
    }
    return dropped
  }

  /// Restores a signal's state at `time`. Where other policies hold now, their own intervals count from the last report, but no
  /// timer is due in the past. Returns false where no policy matches the signal any more.
  mutating func restore(
    _ state: ReportState, of name: SignalName, samePolicies: Bool, at time: EngineTime, signals: SignalTable
  ) -> Bool {
    guard let index = slot(for: name), !slots[index].policies.isEmpty else { return false }
    var state = state
    if !samePolicies, let held = state.held {
      let policy = policies.firstHolding(among: slots[index].policies, signals)
      let elapsed = time - state.sentAt
      let decision = policy?.decide(held.content, since: state.sent, elapsed: elapsed)
      state.everyDue = decision == .send ? time : nil
      if case .hold(untilEvery: true) = decision { state.everyDue = policy?.every.map { state.sentAt + $0 } }
      state.atLeastDue = policy?.atLeast.map { max(time, state.sentAt + $0) }
      if policy == nil { state.drop() }
    }
    slots[index].state = state
    if !samePolicies { dirty.mark(index) }
    if let due = state.due { wakeAt = wakeAt.map { min($0, due) } ?? due }
    return true
  }
}

extension [ReportPolicy] {
  /// The first of them whose `when` holds.
  func firstHolding(among indices: [Int], _ signals: SignalTable) -> ReportPolicy? {
    for index in indices where self[index].when.holds(in: signals) { return self[index] }
    return nil
  }
}
