import Geo
public import Model

extension RuleEngine {
  /// Does a rule's actions in their order.
  ///
  /// - Parameters:
  ///   - name: the rule's.
  ///   - level: the rule's index, where the events of these actions are open until it goes down.
  mutating func perform(
    _ actions: [Action], of name: String, _ occurrence: Occurrence? = nil, opening level: Int? = nil,
    isClearing: Bool = false, at time: EngineTime, _ effects: inout [Effect]
  ) {
    let stamp = occurrence?.at.map { timestamp(of: $0) } ?? clock.utc(at: time)
    for action in actions {
      // Anew for each: an action may set what the next one reads.
      let situation = situation(at: time, trigger: occurrence?.context)
      switch action {
      case .geofenceEvent:
        guard let change = occurrence?.change else { break }
        signals.countEvent(of: ActionReader.geofenceEvent, at: time)
        emit(
          .event(Event(id: nextID(), rule: name, content: .geofence(geofence(change)))), at: time, stamp: stamp,
          &effects)
      case .event(let template):
        let event = Event(
          id: nextID(), rule: name,
          content: .general(
            GeneralEvent(
              type: template.type, severity: template.severity, state: .raised,
              data: template.data.values(in: situation))))
        if let level {
          ruleStates[level].level.open.append(
            OpenEvent(id: event.id, type: template.type, severity: template.severity))
        }
        signals.countEvent(of: template.type, at: time)
        emit(.event(event), at: time, stamp: stamp, &effects)
      case .report(let patterns):
        for signal in rules.plan.names where patterns.contains(where: { $0.matches(signal) }) {
          if !forcedReports.contains(signal) { forcedReports.append(signal) }
        }
      case .sample: break
      case .set(let members):
        for member in members {
          guard let value = member.value.value(in: situation) else { continue }
          signals.set(variable: member.key, to: value)
        }
      case .run(let hook):
        effects.append(
          .run(
            HookRun(
              id: nextID(), time: time, timestamp: stamp, rule: name, state: isClearing ? .cleared : .raised,
              hook: hook.hook, arguments: hook.arguments.map { $0.value(in: situation)?.plainText ?? "" },
              timeout: hook.timeout, trigger: occurrence?.context.members ?? [], data: hook.data.values(in: situation)))
        )
      case .log(let log):
        let data = log.data.values(in: situation).map { " \($0.key)=\($0.value.plainText)" }.joined()
        effects.append(
          .log(LogLine(id: nextID(), time: time, rule: name, level: log.level, message: log.message + data)))
      case .write(let requests):
        for request in requests {
          write(
            request, of: name, occurrence, state: isClearing ? .cleared : .raised, at: time, stamp: stamp, &effects)
        }
      case .shutdown:
        effects.append(.shutdown(Shutdown(id: nextID(), time: time, rule: name)))
        isShuttingDown = true
      }
    }
  }

  mutating func nextID() -> String {
    lastEvent &+= 1
    dirtyEngineRows.insert(.events)
    return "\(engine)-\(lastEvent)"
  }

  private func geofence(_ change: ZoneTracker.ZoneChange) -> GeofenceEvent {
    let zone = rules.zones[change.zone]
    let crossing = change.change.crossing
    return GeofenceEvent(
      kind: change.change.side == .inside ? .entry : .exit, device: rules.catalogue.positionDevice ?? "", zone: zone.id,
      zoneName: zone.name, latitude: crossing.at.coordinate.latitude, longitude: crossing.at.coordinate.longitude,
      gap: crossing.isGap)
  }

  /// UTC of a fix or crossing: by its own clock, or by ours where the receiver gives no time.
  private func timestamp(of fix: Fix) -> Timestamp? {
    switch fix.clock {
    case .own: return Timestamp(milliseconds: fix.milliseconds)
    case .arrival:
      let (nanoseconds, overflow) = fix.milliseconds.multipliedReportingOverflow(by: 1_000_000)
      return overflow ? nil : clock.utc(at: EngineTime(nanoseconds: nanoseconds))
    }
  }

  /// The type of the event that tells what became of an action.
  static let outcomeEvent = "action_outcome"

  /// What became of an action is an event of the rule that decided it.
  mutating func tell(_ outcome: ActionOutcome, at time: EngineTime, _ effects: inout [Effect]) {
    var data: [GeneralEvent.Member] = [
      .init(key: "action", value: .text(outcome.action)), .init(key: "target", value: .text(outcome.target)),
      .init(key: "id", value: .text(outcome.id)), .init(key: "result", value: .text(outcome.result.name)),
    ]
    if let value = outcome.value { data.append(.init(key: "value", value: value)) }
    if let reason = outcome.reason { data.append(.init(key: "reason", value: .text(reason))) }
    let event = GeneralEvent(
      type: Self.outcomeEvent, severity: outcome.result == .done ? .info : .warning, state: .raised, data: data)
    signals.countEvent(of: Self.outcomeEvent, at: time)
    emit(
      .event(Event(id: nextID(), rule: outcome.rule, content: .general(event))), at: time, stamp: clock.utc(at: time),
      &effects)
  }

  // MARK: Reports

  /// The end of an instant: sends the newest of the signals that rules asked for, unless the policies have.
  mutating func sendForced(at time: EngineTime, _ effects: inout [Effect]) {
    sendTracksBeforeShutdown(at: time, &effects)
    guard !forcedReports.isEmpty else { return }
    let names = forcedReports.sorted()
    forcedReports = []
    for name in names {
      guard let entry = signals.plan.entry(of: name).flatMap({ signals.entries[$0] }) else { continue }
      let newest = ReportState.Held(at: entry.at, stamp: nil, content: entry.content)
      if let report = reports.force(newest, of: name, at: time, in: situation(at: time)) { send(report, &effects) }
    }
  }

  // MARK: Sampling

  /// How often devices are to be read beside their own pace, by name: the shortest that any rule which is up asks for.
  public var samplings: [Sampling] {
    sampled.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
      Sampling(time: now, device: $0.key, every: $0.value)
    }
  }

  /// By device; derived from which rules are up.
  func deriveSamplings() -> [String: Interval] {
    var sampled: [String: Interval] = [:]
    for (rule, state) in zip(rules.rules, ruleStates) where state.level.isUp && !state.level.isMuted {
      for case .sample(let requests) in rule.actions {
        for request in requests {
          sampled[request.device] = sampled[request.device].map { min($0, request.every) } ?? request.every
        }
      }
    }
    return sampled
  }

  mutating func updateSamplings(for rule: Int, at time: EngineTime, _ effects: inout [Effect]) {
    guard rules.rules[rule].actions.contains(where: { if case .sample = $0 { true } else { false } }) else { return }
    tellSamplings(since: sampled, by: rules.rules[rule].name, at: time, &effects)
  }

  /// Tells what is otherwise now, by name.
  mutating func tellSamplings(
    since before: [String: Interval], by rule: String? = nil, at time: EngineTime, _ effects: inout [Effect]
  ) {
    sampled = deriveSamplings()
    let devices = Set(before.keys).union(sampled.keys).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for device in devices where before[device] != sampled[device] {
      effects.append(.sample(Sampling(time: time, rule: rule, device: device, every: sampled[device])))
    }
  }
}

extension TriggerContext {
  /// As hooks get it; a command's arguments as `args.NAME`.
  var members: [GeneralEvent.Member] {
    [("zone", zone), ("device", device), ("name", name)].compactMap { key, value in
      value.map { GeneralEvent.Member(key: key, value: .text($0)) }
    } + arguments.map { GeneralEvent.Member(key: "args.\($0.name)", value: $0.value) }
  }
}
