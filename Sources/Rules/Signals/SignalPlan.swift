import Geo
import Model

/// What a store keeps, and how each slot is answered from it. Made once for a rule set; never changes.
final class SignalPlan: Sendable {
  /// Where an answer comes from; indices are into the store's rows.
  enum Source: Sendable {
    /// Nothing that this rule set or these devices have.
    case absent
    case reading(Int)
    case field(Int, PositionField)
    /// The second index is into `motions`.
    case motion(Int, Int, PositionField)
    case system(SystemSignal.Source)
    case variable(Int)
    case hasVariable(Int)
    case trigger(TriggerField)
    case argument(String)
    case inZone(ZoneSet)
    case zones
    case distance(ZoneSet)
    case timeInZone(ZoneSet)
    case count(Int)
    case now
    case localTime(String)
    indirect case has(Source)
    case age(Int)
    indirect case quality(Int, Source)
    case previous(Int, entry: Int)
    case window(Int, WindowFunction)
  }

  struct WindowKey: Hashable, Sendable {
    var signal: SignalName
    var length: Interval
  }

  struct CountKey: Hashable, Sendable {
    var type: String
    var length: Interval
  }

  /// Signals with an entry, sorted, so that an index is the same in every run. Positions stand as `DEVICE.position`.
  let names: [SignalName]
  /// By entry; `nil` for what never turns stale by itself: computed signals.
  let staleAfter: [Interval?]
  /// By entry: whether turning stale is to be told to the report policies.
  let isReported: [Bool]
  /// By slot number.
  let sources: [Source]
  /// Slot numbers by entry: those whose answer changes with it.
  let slotsOfEntry: [[Int]]
  /// Slot numbers whose answer changes with the state of zones, and of which.
  let zoneSlots: [(slot: Int, zones: ZoneSet)]
  /// Of them, those that ask for a few zones, by zone.
  let slotsOfZone: [Int: [Int]]
  /// Sets of many zones, by number.
  let largeZoneSets: [ZoneSet]
  let slotsOfVariable: [[Int]]
  let slotsOfCount: [[Int]]
  let systemSlots: [Int]
  /// Those that show UTC.
  let clockSlots: [Int]
  /// Computed signals by the slot numbers that they read, and those that mention time.
  let computedOfSlot: [[Int]]
  let timedComputed: [Int]
  let windows: [WindowKey]
  /// By entry: its windows, with the slot that gives the value.
  let windowsOfEntry: [[(window: Int, source: Source)]]
  let previous: [SignalName]
  let previousOfEntry: [[(cell: Int, source: Source)]]
  let counts: [CountKey]
  let variables: [String]
  /// Devices of which the way is followed.
  let motions: [String]
  /// The entry of the position that zones follow.
  let zonePosition: Int?

  private let entryIndices: [SignalName: Int]
  private let slotNumbers: [Slot: Int]
  private let variableIndices: [String: Int]
  private let countIndices: [String: [Int]]
  private let motionIndices: [String: Int]

