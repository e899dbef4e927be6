import Model

/// What expressions read: the newest observation of every signal that some expression reads, windows over them, variables, counts of
/// events, and what the engine knows of itself. All of it is state.
struct SignalStore: Sendable {
  let plan: SignalPlan
  private(set) var entries: [Entry?]
  /// When each entry turns stale; `nil` once it has.
  private(set) var staleDue: [EngineTime?]
  private(set) var windows: [SignalWindow]
  private(set) var previous: [PreviousValue]
  private(set) var counts: [EventWindow]
  private(set) var variables: [Value?]
  private(set) var motions: [Motion]
  private(set) var system = SystemState()

  var dirty: Dirty
  /// Slots whose answer may have changed since this was last taken.
  var changed: DirtyList
  /// Computed signals that something they read changed of.
  var dirtyComputed: DirtyList
  /// Nothing is due before; may be earlier than the truth, never later.
  private var wakeAt: EngineTime?

  /// A signal's newest observation; none since the start reads as quality `never`.
  struct Entry: Hashable, Sendable {
    var at: EngineTime
    var content: ReportedContent

    var quality: Quality {
      if case .reading(_, let quality) = content { quality } else { .good }
    }
  }

  /// The last two good values.
  struct PreviousValue: Hashable, Sendable {
    var newest: Value?
    var before: Value?
  }

  struct SystemState: Hashable, Sendable {
    var startedAt = EngineTime.zero
    /// Uplinks that are connected, sorted.
    var links: [String] = []
  }

  /// What changed since the rows were last taken.
  struct Dirty: Hashable, Sendable {
    var entries: DirtyList
    /// By window, then bucket: `window * 64 + bucket`.
    var windows: DirtyList
    var previous: DirtyList
    var counts: DirtyList
    var variables: DirtyList
    var motions: DirtyList
    var system = false
  }

  init(_ plan: SignalPlan) {
    self.plan = plan
    entries = Array(repeating: nil, count: plan.names.count)
    staleDue = Array(repeating: nil, count: plan.names.count)
    windows = plan.windows.map { SignalWindow(length: $0.length) }
    previous = Array(repeating: PreviousValue(), count: plan.previous.count)
    counts = plan.counts.map { EventWindow(length: $0.length) }
    variables = Array(repeating: nil, count: plan.variables.count)
    motions = Array(repeating: Motion(), count: plan.motions.count)
    changed = DirtyList(count: plan.sources.count)
    dirtyComputed = DirtyList(count: 0)
    dirty = Dirty(
      entries: DirtyList(count: plan.names.count),
      windows: DirtyList(count: plan.windows.count * SignalWindow.bucketCount),
      previous: DirtyList(count: plan.previous.count),
      counts: DirtyList(count: plan.counts.count * SignalWindow.bucketCount),
      variables: DirtyList(count: plan.variables.count), motions: DirtyList(count: plan.motions.count))
  }

  private mutating func mark(_ slots: [Int]) {
    for slot in slots {
      changed.mark(slot)
      for computed in plan.computedOfSlot[slot] { dirtyComputed.mark(computed) }
    }
  }

  /// The newest observation's content; `nil` before the first.
  func content(of name: SignalName) -> ReportedContent? { plan.entry(of: name).flatMap { entries[$0]?.content } }

  // MARK: Observations

  /// A reading, or a computed signal.
  mutating func take(_ name: SignalName, _ content: ReportedContent, at time: EngineTime) {
    guard let entry = plan.entry(of: name) else { return }
    set(Entry(at: time, content: content), entry: entry)
  }

  /// A fix. `fix` is `nil` where its place in time is in doubt: then it is no news.
  mutating func take(_ position: Position, of device: String, fix: Fix?, at time: EngineTime) {
    guard let entry = plan.entry(of: .position(of: device)) else { return }
    if let fix, let motion = plan.motion(of: device) {
      motions[motion].take(fix, position)
      dirty.motions.mark(motion)
    }
    set(Entry(at: time, content: .position(position)), entry: entry)
  }

  private mutating func set(_ new: Entry, entry: Int) {
    entries[entry] = new
    dirty.entries.mark(entry)
    mark(plan.slotsOfEntry[entry])
    if let after = plan.staleAfter[entry], new.quality == .good {
      let due = new.at + after
      staleDue[entry] = due
      wakeAt = wakeAt.map { min($0, due) } ?? due
    } else {
      staleDue[entry] = nil
    }
    guard new.quality == .good else { return }
    for (window, source) in plan.windowsOfEntry[entry] {
      guard let number = number(of: source) else { continue }
      let bucket = windows[window].add(number, at: new.at)
      dirty.windows.mark(window * SignalWindow.bucketCount + bucket)
    }
    for (cell, source) in plan.previousOfEntry[entry] {
      guard let value = value(of: source, at: new.at) else { continue }
      previous[cell] = PreviousValue(newest: value, before: previous[cell].newest)
      dirty.previous.mark(cell)
    }
  }

  /// The device said that it has no fix any more.
  mutating func losePosition(of device: String, at time: EngineTime) {
    guard let entry = plan.entry(of: .position(of: device)), entries[entry] != nil else { return }
    set(Entry(at: time, content: .reading(nil, .bad)), entry: entry)
  }

  /// An event of the type was raised.
  mutating func countEvent(of type: String, at time: EngineTime) {
    for index in plan.counts(of: type) {
      let bucket = counts[index].add(at: time)
      dirty.counts.mark(index * SignalWindow.bucketCount + bucket)
      mark(plan.slotsOfCount[index])
    }
  }

  /// Does nothing where nobody reads the variable.
  mutating func set(variable name: String, to value: Value) {
    guard let index = plan.variable(name), variables[index] != value else { return }
    variables[index] = value
    dirty.variables.mark(index)
    mark(plan.slotsOfVariable[index])
  }

