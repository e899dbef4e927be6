/// Which rules a zone's change of side sets off.
struct TriggerIndex: Sendable {
  /// By zone; rules in file order.
  private let entering: [[Int]]
  private let leaving: [[Int]]

  init(rules: [Rule], zones: [Zone]) {
    func rulesSetOff(_ zone: Zone, _ side: Side) -> [Int] {
      rules.indices.filter { rules[$0].triggers.contains { $0.isSetOff(by: side, of: zone) } }
    }
    entering = zones.map { rulesSetOff($0, .inside) }
    leaving = zones.map { rulesSetOff($0, .outside) }
  }

  struct Firing: Hashable {
    var rule: Int
    var change: ZoneTracker.ZoneChange
  }

  /// Rules in file order, and for each rule the zones in file order.
  func firings(for changes: [ZoneTracker.ZoneChange]) -> [Firing] {
    var firings: [Firing] = []
    for change in changes {
      let rules = change.change.side == .inside ? entering[change.zone] : leaving[change.zone]
      for rule in rules { firings.append(Firing(rule: rule, change: change)) }
    }
    return firings.sorted { ($0.rule, $0.change.zone) < ($1.rule, $1.change.zone) }
  }
}
