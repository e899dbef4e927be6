import Model

/// Something that happened and sets rules off.
struct Occurrence: Sendable {
  var context: TriggerContext
  /// Of an entry or exit.
  var change: ZoneTracker.ZoneChange?
  /// When and where it was, where a fix tells.
  var at: Fix?
}

/// Which rules something sets off.
struct TriggerIndex: Sendable {
  /// By zone; rules in file order.
  private let entering: [[Int]]
  private let leaving: [[Int]]
  /// Rules with a `dwell`, and after how long in which zones.
  let dwelling: [(rule: Int, after: Interval, zones: Set<Int>)]
  /// Zones that some rule's `cross` means, ascending, with the rules.
  let crossing: [(zone: Int, rules: [Int])]
  let changing: [(rule: Int, signals: [SignalName])]
  let ticking: [(rule: Int, every: Interval)]
  let starting: [Int]
  private let links: [String: [Int]]
  private let commands: [String: [Int]]
  /// Rules by the slots that ask them again, by slot number.
  let rulesOfSlot: [Int: [Int]]
  /// Levels that are asked at each whole second.
  let timed: [Int]
  /// Variables that rules read for their level, by name.
  let readers: [String: [Int]]

  init(rules: [Rule], zones: [Zone], slots: SlotTable) {
    func rulesSetOff(_ zone: Zone, _ side: Side) -> [Int] {
      rules.indices.filter { rules[$0].triggers.contains { $0.isSetOff(by: side, of: zone) } }
    }
    entering = zones.map { rulesSetOff($0, .inside) }
    leaving = zones.map { rulesSetOff($0, .outside) }
    var dwelling: [(rule: Int, after: Interval, zones: Set<Int>)] = []
    var crossing: [Int: [Int]] = [:]
    var changing: [(rule: Int, signals: [SignalName])] = []
    var ticking: [(rule: Int, every: Interval)] = []
    var starting: [Int] = []
    var links: [String: [Int]] = [:]
    var commands: [String: [Int]] = [:]
    var rulesOfSlot: [Int: [Int]] = [:]
    var readers: [String: [Int]] = [:]
    for (index, rule) in rules.enumerated() {
      var signals: [SignalName] = []
      for trigger in rule.triggers {
        switch trigger {
        case .enter, .exit: break
        case .dwell(let selector, let after):
          let selected = Set(zones.indices.filter { selector.selects(zones[$0]) })
          if let same = dwelling.indices.last, dwelling[same].rule == index, dwelling[same].after == after {
            dwelling[same].zones.formUnion(selected)
          } else {
            dwelling.append((index, after, selected))
          }
        case .cross(let selector):
          for zone in zones.indices where selector.selects(zones[zone]) && crossing[zone]?.last != index {
            crossing[zone, default: []].append(index)
          }
        case .change(let signal): signals.append(signal)
        case .every(let every): ticking.append((index, every))
        case .link(let name, let isUp): links[Self.key(name, isUp), default: []].append(index)
        case .command(let name): commands[name, default: []].append(index)
        case .start: starting.append(index)
        }
      }
      if !signals.isEmpty { changing.append((index, signals)) }
      for slot in rule.levelReads + signals.map(Slot.signal) {
        if let number = slots.number(of: slot), rulesOfSlot[number]?.last != index {
          rulesOfSlot[number, default: []].append(index)
        }
        switch slot {
        case .variable(let name), .hasVariable(let name):
          if readers[name]?.last != index { readers[name, default: []].append(index) }
        default: break
        }
      }
    }
    self.dwelling = dwelling
    self.crossing = crossing.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    self.changing = changing
    self.ticking = ticking
    self.starting = starting
    self.links = links
    self.commands = commands
    self.rulesOfSlot = rulesOfSlot
    self.readers = readers
    timed = rules.indices.filter { rules[$0].levelReads.contains(where: \.mentionsTime) }
  }

  private static func key(_ name: String, _ isUp: Bool) -> String { "\(isUp ? "+" : "-")\(name)" }

  func rules(onLink name: String, isUp: Bool) -> [Int] { links.isEmpty ? [] : links[Self.key(name, isUp)] ?? [] }
  func rules(onCommand name: String) -> [Int] { commands.isEmpty ? [] : commands[name] ?? [] }

  func rules(on change: ZoneTracker.ZoneChange) -> [Int] {
    change.change.side == .inside ? entering[change.zone] : leaving[change.zone]
  }
}
