public import Model

extension RuleEngine {
  /// Takes over what the rows still stand for. Afterwards exactly the rows that `snapshot` does not have any more, or has otherwise,
  /// are marked as changed.
  mutating func restore(_ rows: [StateRow]) {
    let rows = rows.filter { $0.value != nil }.sorted { $0.key < $1.key }
    var policies: UInt64?
    var pendingReports: [(SignalName, ReportState)] = []
    var meters: [(Int, BudgetMeter)] = []
    var farewells: [String: [UInt8]] = [:]
    var savedZones = SavedZones()
    let ruleIndices = Dictionary(uniqueKeysWithValues: rules.rules.indices.map { (rules.rules[$0].name, $0) })

    for row in rows {
      guard let value = row.value else { continue }
      do throws(PackingError) {
        switch StateKind(rawValue: row.kind) {
        case .engine: if let found = try restoreEngineRow(row.name, value) { policies = found }
        case .zone: try savedZones.note(value, of: row.name, in: rules.zonePlan)
        case .cohort: try savedZones.note(cohort: row.name, value)
        case .members: try savedZones.note(members: row.name, value)
        case .rule:
          let (trigger, state) = try StateLayout.read(value, upTo: StateLayout.ruleVersion) {
            (reader, layout) throws(PackingError) in
            (try reader.unsigned(), try RuleState(from: &reader, layout: layout))
          }
          if let index = ruleIndices[row.name], Fingerprint.of(rules.rules[index].canonicalTrigger) == trigger {
            ruleStates[index] = state
          } else if state.level.isUp, !state.level.isMuted {
            orphans.append(Orphan(rule: row.name, open: state.level.open))
          }
        case .farewell: farewells[row.name] = value
        case .report:
          let state = try StateLayout.read(value, upTo: StateLayout.reportVersion) {
            (reader, layout) throws(PackingError) in try ReportState(from: &reader, layout: layout)
          }
          guard let name = SignalName(row.name) else { throw .malformed(offset: 0) }
          pendingReports.append((name, state))
        case .budget:
          let meter = try StateLayout.read(value) { reader throws(PackingError) in
            BudgetMeter(period: try reader.signed(), used: try reader.signed(), unstretched: try reader.double())
          }
          guard let index = Int(row.name), index >= 0, meter.used >= 0, meter.unstretched >= 0 else {
            throw .malformed(offset: 0)
          }
          meters.append((index, meter))
        case .receiver:
          let order = try StateLayout.read(value) { reader throws(PackingError) in try FixOrder(from: &reader) }
          receivers.restore(order, of: row.name)
        case .device:
          let state = try StateLayout.read(value) { reader throws(PackingError) in
            try DeviceTable.DeviceState(from: &reader)
          }
          _ = devices.set(row.name, isUp: state.isUp, reason: state.reason)
        case let kind?: _ = try signals.restore(kind, row.name, value, now: now)
        case nil: break
        }
      } catch {
        // What cannot be read is given up, and shown; the gateway runs on without it.
        counters.count(.unreadableState)
      }
    }

    restore(farewells)
    let samePolicies = policies == rules.policiesFingerprint
    for (name, state) in pendingReports {
      _ = reports.restore(state, of: name, samePolicies: samePolicies, in: situation(at: now))
    }
    if samePolicies {
      for (index, meter) in meters where index < rules.budgets.count { reports.restore(meter, at: index) }
    }
    for (index, computed) in rules.computed.enumerated() where signals.content(of: computed.name) == nil {
      signals.dirtyComputed.mark(index)
    }
    zones.restore(savedZones)
    zones.resume(
      lastFixAt: rules.catalogue.positionDevice.flatMap { receivers.order(of: $0)?.acceptedAt }, at: now)
    // What had fired before the rows were written must not fire once more, at a moment that is over.
    zones.lose(until: now)
    markDifferences(from: rows)
  }

  /// Only those of orphans are needed: of the other rules the files say what is to be done.
  private mutating func restore(_ farewells: [String: [UInt8]]) {
    guard !orphans.isEmpty else { return }
    let unpacker = rules.unpacker
    for index in orphans.indices {
      guard let value = farewells[orphans[index].rule] else { continue }
      do throws(PackingError) {
        orphans[index].farewell = try StateLayout.read(value) { reader throws(PackingError) in
          try Farewell(from: &reader, unpacker)
        }
      } catch {
        counters.count(.unreadableState)
      }
    }
  }

  /// Returns the fingerprint of the report policies, where this is the row that holds it.
  private mutating func restoreEngineRow(_ name: String, _ value: [UInt8]) throws(PackingError) -> UInt64? {
    switch EngineRow(rawValue: name) {
    case .clock:
      clock.utcAtZero = try StateLayout.read(value) { reader throws(PackingError) in
        try reader.optional { reader throws(PackingError) in Timestamp(milliseconds: try reader.signed()) }
      }
    case .counters:
      var read = try StateLayout.read(value) { reader throws(PackingError) in try EngineCounters(from: &reader) }
      read.count(.unreadableState, Int(clamping: counters[.unreadableState]))
      counters = read
    case .events:
      lastEvent = try StateLayout.read(value) { reader throws(PackingError) in try reader.unsigned() }
    case .policies:
      return try StateLayout.read(value) { reader throws(PackingError) in try reader.unsigned() }
    case nil: break
    }
    return nil
  }

  /// So that the next commit brings the saved rows into line, and nothing else is written.
  private mutating func markDifferences(from rows: [StateRow]) {
    let saved = Dictionary(rows.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    let current = snapshot()
    changedByRestore = Set(current.filter { saved[$0.key] != .some($0.value) }.map(\.key))
    removedRows = Set(saved.keys).subtracting(current.map(\.key))
  }
}

extension RuleEngine {
  /// Derives from the restored states what else the engine keeps of rules.
  mutating func resumeRules() {
    sampled = deriveSamplings()
    for (index, rule) in rules.rules.enumerated() {
      let state = ruleStates[index]
      if rule.level != nil, !state.level.wasAsked || state.level.owedAt != nil { unasked.insert(index) }
      let isTicking = triggers.ticking.contains { $0.rule == index }
      if isTicking, state.nextTick == nil { unasked.insert(index) }
      if triggers.changing.contains(where: { $0.rule == index && state.seen.count < $0.signals.count }) {
        unasked.insert(index)
      }
      setTimer(of: index)
    }
  }

  /// Takes other rules, after what was due until `time` by the old ones. What the two sets share keeps its state (`init`); the
  /// rows of the rest are given up. A rule that was up and is not the same any more is cleared first, by its old definition.
  public mutating func replace(rules: RuleSet, at time: EngineTime) -> [Effect] {
    var effects = advance(to: time)
    clearOrphans(at: now, &effects)
    let triggers = Dictionary(
      rules.rules.map { ($0.name, $0.canonicalTrigger) }, uniquingKeysWith: { first, _ in first })
    for (index, rule) in self.rules.rules.enumerated()
    where ruleStates[index].level.isUp && triggers[rule.name] != rule.canonicalTrigger {
      clear(index, reason: Self.reload, at: now, &effects)
    }
    sendForced(at: now, &effects)
    let untaken = Set(takeChangedState().map(\.key))
    var next = RuleEngine(rules: rules, engine: engine, state: snapshot(), time: now)
    let kept = Set(next.snapshot().map(\.key))
    next.changedByRestore.formUnion(untaken.intersection(kept))
    next.removedRows.formUnion(untaken.subtracting(kept))
    next.receivers.keepNewest(of: receivers)
    next.tellSamplings(since: sampled, at: now, &effects)
    self = next
    return effects
  }
}
