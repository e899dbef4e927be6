import Model

extension SignalStore {
  /// Every row of the store, in no particular order; a row without a value is none.
  func rows() -> [StateRow] {
    var rows = entries.indices.map(entryRow)
    rows += windows.indices.flatMap { window in
      windows[window].buckets.indices.compactMap { bucket in
        windows[window].buckets[bucket] == nil ? nil : windowRow(window * SignalWindow.bucketCount + bucket)
      }
    }
    rows += counts.indices.flatMap { count in
      counts[count].buckets.indices.compactMap { bucket in
        counts[count].buckets[bucket] == nil ? nil : countRow(count * SignalWindow.bucketCount + bucket)
      }
    }
    rows += previous.indices.map(previousRow)
    rows += variables.indices.map(variableRow)
    rows += motions.indices.map(motionRow)
    rows.append(systemRow)
    return rows
  }

  /// Those that changed since the last call.
  mutating func takeChangedRows() -> [StateRow] {
    var rows = dirty.entries.take().map(entryRow)
    rows += dirty.windows.take().map(windowRow)
    rows += dirty.counts.take().map(countRow)
    rows += dirty.previous.take().map(previousRow)
    rows += dirty.variables.take().map(variableRow)
    rows += dirty.motions.take().map(motionRow)
    if dirty.system { rows.append(systemRow) }
    dirty.system = false
    return rows
  }

  private func entryRow(_ index: Int) -> StateRow {
    let name = plan.names[index].description
    guard let entry = entries[index] else { return StateRow(kind: StateKind.signal.rawValue, name: name, value: nil) }
    return StateLayout.row(.signal, name) {
      $0.write(entry.at.nanoseconds)
      $0.write(entry.content)
    }
  }

  private func windowRow(_ index: Int) -> StateRow {
    let (window, bucket) = index.quotientAndRemainder(dividingBy: SignalWindow.bucketCount)
    let key = plan.windows[window]
    let name = "\(key.signal) \(key.length.nanoseconds) \(bucket)"
    guard let found = windows[window].buckets[bucket] else {
      return StateRow(kind: StateKind.window.rawValue, name: name, value: nil)
    }
    return StateLayout.row(.window, name) {
      $0.write(found.number)
      $0.write(found.count)
      $0.write(found.sum)
      $0.write(found.least)
      $0.write(found.greatest)
      $0.write(found.firstAt.nanoseconds)
      $0.write(found.first)
      $0.write(found.lastAt.nanoseconds)
      $0.write(found.last)
    }
  }

  private func countRow(_ index: Int) -> StateRow {
    let (count, bucket) = index.quotientAndRemainder(dividingBy: SignalWindow.bucketCount)
    let key = plan.counts[count]
    let name = "\(key.length.nanoseconds) \(bucket) \(key.type)"
    guard let found = counts[count].buckets[bucket] else {
      return StateRow(kind: StateKind.count.rawValue, name: name, value: nil)
    }
    return StateLayout.row(.count, name) {
      $0.write(found.number)
      $0.write(found.count)
      $0.write(found.lastAt.nanoseconds)
      $0.write(found.atLast)
    }
  }

  private func previousRow(_ index: Int) -> StateRow {
    let name = plan.previous[index].description
    let found = previous[index]
    guard found != PreviousValue() else {
      return StateRow(kind: StateKind.previous.rawValue, name: name, value: nil)
    }
    return StateLayout.row(.previous, name) {
      $0.write(optional: found.newest) { $0.write($1) }
      $0.write(optional: found.before) { $0.write($1) }
    }
  }

  private func variableRow(_ index: Int) -> StateRow {
    guard let value = variables[index] else {
      return StateRow(kind: StateKind.variable.rawValue, name: plan.variables[index], value: nil)
    }
    return StateLayout.row(.variable, plan.variables[index]) { $0.write(value) }
  }

