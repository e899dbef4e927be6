import Geo
import Model

extension ReportSchedule {
  /// What a policy with `max_error` must know of a fix beside the observation.
  struct TrackFix {
    /// Its place in time; `nil` where that is in doubt.
    var fix: Fix?
    /// Sent whatever the track says.
    var isForced = false
  }

  /// Takes a fix for a policy with `max_error`, and gives what is to be sent: perhaps the fix before, then perhaps this one.
  ///
  /// A fix whose time is in doubt goes at once, and leaves the track as it is.
  mutating func reduce(
    _ held: ReportState.Held, _ track: TrackFix, slot index: Int, by policy: ReportPolicy
  ) -> [Report] {
    let name = slots[index].name
    guard let fix = track.fix, let bound = policy.maxError else {
      return [Report(name: name, time: held.at, observation: held)]
    }
    var reports: [Report] = []
    let silence = silence(of: name.device)
    if slots[index].state?.track?.isOver(at: held.at, for: fix, silence: silence) == true {
      reports += endTrack(slot: index, at: held.at)
    }
    guard var state = slots[index].state?.track ?? TrackState(bound: bound, clock: fix.clock, at: held.at) else {
      return reports
    }
    var waiting = slots[index].state?.held
    func send(_ observation: ReportState.Held?) {
      if let observation { reports.append(Report(name: name, time: held.at, observation: observation)) }
    }
    let step = state.reducer.take(TrackReducer.Point(fix))
    state.lastAt = held.at
    if step.keepsTheOneBefore { send(waiting) }
    if step.keepsTheNewOne { send(held) }
    switch step {
    case .waits, .keepsPrevious: waiting = held
    case .keepsThis, .keepsBoth: waiting = nil
    case .leavesOut: break
    }
    let sentAt = reports.isEmpty ? slots[index].state?.sentAt ?? held.at : held.at
    let isDue = policy.atLeast.map { held.at - sentAt >= $0 } ?? false
    if step != .leavesOut, track.isForced || isDue, state.reducer.keepLast() {
      send(held)
      waiting = nil
    }
    for report in reports { markSent(report.observation.content, at: held.at, slot: index) }
    note(state, waiting: waiting, slot: index, by: policy, silence: silence)
    return reports
  }

  private mutating func note(
    _ track: TrackState, waiting: ReportState.Held?, slot index: Int, by policy: ReportPolicy, silence: Interval
  ) {
    guard var state = slots[index].state else { return }
    state.drop()
    state.track = track
    if let waiting {
      state.held = waiting
      let lost = track.lastAt + silence
      state.atLeastDue = policy.atLeast.map { min(state.sentAt + $0, lost) } ?? lost
    }
    set(state, slot: index)
  }

  /// Without a fix for so long the way is not known, and lines are not drawn over it: what zones take for a gap, or longer for a device
  /// that is read more seldom.
  private func silence(of device: String) -> Interval {
    max(ZoneBand.standardLostAfter, staleAfter[device] ?? .zero)
  }

  // MARK: Ends of tracks

  /// The last fix of a track that goes no further, if it was not sent.
  mutating func endTrack(of name: SignalName, at time: EngineTime, in situation: Situation) -> [Report] {
    guard let index = slots.firstIndex(where: { $0.name == name }) else { return [] }
    let reports = endTrack(slot: index, at: time)
    charge(reports, slot: index, situation)
    return reports
  }

  mutating func endTrack(slot index: Int, at time: EngineTime) -> [Report] {
    guard var state = slots[index].state, state.track != nil else { return [] }
    let held = state.held
    state.track = nil
    state.drop()
    set(state, slot: index)
    guard let held else { return [] }
    markSent(held.content, at: time, slot: index)
    return [Report(name: slots[index].name, time: time, observation: held)]
  }

  /// The same of all tracks, in the order of the signals' names.
  mutating func endTracks(at time: EngineTime, in situation: Situation) -> [Report] {
    tracks.flatMap { index in
      let reports = endTrack(slot: index, at: time)
      charge(reports, slot: index, situation)
      return reports
    }
  }

  /// The last fixes of all tracks, which go on from there.
  mutating func keepLast(at time: EngineTime, in situation: Situation) -> [Report] {
    tracks.flatMap { index -> [Report] in
      guard let held = slots[index].state?.held else { return [] }
      let reports = [Report(name: slots[index].name, time: time, observation: held)]
      charge(reports, slot: index, situation)
      markSent(held.content, at: time, slot: index)
      return reports
    }
  }

  private var tracks: [Int] {
    slots.indices.filter { slots[$0].state?.track != nil }.sorted { slots[$0].name < slots[$1].name }
  }

  private mutating func charge(_ reports: [Report], slot index: Int, _ situation: Situation) {
    guard !reports.isEmpty else { return }
    let policy = policies.firstHolding(among: slots[index].policies, situation)
    for report in reports { charge(report, to: policy) }
  }
}
