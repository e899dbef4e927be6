import Geo
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
  /// By what their `enter`, `exit` and `cross` mean; rules in file order.
  private let entering: [ZoneSelector: [Int]]
  private let leaving: [ZoneSelector: [Int]]
  private let passing: [ZoneSelector: [Int]]
  /// Rules with a `dwell`, and after how long in which zones.
  let dwelling: [(rule: Int, after: Interval, zones: ZoneSet)]
  /// Zones that some rule's `cross` means; `nil` for none.
  let crossing: CrossableZones?
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

  init(rules: [Rule], zones: ZonePlan, slots: SlotTable) {
    var entering: [ZoneSelector: [Int]] = [:]
    var leaving: [ZoneSelector: [Int]] = [:]
    var passing: [ZoneSelector: [Int]] = [:]
    var dwelling: [(rule: Int, after: Interval, zones: Set<Int>)] = []
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
        case .enter(let selector): entering[selector, default: []].append(index)
        case .exit(let selector): leaving[selector, default: []].append(index)
        case .dwell(let selector, let after):
          let selected = Set(zones.zones(selectedBy: selector))
          if let same = dwelling.indices.last, dwelling[same].rule == index, dwelling[same].after == after {
            dwelling[same].zones.formUnion(selected)
          } else {
            dwelling.append((index, after, selected))
          }
        case .cross(let selector): passing[selector, default: []].append(index)
        case .change(let signal): signals.append(signal)
        case .every(let every): ticking.append((index, every))
        case .link(let name, let isUp): links[Self.key(name, isUp), default: []].append(index)
        case .command(let name, _): commands[name, default: []].append(index)
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
    self.entering = entering
    self.leaving = leaving
    self.passing = passing
    self.dwelling = dwelling.map { ($0.rule, $0.after, ZoneSet($0.zones.sorted(), in: zones)) }
    let passed = passing.keys.reduce(into: Set<Int>()) { $0.formUnion(zones.zones(selectedBy: $1)) }
    crossing = passed.isEmpty ? nil : CrossableZones(passed.sorted(), of: zones)
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

  func rules(on change: ZoneTracker.ZoneChange, of zone: Zone) -> [Int] {
    rules(change.change.side == .inside ? entering : leaving, meaning: zone)
  }

  func rules(crossing zone: Zone) -> [Int] { rules(passing, meaning: zone) }

  /// In file order, none twice.
  private func rules(_ selected: [ZoneSelector: [Int]], meaning zone: Zone) -> [Int] {
    guard !selected.isEmpty else { return [] }
    let found = zone.tags.reduce(into: Set(selected[.zone(zone.id)] ?? [])) { $0.formUnion(selected[.tag($1)] ?? []) }
    return found.sorted()
  }
}
