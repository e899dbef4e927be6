public import Model

/// Zones, rules and report policies, checked against the declared devices; what `RuleEngine` runs on.
public struct RuleSet: Sendable {
  /// Those of the rule files in their order, then those of `zones.d`.
  public var zones: [Zone] { zonePlan.zones }
  let zonePlan: ZonePlan
  public let catalogue: SignalCatalogue
  /// In the order of the files.
  let rules: [Rule]
  let reports: [ReportPolicy]
  /// What the files say must come of them, for `waypost test`; in the order of the files.
  public internal(set) var tests: [RuleTest] = []
  let budgets: [ReportBudget]
  /// In the order of their dependencies.
  let computed: [ComputedSignal]
  /// Tells this set from another, whatever its files look like: sixteen hexadecimal digits.
  public let fingerprint: String

  /// The types of events that it may raise, in alphabetical order; crossings of zones are none.
  public var eventTypes: [String] { vocabulary.eventTypes.subtracting([ActionReader.geofenceEvent]).sorted() }

  /// Tells the report policies from others.
  let policiesFingerprint: UInt64
  private let units: [SignalName: String]
  /// What its expressions may name.
  let vocabulary: Vocabulary
  /// The slots of its expressions, by number.
  let slots: SlotTable
  /// By rule: for how long an unknown condition leaves a wait running.
  let patiences: [Interval]
  /// What the engine keeps for its expressions.
  let plan: SignalPlan
  let triggers: TriggerIndex

  /// No zone, no rule; everything is sent.
  public static func empty(catalogue: SignalCatalogue) -> RuleSet {
    RuleSet(zones: [], rules: [], reports: [], catalogue: catalogue)
  }

  /// - Parameters:
  ///   - slots: those that compiled expressions speak of; `nil` where conditions name theirs themselves.
  ///   - vocabulary: what those expressions may name; `nil`: what the catalogue has.
  init(
    zones: [Zone], rules: [Rule], reports: [ReportPolicy], budgets: [ReportBudget] = [],
    computed: [ComputedSignal] = [], catalogue: SignalCatalogue, slots: SlotTable? = nil, vocabulary: Vocabulary? = nil
  ) {
    zonePlan = ZonePlan(zones)
    self.rules = rules
    self.reports = reports
    self.catalogue = catalogue
    self.vocabulary = vocabulary ?? Vocabulary(catalogue)
    var slots = slots ?? SlotTable()
    for slot in rules.flatMap(\.reads) + reports.compactMap(\.when).flatMap(\.reads) {
      slots.markRead(slots.intern(slot))
    }
    let known = catalogue.signalNames + computed.map(\.name)
    for rule in rules {
      for case .report(let patterns) in rule.actions + rule.clearActions {
        for name in known where patterns.contains(where: { $0.matches(name) }) {
          slots.markRead(slots.intern(.signal(name)))
        }
      }
    }
    self.slots = slots
    patiences = rules.map { Self.patience(of: $0, catalogue) }
    self.budgets = budgets
    self.computed = computed
    triggers = TriggerIndex(rules: rules, zones: zonePlan, slots: self.slots)
    plan = SignalPlan(
      slots: self.slots, zones: zonePlan, catalogue: catalogue, computed: computed,
      reported: catalogue.devices.flatMap { device in
        device.metrics.map { SignalName(device: device.name, metric: $0.name) }
      }.filter { signal in reports.contains { $0.matches(signal) } })
    units = catalogue.devices.reduce(into: [:]) { units, device in
      for metric in device.metrics {
        units[SignalName(device: device.name, metric: metric.name)] = metric.unit
      }
    }
    let policies = reports.map(\.canonical) + budgets.map(\.canonical)
    policiesFingerprint = Fingerprint.of(policies.joined(separator: "\n"))
    var all = Fingerprint()
    for zone in zones { all.add(zone.canonical) }
    for rule in rules { all.add(rule.canonical) }
    for policy in policies { all.add(policy) }
    for signal in computed { all.add(signal.canonical) }
    all.add(catalogue.positionDevice ?? "")
    for device in catalogue.devices {
      all.add(device.name)
      for metric in device.metrics {
        all.add("\(metric.name) \(metric.unit ?? "")\(metric.writing.map { " \($0)" } ?? "")")
      }
    }
    fingerprint = all.text
  }

  /// Every condition of the set.
  var conditions: [any Condition] { rules.compactMap(\.condition) + reports.compactMap(\.when) }

  func unit(of signal: SignalName) -> String? { units[signal] }
}

extension Zone {
  /// Everything that a change of would be a change of the zone.
  var canonical: String {
    // No `\(band)`: reflection takes longer than all the rest of a zone.
    """
    \(id)
    \(name ?? "")
    \(tags.joined(separator: ","))
    \(geometry)
    \(band.enterMargin ?? -1) \(band.exitMargin ?? -1) \(band.maxSpeed) \(band.lostAfter.nanoseconds) \(band.raisesInitial)
    """
  }
}

extension RuleSet {
  /// The longest `stale_after` of what the rule's level reads; of what has none, that of zones: the position device's.
  private static func patience(of rule: Rule, _ catalogue: SignalCatalogue) -> Interval {
    let standard = Interval.seconds(10)
    let devices = rule.levelReads.map { slot in
      slot.signal.map { catalogue.device($0.device) } ?? catalogue.positionDevice.flatMap { catalogue.device($0) }
    }
    return devices.compactMap { $0?.staleAfter }.max() ?? standard
  }
}

extension SignalCatalogue {
  /// Every signal that the declared devices have, in their order.
  var signalNames: [SignalName] {
    devices.flatMap { device in
      (device.givesPosition ? [SignalName.position(of: device.name)] : [])
        + device.metrics.map { SignalName(device: device.name, metric: $0.name) }
    }
  }
}

extension ReportPolicy {
  var canonical: String {
    """
    \(signals.map(\.text)) when \(when?.canonical ?? "") every \(every?.nanoseconds ?? -1) moved \(orMoved ?? -1) \
    turned \(orTurned ?? -1) at_least \(atLeast?.nanoseconds ?? -1) deadband \(deadband ?? -1) \
    budget \(budget ?? -1)\(maxError.map { " max_error \($0)" } ?? "")\(isSilent ? " never" : "")
    """
  }
}
