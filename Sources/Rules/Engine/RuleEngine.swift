import Geo
public import Model

/// Turns observations into effects: a value with no clock, file, socket, randomness or hash order in it, so that the same rules,
/// state and observations give the same effects and the same state, byte for byte, on any machine and in any chunks.
///
/// At one instant: zones, then rules in file order, then report policies. Timers carry the time that they were due, however late
/// `advance` is called. The state is rows by (kind, name); what changed is taken after each batch and committed together with the
/// effects that it caused.
public struct RuleEngine: Sendable {
  let rules: RuleSet
  /// Six characters; part of every event's id.
  let engine: String
  /// The latest time that was told; never goes backwards.
  public internal(set) var now: EngineTime

  @CopyOnWrite var zones: ZoneTracker
  var receivers: ReceiverTable
  var reports: ReportSchedule
  var ruleStates: [RuleState]
  var devices: DeviceTable
  @CopyOnWrite var signals: SignalStore
  var clock = ClockMapping()
  /// Computed signals and signals turned stale that the report policies are yet to see; empty between instants.
  var pendingReports: [(SignalName, ReportedContent)] = []
  /// The number in the last event's id.
  var lastEvent: UInt64 = 0
  var counters = EngineCounters()

  var dirtyRules: DirtyList
  /// Rules that went up or down.
  var turnedRules: DirtyList
  var dirtyEngineRows: Set<EngineRow> = []
  /// Rows that stand otherwise now than they were restored from.
  var changedByRestore: Set<StateKey> = []
  /// Rows that were restored and no longer stand for anything.
  var removedRows: Set<StateKey> = []

  let triggers: TriggerIndex
  var timers: RuleTimers
  /// Rules to be asked at the next instant whatever happens: those that never were, or that somebody set something for.
  var unasked: Set<Int> = []
  /// True while what fell due during a stop of the gateway is gone through.
  var isOff = false
  /// How many instants `advance` went through since this value was made: what its cost grows with. Not state.
  private(set) var instants = 0
  /// Signals that a rule wants sent at the end of this instant.
  var forcedReports: [SignalName] = []
  /// The power is about to go: tracks are sent up to where they are at the end of this instant.
  var isShuttingDown = false
  /// How often rules that are up want devices to be read.
  var sampled: [String: Interval] = [:]
  /// Rules that were up when the rows were written and that are no longer the same; until they are cleared.
  var orphans: [Orphan] = []

  /// Starts from saved rows, or from none. Rows of zones whose geometry changed, of rules that are set off by something else now,
  /// and of what is gone are given up; rows that cannot be read are counted as well. The first observation should be
  /// `system` start at `time`: what fell due during the stop then fires with its own time.
  public init(rules: RuleSet, engine: String, state: [StateRow], time: EngineTime) {
    self.rules = rules
    self.engine = engine
    now = time
    zones = ZoneTracker(rules.zonePlan, sets: rules.plan.largeZoneSets, crossing: rules.triggers.crossing)
    receivers = ReceiverTable()
    reports = ReportSchedule(rules.reports, budgets: rules.budgets, catalogue: rules.catalogue)
    ruleStates = Array(repeating: RuleState(), count: rules.rules.count)
    devices = DeviceTable()
    signals = SignalStore(rules.plan)
    dirtyRules = DirtyList(count: rules.rules.count)
    turnedRules = DirtyList(count: rules.rules.count)
    triggers = rules.triggers
    timers = RuleTimers(count: rules.rules.count)
    restore(state)
    resumeRules()
  }

  /// Takes one observation, after what was due until then. One that is stamped before the last counts as of the same instant.
  public mutating func ingest(_ observation: Observation) -> [Effect] {
    var effects: [Effect] = []
    var isStart = false
    if case .system(.start(downtime: .some)) = observation.content { isStart = true }
    if isStart { beginStop(until: observation.time) }
    advance(to: observation.time, &effects)
    if isStart { endStop() }
    switch observation.content {
    case .position(let device, let position): ingest(position, of: device, &effects)
    case .positionLost(let device):
      signals.losePosition(of: device, at: now)
      compute(at: now)
      settle(at: now, &effects)
      endTrack(of: device, &effects)
    case .reading(let device, let metric, let value, let quality):
      ingest(value, quality, of: SignalName(device: device, metric: metric), &effects)
    case .device(let name, let isUp, let reason):
      settle(at: now, &effects)
      guard devices.set(name, isUp: isUp, reason: reason) else { break }
      emit(.device(name: name, isUp: isUp, reason: reason), at: now, stamp: clock.utc(at: now), &effects)
    case .system(let system): ingest(system, &effects)
    }
    offerPending(at: now, &effects)
    sendForced(at: now, &effects)
    return effects
  }

  /// Lets time pass, and gives what fell due until `time` inclusive.
  public mutating func advance(to time: EngineTime) -> [Effect] {
    var effects: [Effect] = []
    advance(to: time, &effects)
    return effects
  }

  /// The next moment at which something falls due; `nil` when only an observation can change anything.
  public var nextDeadline: EngineTime? {
    [zones.nextDeadline, reports.nextDeadline, signals.nextDeadline, timers.nextDeadline, nextSecond]
      .compactMap(\.self).min()
  }

  /// What expressions see at `time`, which is now or when a timer was due.
  func situation(at time: EngineTime, trigger: TriggerContext? = nil) -> Situation {
    Situation(time: time, clock: clock, store: _signals, zones: _zones, trigger: trigger)
  }