  /// - Parameters:
  ///   - reported: signals whose turning stale the report policies send.
  init(
    slots: SlotTable, zones: ZonePlan, catalogue: SignalCatalogue, computed signals: [ComputedSignal] = [],
    reported: [SignalName] = []
  ) {
    let computed = Set(signals.map(\.name))
    func entryName(_ signal: SignalName) -> SignalName {
      let isField = PositionField(rawValue: signal.metric) != nil || signal.isPosition
      return isField && catalogue.device(signal.device)?.givesPosition == true ? .position(of: signal.device) : signal
    }
    let read = slots.read
    var kept = Set(read.compactMap(\.signal).filter { SystemSignal.named($0).map { $0.source == .reading } ?? true })
    kept.formUnion(computed)
    let reported = Set(reported).subtracting(computed)
    var entries = Set(kept.map(entryName)).union(reported)
    let needsPlace = read.contains { if case .distance = $0 { true } else { false } }
    if needsPlace, let device = catalogue.positionDevice { entries.insert(.position(of: device)) }
    let names = entries.sorted()
    let indices = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    self.names = names
    entryIndices = indices
    isReported = names.map(reported.contains)
    staleAfter = names.map { name in
      if computed.contains(name) { return nil }
      return name.device == SystemSignal.device
        ? SystemSignal.staleAfter : catalogue.device(name.device)?.staleAfter ?? .seconds(10)
    }
    zonePosition = catalogue.positionDevice.flatMap { indices[.position(of: $0)] }

    let motions = Set(
      kept.filter { PositionField(rawValue: $0.metric)?.isMotion == true && entryName($0).isPosition }.map(\.device)
    ).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    self.motions = motions
    let motionIndices = Dictionary(uniqueKeysWithValues: motions.enumerated().map { ($1, $0) })
    self.motionIndices = motionIndices

    var windows: [WindowKey] = []
    var previous: [SignalName] = []
    var counts: [CountKey] = []
    var variables: [String] = []
    for slot in read {
      switch slot {
      case .window(_, let signal, let length):
        let key = WindowKey(signal: signal, length: length)
        if !windows.contains(key) { windows.append(key) }
      case .previous(let signal): previous.append(signal)
      case .count(let type, let length): counts.append(CountKey(type: type, length: length))
      case .variable(let name), .hasVariable(let name): if !variables.contains(name) { variables.append(name) }
      default: break
      }
    }
    self.windows = windows
    self.previous = previous
    self.counts = counts
    self.variables = variables
    variableIndices = Dictionary(uniqueKeysWithValues: variables.enumerated().map { ($1, $0) })
    countIndices = Dictionary(grouping: counts.indices) { counts[$0].type }

    func signal(_ name: SignalName) -> Source {
      if let system = SystemSignal.named(name), system.source != .reading { return .system(system.source) }
      guard let entry = indices[entryName(name)] else { return .absent }
      guard names[entry].isPosition, let field = PositionField(rawValue: name.metric) else { return .reading(entry) }
      if field.isMotion { return motionIndices[name.device].map { .motion(entry, $0, field) } ?? .absent }
      return .field(entry, field)
    }
    let measured = Set(read.compactMap { if case .distance(let selector) = $0 { selector } else { nil } })
    var sets: [ZoneSelector: ZoneSet] = [:]
    var largeSets: [ZoneSet] = []
    func made(_ members: [Int], isMeasured: Bool) -> ZoneSet {
      let set = ZoneSet(members, in: zones, number: largeSets.count, isMeasured: isMeasured)
      if set.isLarge { largeSets.append(set) }
      return set
    }
    func selected(_ selector: ZoneSelector) -> ZoneSet {
      if let set = sets[selector] { return set }
      let set = made(zones.zones(selectedBy: selector), isMeasured: measured.contains(selector))
      sets[selector] = set
      return set
    }
    func source(_ slot: Slot) -> Source {
      switch slot {
      case .signal(let name): return signal(name)
      case .variable(let name): return variables.firstIndex(of: name).map(Source.variable) ?? .absent
      case .hasVariable(let name): return variables.firstIndex(of: name).map(Source.hasVariable) ?? .absent
      case .trigger(let field): return .trigger(field)
      case .argument(let name): return .argument(name)
      case .inZone(let selector): return .inZone(selected(selector))
      case .zones: return .zones
      case .distance(let selector): return .distance(selected(selector))
      case .timeInZone(let selector): return .timeInZone(selected(selector))
      case .count(let type, let length):
        return counts.firstIndex(of: CountKey(type: type, length: length)).map(Source.count) ?? .absent
      case .now: return .now
      case .localTime(let zone): return .localTime(zone)
      case .has(let name): return .has(signal(name))
      case .age(let name): return indices[entryName(name)].map(Source.age) ?? .absent
      case .quality(let name):
        return indices[entryName(name)].map { .quality($0, signal(name)) } ?? .absent
      case .previous(let name):
        guard let cell = previous.firstIndex(of: name), let entry = indices[entryName(name)] else { return .absent }
        return .previous(cell, entry: entry)
      case .window(let function, let name, let length):
        return windows.firstIndex(of: WindowKey(signal: name, length: length)).map { .window($0, function) } ?? .absent
      }
    }
    let sources = slots.slots.indices.map { slots.isRead[$0] ? source(slots.slots[$0]) : .absent }
    self.sources = sources
    slotNumbers = Dictionary(uniqueKeysWithValues: slots.slots.enumerated().map { ($1, $0) })
    var computedOfSlot = [[Int]](repeating: [], count: slots.slots.count)
    for (index, signal) in signals.enumerated() {
      for slot in signal.expression.reads {
        if let number = slots.number(of: slot) { computedOfSlot[number].append(index) }
      }
    }
    self.computedOfSlot = computedOfSlot
    timedComputed = signals.indices.filter { signals[$0].expression.mentionsTime }

    var slotsOfEntry = [[Int]](repeating: [], count: names.count)
    var zoneSlots: [(slot: Int, zones: ZoneSet)] = []
    var slotsOfVariable = [[Int]](repeating: [], count: variables.count)
    var slotsOfCount = [[Int]](repeating: [], count: counts.count)
    var systemSlots: [Int] = []
    var clockSlots: [Int] = []
    for (number, slot) in slots.slots.enumerated() where slots.isRead[number] {
      if let name = slot.signal, let entry = indices[entryName(name)] { slotsOfEntry[entry].append(number) }
      switch sources[number] {
      case .inZone(let set), .timeInZone(let set): zoneSlots.append((number, set))
      case .zones: zoneSlots.append((number, made(Array(zones.zones.indices), isMeasured: false)))
      case .distance: if let zonePosition { slotsOfEntry[zonePosition].append(number) }
      case .variable(let index), .hasVariable(let index): slotsOfVariable[index].append(number)
      case .count(let index): slotsOfCount[index].append(number)
      case .system, .has(.system): systemSlots.append(number)
      case .now, .localTime: clockSlots.append(number)
      default: break
      }
    }
    self.slotsOfEntry = slotsOfEntry
    self.zoneSlots = zoneSlots
    largeZoneSets = largeSets
    slotsOfZone = zoneSlots.reduce(into: [:]) { slots, entry in
      guard !entry.zones.isLarge else { return }
      for zone in entry.zones.zones { slots[zone, default: []].append(entry.slot) }
    }
    self.slotsOfVariable = slotsOfVariable
    self.slotsOfCount = slotsOfCount
    self.systemSlots = systemSlots
    self.clockSlots = clockSlots

    var windowsOfEntry = [[(window: Int, source: Source)]](repeating: [], count: names.count)
    for (index, key) in windows.enumerated() {
      if let entry = indices[entryName(key.signal)] { windowsOfEntry[entry].append((index, signal(key.signal))) }
    }
    self.windowsOfEntry = windowsOfEntry
    var previousOfEntry = [[(cell: Int, source: Source)]](repeating: [], count: names.count)
    for (index, name) in previous.enumerated() {
      if let entry = indices[entryName(name)] { previousOfEntry[entry].append((index, signal(name))) }
    }
    self.previousOfEntry = previousOfEntry
  }

  func entry(of name: SignalName) -> Int? { entryIndices.isEmpty ? nil : entryIndices[name] }
  /// The entry that a signal's value comes from: a device's position for its parts.
  func entry(holding name: SignalName) -> Int? {
    if let entry = entryIndices[name] { return entry }
    return PositionField(rawValue: name.metric) == nil ? nil : entryIndices[.position(of: name.device)]
  }
  func number(of slot: Slot) -> Int? { slotNumbers[slot] }
  func variable(_ name: String) -> Int? { variableIndices[name] }
  func counts(of type: String) -> [Int] { countIndices.isEmpty ? [] : countIndices[type] ?? [] }
  func motion(of device: String) -> Int? { motionIndices.isEmpty ? nil : motionIndices[device] }
}
