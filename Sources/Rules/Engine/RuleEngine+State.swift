public import Model

extension RuleEngine {
  /// The whole state, sorted by kind and name.
  public func snapshot() -> [StateRow] {
    var rows: [StateRow] = []
    rows += zones.rows()
    rows += ruleStates.indices.map(ruleRow)
    rows += ruleStates.indices.map(farewellRow)
    rows += reports.slots.indices.map(reportRow)
    rows += reports.meters.indices.map(budgetRow)
    rows += receivers.names.indices.map(receiverRow)
    rows += devices.names.indices.map(deviceRow)
    rows += signals.rows()
    rows += EngineRow.allCases.map(engineRow)
    return rows.filter { $0.value != nil }.sorted { $0.key < $1.key }
  }

  /// What changed since the last call, sorted by kind and name; a row without a value is to be removed.
  public mutating func takeChangedState() -> [StateRow] {
    var rows = zones.takeChangedRows()
    // No `map(ruleRow)`: such a function would hold a copy of the whole engine.
    for index in dirtyRules.take() { rows.append(ruleRow(index)) }
    for index in turnedRules.take() { rows.append(farewellRow(index)) }
    for index in reports.dirty.take() { rows.append(reportRow(index)) }
    for index in reports.dirtyMeters.take() { rows.append(budgetRow(index)) }
    for index in receivers.dirty.take() { rows.append(receiverRow(index)) }
    for index in devices.dirty.take() { rows.append(deviceRow(index)) }
    rows += signals.takeChangedRows()
    for row in dirtyEngineRows { rows.append(engineRow(row)) }
    dirtyEngineRows.removeAll(keepingCapacity: true)
    if !removedRows.isEmpty || !changedByRestore.isEmpty {
      let taken = Set(rows.map(\.key))
      let changed = changedByRestore.subtracting(taken)
      rows += snapshot().filter { changed.contains($0.key) }
      rows += removedRows.subtracting(taken).map { StateRow(kind: $0.kind, name: $0.name, value: nil) }
      removedRows = []
      changedByRestore = []
    }
    return rows.sorted { $0.key < $1.key }
  }

  private func ruleRow(_ index: Int) -> StateRow {
    let rule = rules.rules[index]
    let state = ruleStates[index]
    guard state != RuleState() else { return StateRow(kind: StateKind.rule.rawValue, name: rule.name, value: nil) }
    return StateLayout.row(.rule, rule.name, version: StateLayout.ruleVersion) {
      $0.write(Fingerprint.of(rule.canonicalTrigger))
      state.write(to: &$0)
    }
  }

  private func farewellRow(_ index: Int) -> StateRow {
    let rule = rules.rules[index]
    let level = ruleStates[index].level
    guard level.isUp, !level.isMuted, let farewell = Farewell(of: rule) else {
      return StateRow(kind: StateKind.farewell.rawValue, name: rule.name, value: nil)
    }
    return StateLayout.row(.farewell, rule.name) { farewell.write(to: &$0) }
  }

  private func reportRow(_ index: Int) -> StateRow {
    let slot = reports.slots[index]
    let name = slot.name.description
    guard let state = slot.state else { return StateRow(kind: StateKind.report.rawValue, name: name, value: nil) }
    return StateLayout.row(.report, name, version: state.layout) { state.write(to: &$0) }
  }

  private func budgetRow(_ index: Int) -> StateRow {
    let meter = reports.meters[index]
    guard meter != BudgetMeter() else {
      return StateRow(kind: StateKind.budget.rawValue, name: "\(index)", value: nil)
    }
    return StateLayout.row(.budget, "\(index)") {
      $0.write(meter.period)
      $0.write(meter.used)
      $0.write(meter.unstretched)
    }
  }

  private func receiverRow(_ index: Int) -> StateRow {
    StateLayout.row(.receiver, receivers.names[index]) { receivers.orders[index].write(to: &$0) }
  }

  private func deviceRow(_ index: Int) -> StateRow {
    StateLayout.row(.device, devices.names[index]) { devices.states[index].write(to: &$0) }
  }

  private func engineRow(_ row: EngineRow) -> StateRow {
    StateLayout.row(.engine, row.rawValue) {
      switch row {
      case .clock: $0.write(optional: clock.utcAtZero) { $0.write($1.milliseconds) }
      case .counters: counters.write(to: &$0)
      case .events: $0.write(lastEvent)
      case .policies: $0.write(rules.policiesFingerprint)
      }
    }
  }
}