  /// A zone's state changed.
  mutating func noteChange(ofZone zone: Int) {
    if let slots = plan.slotsOfZone[zone] { mark(slots) }
    for (slot, set) in plan.zoneSlots where set.isLarge && set.contains(zone) { mark([slot]) }
  }

  /// The state changed of some zone that a slot asks for.
  mutating func noteChange(ofSlot slot: Int) { mark([slot]) }

  mutating func start(at time: EngineTime) {
    system = SystemState(startedAt: time)
    dirty.system = true
    mark(plan.systemSlots)
  }

  /// Whether it is news.
  mutating func setLink(_ uplink: String, isUp: Bool) -> Bool {
    let isKnown = system.links.contains(uplink)
    guard isKnown != isUp, !isUp || system.links.count < 64 else { return false }
    if isUp {
      system.links.append(uplink)
      system.links.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } else {
      system.links.removeAll { $0 == uplink }
    }
    dirty.system = true
    mark(plan.systemSlots)
    return true
  }

  /// What shows UTC is known, or not, or another from this instant on, and not only from the next whole second.
  mutating func noteClock() { mark(plan.systemSlots + plan.clockSlots) }

  /// A restart of unknown length: nothing was read yet since. Variables, counts and the way driven stay.
  mutating func forgetAll() {
    for index in entries.indices {
      staleDue[index] = nil
      mark(plan.slotsOfEntry[index])
      guard entries[index] != nil else { continue }
      entries[index] = nil
      dirty.entries.mark(index)
    }
    for window in windows.indices {
      for bucket in windows[window].buckets.indices where windows[window].buckets[bucket] != nil {
        dirty.windows.mark(window * SignalWindow.bucketCount + bucket)
      }
      windows[window].clear()
    }
    for index in previous.indices where previous[index] != PreviousValue() {
      previous[index] = PreviousValue()
      dirty.previous.mark(index)
    }
    for index in motions.indices where motions[index].isMoving != nil {
      motions[index].isMoving = nil
      dirty.motions.mark(index)
    }
  }

  // MARK: Staleness

  /// When the next signal turns stale.
  var nextDeadline: EngineTime? { wakeAt == nil ? nil : staleDue.lazy.compactMap(\.self).min() }

  /// The earliest turning stale, if it is due by then; costs nothing while none is.
  mutating func deadline(by time: EngineTime) -> EngineTime? {
    guard let wakeAt, wakeAt <= time else { return nil }
    self.wakeAt = nextDeadline
    return self.wakeAt.flatMap { $0 <= time ? $0 : nil }
  }

  /// Turns stale what is due; gives those that the report policies tell, sorted.
  mutating func expire(at time: EngineTime) -> [SignalName] {
    guard let wakeAt, wakeAt <= time else { return [] }
    var told: [SignalName] = []
    for index in staleDue.indices {
      guard let due = staleDue[index], due <= time else { continue }
      staleDue[index] = nil
      mark(plan.slotsOfEntry[index])
      if plan.isReported[index], !plan.names[index].isPosition { told.append(plan.names[index]) }
    }
    self.wakeAt = staleDue.lazy.compactMap(\.self).min()
    return told
  }

  /// True where the entry is good and no older than it may be.
  func isFresh(_ entry: Int, at time: EngineTime) -> Bool {
    guard let found = entries[entry], found.quality == .good else { return false }
    guard let after = plan.staleAfter[entry] else { return true }
    return time - found.at < after
  }

  func quality(_ entry: Int, at time: EngineTime) -> Quality {
    guard let found = entries[entry] else { return .never }
    guard found.quality == .good else { return found.quality }
    return isFresh(entry, at: time) ? .good : .stale
  }

  // MARK: Values

  /// A signal's value whatever its age; for what is kept beside it at the moment it comes in.
  func value(of source: SignalPlan.Source, at time: EngineTime) -> Value? {
    switch source {
    case .reading(let entry):
      if case .reading(let value, .good)? = entries[entry]?.content { return value }
      return nil
    case .field(let entry, let field):
      guard case .position(let position)? = entries[entry]?.content else { return nil }
      return field == .fix ? .boolean(true) : field.number(of: position).flatMap { $0.isFinite ? .number($0) : nil }
    case .motion(_, let motion, let field):
      switch field {
      case .moving: return motions[motion].isMoving.map(Value.boolean)
      case .tripDistance: return .number(motions[motion].trip)
      default: return .number(motions[motion].odometer)
      }
    default: return nil
    }
  }

  private func number(of source: SignalPlan.Source) -> Double? {
    if case .number(let number)? = value(of: source, at: .zero) { number } else { nil }
  }

  // MARK: Restoring

  mutating func restore(_ entry: Entry, at index: Int, now: EngineTime) {
    entries[index] = entry
    guard let after = plan.staleAfter[index], entry.quality == .good, entry.at + after > now else { return }
    staleDue[index] = entry.at + after
    wakeAt = wakeAt.map { min($0, entry.at + after) } ?? entry.at + after
  }

  mutating func restore(_ bucket: SignalWindow.Bucket, window: Int, at index: Int) {
    windows[window].restore(bucket, at: index)
  }

  mutating func restore(_ bucket: EventWindow.Bucket, count: Int, at index: Int) {
    counts[count].restore(bucket, at: index)
  }

  mutating func restore(_ value: PreviousValue, at index: Int) { previous[index] = value }
  mutating func restore(_ value: Value, variable index: Int) { variables[index] = value }
  mutating func restore(_ motion: Motion, at index: Int) { motions[index] = motion }
  mutating func restore(_ state: SystemState) { system = state }
}
