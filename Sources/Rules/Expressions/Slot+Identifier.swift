import CEL
import Model

extension Slot {
  /// How the slot stands in an expression's tree: the name that can be written, or for what a host function gives one that nobody
  /// can write. `init(identifier:)` reads the latter back.
  var identifier: String {
    switch self {
    case .signal(let name): name.description
    case .variable(let name): name
    case .trigger(let field): "trigger.\(field.rawValue)"
    case .argument(let name): "trigger.args.\(name)"
    case .now: "now"
    case .inZone(let zones): "@in_zone \(zones.text)"
    case .zones: "@zones "
    case .distance(let zones): "@distance_to \(zones.text)"
    case .timeInZone(let zones): "@time_in_zone \(zones.text)"
    case .count(let type, let length): "@count \(length.nanoseconds) \(type)"
    case .localTime(let zone): "@local_time \(zone)"
    case .has(let name): "@has \(name)"
    case .hasVariable(let name): "@has_variable \(name)"
    case .age(let name): "@age \(name)"
    case .quality(let name): "@quality \(name)"
    case .previous(let name): "@previous \(name)"
    case .window(let function, let name, let length): "@window \(function.rawValue) \(length.nanoseconds) \(name)"
    }
  }

  /// From what a host macro made; `nil` for any other name.
  init?(identifier: String) {
    guard identifier.hasPrefix("@"), let blank = identifier.firstIndex(of: " ") else { return nil }
    let rest = String(identifier[identifier.index(after: blank)...])
    func signal() -> SignalName? { SignalName(rest) }
    let slot: Slot?
    switch identifier[identifier.index(after: identifier.startIndex)..<blank] {
    case "in_zone": slot = .inZone(ZoneSelector(rest))
    case "zones": slot = .zones
    case "distance_to": slot = .distance(ZoneSelector(rest))
    case "time_in_zone": slot = .timeInZone(ZoneSelector(rest))
    case "local_time": slot = .localTime(rest)
    case "has": slot = signal().map { .has($0) }
    case "has_variable": slot = .hasVariable(rest)
    case "age": slot = signal().map { .age($0) }
    case "quality": slot = signal().map { .quality($0) }
    case "previous": slot = signal().map { .previous($0) }
    case "count":
      let parts = rest.split(separator: " ", maxSplits: 1)
      slot =
        parts.count == 2 ? Int64(parts[0]).map { .count(type: String(parts[1]), over: Interval(nanoseconds: $0)) } : nil
    case "window":
      let parts = rest.split(separator: " ")
      guard parts.count == 3, let function = WindowFunction(rawValue: String(parts[0])), let length = Int64(parts[1]),
        let name = SignalName(String(parts[2]))
      else { return nil }
      slot = .window(function, name, over: Interval(nanoseconds: length))
    default: slot = nil
    }
    guard let slot else { return nil }
    self = slot
  }
}

extension ZoneSelector {
  /// As it is written: `depot`, `tag:site`.
  var text: String {
    switch self {
    case .zone(let id): id
    case .tag(let tag): Self.tagPrefix + tag
    }
  }
}
