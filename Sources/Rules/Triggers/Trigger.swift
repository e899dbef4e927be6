import Model

/// One thing that sets a rule off.
enum Trigger: Hashable, Sendable {
  case enter(ZoneSelector)
  case exit(ZoneSelector)
  /// So long inside, by the clock; once for each visit.
  case dwell(ZoneSelector, Interval)
  /// Through the zone between two fixes, neither of them inside.
  case cross(ZoneSelector)
  /// A signal's value is another than the last one known.
  case change(SignalName)
  case every(Interval)
  case link(String, isUp: Bool)
  /// With the values that may come along.
  case command(String, [CommandParameter] = [])
  /// The gateway starts.
  case start

  var canonical: String {
    switch self {
    case .enter(let zones): "enter:\(zones.canonical)"
    case .exit(let zones): "exit:\(zones.canonical)"
    case .dwell(let zones, let time): "dwell:\(zones.canonical) \(time.nanoseconds)"
    case .cross(let zones): "cross:\(zones.canonical)"
    case .change(let signal): "change:\(signal)"
    case .every(let time): "every:\(time.nanoseconds)"
    case .link(let name, let isUp): "link:\(name) \(isUp ? "up" : "down")"
    case .command(let name, _): "command:\(name)"
    case .start: "start"
    }
  }

  /// As it stands in a rule file, for people.
  var text: String {
    switch self {
    case .enter(let zones): "enter: \(zones.text)"
    case .exit(let zones): "exit: \(zones.text)"
    case .dwell(let zones, let time): "dwell: \(zones.text) for \(time.text)"
    case .cross(let zones): "cross: \(zones.text)"
    case .change(let signal): "change: \(signal)"
    case .every(let time): "every: \(time.text)"
    case .link(let name, let isUp): "link: \(name) \(isUp ? "up" : "down")"
    case .command(let name, _): "command: \(name)"
    case .start: "start"
    }
  }

  /// Whether it tells of a border and where it was crossed.
  var isCrossing: Bool {
    switch self {
    case .enter, .exit: true
    default: false
    }
  }
}

/// One zone by its id, or all that carry a tag: `depot`, `tag:site`.
enum ZoneSelector: Hashable, Sendable {
  case zone(String)
  case tag(String)

  static let tagPrefix = "tag:"

  init(_ text: String) {
    self = text.hasPrefix(Self.tagPrefix) ? .tag(String(text.dropFirst(Self.tagPrefix.count))) : .zone(text)
  }

  /// The kind goes first, since a zone's id is any text.
  var canonical: String {
    switch self {
    case .zone(let id): "zone \(id.debugDescription)"
    case .tag(let tag): "tag \(tag)"
    }
  }
}

extension Interval {
  /// `1 h 30 min`, exact to the millisecond.
  fileprivate var text: String {
    var rest = nanoseconds / 1_000_000
    var parts: [String] = []
    for (unit, milliseconds) in [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000), ("ms", 1)]
      as [(String, Int64)]
    where rest >= milliseconds {
      parts.append("\(rest / milliseconds) \(unit)")
      rest %= milliseconds
    }
    return parts.isEmpty ? "0 s" : parts.joined(separator: " ")
  }
}
