import Geo
import Model

/// Decides for every observation whether and when it is sent, by the report policies.
struct ReportSchedule: Sendable {
  let policies: [ReportPolicy]
  let budgets: [ReportBudget]
  private(set) var meters: [BudgetMeter]
  /// Budgets whose meter changed since the rows were last taken.
  var dirtyMeters: DirtyList
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

  /// After how long without news a device is stale, by its name.
  let staleAfter: [String: Interval]

  init(_ policies: [ReportPolicy], budgets: [ReportBudget] = [], catalogue: SignalCatalogue = SignalCatalogue()) {
    self.policies = policies
    self.budgets = budgets
    staleAfter = Dictionary(catalogue.devices.map { ($0.name, $0.staleAfter) }, uniquingKeysWith: { first, _ in first })
    meters = Array(repeating: BudgetMeter(), count: budgets.count)
    dirtyMeters = DirtyList(count: budgets.count)
  }

  // MARK: Budgets

  private func holds(_ budget: Int, for policy: ReportPolicy?) -> Bool {
    budgets[budget].isShared || policy?.budget == budget
  }

  /// A policy as the budgets leave it at `time`.
  private mutating func policy(_ index: Int, at time: EngineTime) -> ReportPolicy {
    guard !budgets.isEmpty else { return policies[index] }
    var factor = 1.0
    for budget in budgets.indices where holds(budget, for: policies[index]) {
      let before = meters[budget]
      meters[budget].enter(time, budgets[budget])
      if meters[budget] != before { dirtyMeters.mark(budget) }
      factor = max(factor, meters[budget].stretch(at: time, budgets[budget]))
    }
    return policies[index].stretched(by: factor)
  }

  mutating func charge(_ report: Report, to policy: Int?) {
    for budget in budgets.indices where holds(budget, for: policy.map { policies[$0] }) {
      meters[budget].charge(
        ReportSize.of(report.name, report.observation.content), at: report.time, budgets[budget])
      dirtyMeters.mark(budget)
    }
  }

  mutating func restore(_ meter: BudgetMeter, at index: Int) { meters[index] = meter }

  // MARK: Reports

  /// What became of an observation.
  enum Answer {
    /// These, in this order.
    case send([Report])
    case hold
    /// The signal is one too many.
    case full
  }

  /// Takes the newest observation of a signal; of a fix also what policies with `max_error` ask for.
  mutating func offer(
    _ held: ReportState.Held, of name: SignalName, track: TrackFix = TrackFix(), in situation: Situation
  ) -> Answer {
    let report = Report(name: name, time: held.at, observation: held)
    if policies.isEmpty { return name.device == SystemSignal.device ? .hold : .send([report]) }
    guard let index = slot(for: name) else { return .full }
    let number = policies.firstHolding(among: slots[index].policies, situation)
    // A track that no policy goes on with, or not as exactly, ends where the last fix was: up to there it was promised.
    var ended: [Report] = []
    if let track = slots[index].state?.track, track.reducer.bound != number.flatMap({ policies[$0].maxError }) {
      ended = endTrack(slot: index, at: held.at)
      for report in ended { charge(report, to: number) }
    }
    guard let number, !policies[number].isSilent else { return ended.isEmpty ? .hold : .send(ended) }
    if policies[number].sendsEverything {
      // What another policy may have held back is overtaken.
      if slots[index].state != nil { markSent(held.content, at: held.at, slot: index) }
      charge(report, to: number)
      return .send(ended + [report])
    }
    let policy = policy(number, at: held.at)
    if policy.maxError != nil {
      let reports = reduce(held, track, slot: index, by: policy)
      for report in reports { charge(report, to: number) }
      return .send(ended + reports)
    }
    let decision = slots[index].state.map {
      policy.decide(held.content, since: $0.sent, elapsed: held.at - $0.sentAt)
    }
    guard case .hold(let untilEvery)? = decision, let sentAt = slots[index].state?.sentAt else {
      markSent(held.content, at: held.at, slot: index)
      charge(report, to: number)
      return .send(ended + [report])
    }
    slots[index].state?.held = held
    slots[index].state?.everyDue = untilEvery ? policy.every.map { sentAt + $0 } : nil
    slots[index].state?.atLeastDue = policy.atLeast.map { sentAt + $0 }
    noteChange(slot: index)
    return ended.isEmpty ? .hold : .send(ended)
  }

  /// A track goes on from what was sent of it, which is its last fix.
  mutating func markSent(_ content: ReportedContent, at time: EngineTime, slot: Int) {
    var state = ReportState(sentAt: time, sent: SentContent(content, after: slots[slot].state?.sent))
    state.track = slots[slot].state?.track
    _ = state.track?.reducer.keepLast()
    set(state, slot: slot)
  }

  mutating func set(_ state: ReportState, slot: Int) {
    slots[slot].state = state
    noteChange(slot: slot)
  }

  private mutating func noteChange(slot: Int) {
    dirty.mark(slot)
    if let due = slots[slot].state?.due { wakeAt = wakeAt.map { min($0, due) } ?? due }
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
  mutating func fire(at time: EngineTime, in situation: Situation) -> [Report] {
    let due = slots.indices.filter { slots[$0].state?.due.map { $0 <= time } ?? false }
      .sorted { slots[$0].name < slots[$1].name }
    var reports: [Report] = []
    for index in due {
      guard let held = slots[index].state?.held else { continue }
      let report = Report(name: slots[index].name, time: time, observation: held)
      reports.append(report)
      charge(report, to: policies.firstHolding(among: slots[index].policies, situation))
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
  /// timer is due in the past. Returns false where no policy matches the signal any more; one that only rules send, and no policy, is
  /// kept where the policies are the same.
  mutating func restore(
    _ state: ReportState, of name: SignalName, samePolicies: Bool, in situation: Situation
  ) -> Bool {
    guard let index = slot(for: name) else { return false }
    var state = state
    let time = situation.time
    if !samePolicies, state.track != nil {
      state.endTrack(at: time)
      // What is left of a track goes even where no policy asks for it any more.
      if slots[index].policies.isEmpty, state.held == nil { return false }
    } else if !samePolicies, slots[index].policies.isEmpty {
      return false
    } else if !samePolicies, let held = state.held {
      let policy = policies.firstHolding(among: slots[index].policies, situation).map { policies[$0] }
        .flatMap { $0.isSilent ? nil : $0 }
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
  func firstHolding(among indices: [Int], _ situation: Situation) -> Int? {
    for index in indices where self[index].when.holds(in: situation) { return index }
    return nil
  }
}