  private mutating func advance(to time: EngineTime, _ effects: inout [Effect]) {
    var tickedAt: EngineTime?
    while true {
      let tick = nextTick(before: time, tickedAt: tickedAt)
      var due = reports.deadline(by: time)
      if let zonesDue = zones.nextDeadline, zonesDue <= time { due = due.map { min($0, zonesDue) } ?? zonesDue }
      for next in [signals.deadline(by: time), timers.deadline(by: time), tick] {
        if let next, next <= time { due = due.map { min($0, next) } ?? next }
      }
      guard let due else { break }
      let isTick = tick.map { $0 <= due } ?? false
      instants += 1
      now = max(now, due)
      if isTick { tickedAt = now }
      for name in signals.expire(at: due) { pendingReports.append((name, .reading(nil, .stale))) }
      compute(at: due, isTick: isTick)
      zones.lose(until: due)
      noteZoneChanges()
      compute(at: due)
      settle(at: due, isTick: isTick, &effects)
      for report in reports.fire(at: due, in: situation(at: due)) { send(report, &effects) }
      offerPending(at: due, &effects)
      sendForced(at: due, &effects)
    }
    now = max(now, time)
  }

  private mutating func ingest(_ position: Position, of device: String, _ effects: inout [Effect]) {
    guard position.isUsable else {
      count(.unusableFix)
      return
    }
    let verdict = receivers.judge(position, of: device, at: now)
    var occurrences: [(rule: Int, what: Occurrence)] = []
    switch verdict {
    case .keptOut: count(.fixOutOfOrder)
    case .repeated:
      count(.repeatedFix)
      signals.take(position, of: device, fix: nil, at: now)
    case .accepted(let fix, let previous):
      signals.take(position, of: device, fix: fix, at: now)
      guard device == rules.catalogue.positionDevice else { break }
      compute(at: now)
      let changes = zones.take(fix, previous: previous, error: position.estimatedError, at: now)
      noteZoneChanges()
      compute(at: now)
      occurrences =
        self.occurrences(of: changes)
        + passages(to: fix, from: previous, error: position.estimatedError)
    }
    compute(at: now)
    settle(at: now, for: occurrences, &effects)
    let held = ReportState.Held(
      at: now, stamp: verdict.isInOrder ? position.time : nil, content: .position(position))
    let track = ReportSchedule.TrackFix(
      fix: verdict.isInOrder ? Fix(position, arrival: now) : nil, isForced: !occurrences.isEmpty)
    offer(held, of: .position(of: device), track: track, &effects)
  }

  private mutating func ingest(
    _ value: Value?, _ quality: Quality, of name: SignalName, _ effects: inout [Effect]
  ) {
    var value = value
    var quality = quality
    if case .number(let number) = value, !number.isFinite {
      // No wire format has a place for it, and no comparison with it means anything.
      value = nil
      quality = .bad
    }
    let content = ReportedContent.reading(value, quality)
    signals.take(name, content, at: now)
    compute(at: now)
    settle(at: now, &effects)
    offer(ReportState.Held(at: now, stamp: nil, content: content), of: name, &effects)
  }

  private mutating func ingest(_ system: SystemObservation, _ effects: inout [Effect]) {
    var setOff: [Int] = []
    var context = TriggerContext()
    switch system {
    case .start(downtime: .some):
      signals.start(at: now)
      setOff = triggers.starting
    case .start(downtime: nil):
      signals.start(at: now)
      count(.undatedHeldReport, reports.freezeStamps(clock))
      endTracks(&effects)
      set(ClockMapping())
      zones.loseAll()
      noteZoneChanges()
      signals.forgetAll()
      startWaitsAnew()
      setOff = triggers.starting
    case .clock(let utcAtZero): set(ClockMapping(utcAtZero: utcAtZero))
    case .clockLost: set(ClockMapping())
    case .link(let uplink, let isUp):
      if signals.setLink(uplink, isUp: isUp) { setOff = triggers.rules(onLink: uplink, isUp: isUp) }
      context.name = uplink
    case .command(let name, _, let arguments):
      setOff = triggers.rules(onCommand: name)
      context.name = name
      context.arguments = arguments
    case .outcome(let outcome): tell(outcome, at: now, &effects)
    case .tick: break
    }
    compute(at: now)
    settle(at: now, for: setOff.map { ($0, Occurrence(context: context)) }, &effects)
  }

  mutating func offer(
    _ held: ReportState.Held, of name: SignalName, track: ReportSchedule.TrackFix = .init(), _ effects: inout [Effect]
  ) {
    switch reports.offer(held, of: name, track: track, in: situation(at: now)) {
    case .send(let reports): for report in reports { send(report, &effects) }
    case .hold: break
    case .full: count(.signalBeyondLimit)
    }
  }

  mutating func send(_ report: ReportSchedule.Report, _ effects: inout [Effect]) {
    let held = report.observation
    let stamp = held.stamp ?? clock.utc(at: held.at)
    let body: Record.Body
    switch held.content {
    case .position(let position): body = .position(device: report.name.device, position)
    case .reading(let value, let quality):
      body = .reading(
        device: report.name.device, metric: report.name.metric, value: value, unit: rules.unit(of: report.name),
        quality: quality)
    }
    // Without UTC the journal dates a record by its engine time later on; a held-back value must not be dated by its sending.
    emit(body, at: stamp == nil ? held.at : report.time, stamp: stamp, &effects)
  }

  func emit(_ body: Record.Body, at time: EngineTime, stamp: Timestamp?, _ effects: inout [Effect]) {
    effects.append(.record(Record(time: time, timestamp: stamp, body: body)))
  }

  private mutating func set(_ mapping: ClockMapping) {
    guard mapping != clock else { return }
    clock = mapping
    signals.noteClock()
    dirtyEngineRows.insert(.clock)
  }

  mutating func count(_ cause: EngineCounters.Cause, _ number: Int = 1) {
    guard number > 0 else { return }
    counters.count(cause, number)
    dirtyEngineRows.insert(.counters)
  }
}
