public import Model

/// What the engine sees and remembers, for `waypost status`.
public struct EngineStatus: Hashable, Sendable {
  public enum ZoneSide: String, Hashable, Sendable { case unknown, inside, outside }

  public struct ZoneStatus: Hashable, Sendable {
    public var id: String
    public var name: String?
    public var side: ZoneSide
    /// The last side that was sure; differs from `side` while fixes are missing.
    public var lastKnownSide: ZoneSide
    /// When that side was taken.
    public var since: EngineTime?
  }

  public struct FixStatus: Hashable, Sendable {
    public var device: String
    /// The newest usable fix of this run, in order or not.
    public var position: Position?
    /// When zones last got a fix from the device.
    public var acceptedAt: EngineTime?
  }

  public struct RuleStatus: Hashable, Sendable {
    public var name: String
    /// How often it was set off.
    public var firings: UInt64
    public var lastFired: EngineTime?
    /// Whether it is up; `nil` where it is no level.
    public var isUp: Bool?
    /// True while what would change that is unknown.
    public var isUnknown: Bool
    /// When it last went up or down.
    public var since: EngineTime?
    /// How often `limit` or `cooldown` dropped it.
    public var dropped: UInt64
  }

  public struct DeviceStatus: Hashable, Sendable {
    public var name: String
    public var isUp: Bool
    public var reason: String?
  }

  public struct Counter: Hashable, Sendable {
    /// For people.
    public var name: String
    public var count: UInt64
  }

  public var time: EngineTime
  /// UTC of `time`; `nil` while the clock is not trusted.
  public var utc: Timestamp?
  /// In file order.
  public var zones: [ZoneStatus]
  public var fixes: [FixStatus]
  /// In file order.
  public var rules: [RuleStatus]
  public var devices: [DeviceStatus]
  /// How many reports wait for the end of their `every` or `at_least`.
  public var heldReports: Int
  public var lastEventNumber: UInt64
  /// What was dropped and why, all causes.
  public var counters: [Counter]
}

extension RuleEngine {
  /// A picture of this moment.
  public var status: EngineStatus {
    func side(_ side: Side?) -> EngineStatus.ZoneSide {
      switch side {
      case nil: .unknown
      case .inside: .inside
      case .outside: .outside
      }
    }
    return EngineStatus(
      time: now, utc: clock.utc(at: now),
      zones: rules.zones.indices.map { index in
        let (zone, state) = (rules.zones[index], zones.state(of: index))
        return .init(
          id: zone.id, name: zone.name, side: state.isKnown ? side(state.side) : .unknown,
          lastKnownSide: side(state.side), since: state.since)
      },
      fixes: receivers.names.indices.map { index in
        .init(
          device: receivers.names[index], position: receivers.newest[index],
          acceptedAt: receivers.orders[index].acceptedAt)
      }.sorted { $0.device < $1.device },
      rules: zip(rules.rules, ruleStates).map { rule, state in
        .init(
          name: rule.name, firings: state.firings, lastFired: state.lastFired,
          isUp: rule.level.map { _ in state.level.isUp }, isUnknown: state.level.unknownSince != nil,
          since: state.level.since, dropped: state.dropped)
      },
      devices: zip(devices.names, devices.states).map { name, state in
        .init(name: name, isUp: state.isUp, reason: state.reason)
      }.sorted { $0.name < $1.name },
      heldReports: reports.slots.count { $0.state?.held != nil }, lastEventNumber: lastEvent,
      counters: EngineCounters.Cause.allCases.map { .init(name: $0.name, count: counters[$0]) })
  }
}