  private func motionRow(_ index: Int) -> StateRow {
    guard motions[index] != Motion() else {
      return StateRow(kind: StateKind.motion.rawValue, name: plan.motions[index], value: nil)
    }
    return StateLayout.row(.motion, plan.motions[index]) { motions[index].write(to: &$0) }
  }

  private var systemRow: StateRow {
    guard system != SystemState() else {
      return StateRow(kind: StateKind.system.rawValue, name: "run", value: nil)
    }
    return StateLayout.row(.system, "run") {
      $0.write(system.startedAt.nanoseconds)
      $0.write(UInt64(system.links.count))
      for link in system.links { $0.write(link) }
    }
  }

  /// Takes over a row; false where it is of a kind that is not the store's.
  mutating func restore(_ kind: StateKind, _ name: String, _ value: [UInt8], now: EngineTime) throws(PackingError)
    -> Bool
  {
    switch kind {
    case .signal:
      let entry = try StateLayout.read(value) { r throws(PackingError) in
        Entry(at: EngineTime(nanoseconds: try r.signed()), content: try r.reportedContent())
      }
      if let name = SignalName(name), let index = plan.entry(of: name) { restore(entry, at: index, now: now) }
    case .window:
      let bucket = try StateLayout.read(value) { r throws(PackingError) in
        SignalWindow.Bucket(
          number: try r.signed(), count: try r.unsigned(), sum: try r.double(), least: try r.double(),
          greatest: try r.double(), firstAt: EngineTime(nanoseconds: try r.signed()), first: try r.double(),
          lastAt: EngineTime(nanoseconds: try r.signed()), last: try r.double())
      }
      let parts = name.split(separator: " ")
      guard parts.count == 3, let signal = SignalName(String(parts[0])), let length = Int64(parts[1]),
        let index = Int(parts[2]), (0..<SignalWindow.bucketCount).contains(index)
      else { throw .malformed(offset: 0) }
      let key = SignalPlan.WindowKey(signal: signal, length: Interval(nanoseconds: length))
      if let window = plan.windows.firstIndex(of: key) { restore(bucket, window: window, at: index) }
    case .count:
      let bucket = try StateLayout.read(value) { r throws(PackingError) in
        EventWindow.Bucket(
          number: try r.signed(), count: try r.unsigned(), lastAt: EngineTime(nanoseconds: try r.signed()),
          atLast: try r.unsigned())
      }
      let parts = name.split(separator: " ", maxSplits: 2)
      guard parts.count == 3, let length = Int64(parts[0]), let index = Int(parts[1]), bucket.atLast <= bucket.count,
        (0..<SignalWindow.bucketCount).contains(index)
      else { throw .malformed(offset: 0) }
      let key = SignalPlan.CountKey(type: String(parts[2]), length: Interval(nanoseconds: length))
      if let count = plan.counts.firstIndex(of: key) { restore(bucket, count: count, at: index) }
    case .previous:
      let found = try StateLayout.read(value) { r throws(PackingError) in
        PreviousValue(
          newest: try r.optional { r throws(PackingError) in try r.value() },
          before: try r.optional { r throws(PackingError) in try r.value() })
      }
      if let index = plan.previous.firstIndex(where: { $0.description == name }) { restore(found, at: index) }
    case .variable:
      let found = try StateLayout.read(value) { r throws(PackingError) in try r.value() }
      if let index = plan.variable(name) { restore(found, variable: index) }
    case .motion:
      let found = try StateLayout.read(value) { r throws(PackingError) in try Motion(from: &r) }
      if let index = plan.motion(of: name) { restore(found, at: index) }
    case .system:
      restore(
        try StateLayout.read(value) { r throws(PackingError) in
          var state = SystemState(startedAt: EngineTime(nanoseconds: try r.signed()))
          for _ in 0..<min(64, try r.unsigned()) { state.links.append(try r.string()) }
          return state
        })
    case .engine, .zone, .cohort, .members, .rule, .farewell, .report, .receiver, .device, .budget: return false
    }
    return true
  }
}
