import Model

/// What to do when something happens.
struct Rule: Sendable {
  var name: String
  var description: String?
  var triggers: [Trigger]
  /// `when` beside `on`; unknown does not let the trigger pass.
  var condition: (any Condition)?
  var actions: [Action]

  /// What makes a rule the same rule after a reload: its name and what sets it off, however the file writes it.
  var canonicalTrigger: String {
    let triggers = triggers.map(\.canonical).sorted().joined(separator: " ")
    return condition.map { "\(triggers) when \($0.canonical)" } ?? triggers
  }
}

/// One thing that sets a rule off.
enum Trigger: Hashable, Sendable {
  case enter(ZoneSelector)
  case exit(ZoneSelector)

  var canonical: String {
    switch self {
    case .enter(let zones): "enter:\(zones.canonical)"
    case .exit(let zones): "exit:\(zones.canonical)"
    }
  }

  func isSetOff(by side: Side, of zone: Zone) -> Bool {
    switch self {
    case .enter(let zones): side == .inside && zones.selects(zone)
    case .exit(let zones): side == .outside && zones.selects(zone)
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

  func selects(_ zone: Zone) -> Bool {
    switch self {
    case .zone(let id): zone.id == id
    case .tag(let tag): zone.tags.contains(tag)
    }
  }

  /// The kind goes first, since a zone's id is any text.
  var canonical: String {
    switch self {
    case .zone(let id): "zone \(id.debugDescription)"
    case .tag(let tag): "tag \(tag)"
    }
  }
}

/// What a rule does.
enum Action: Hashable, Sendable {
  /// `event: geofence_event`: tells of the crossing that set the rule off.
  case geofenceEvent
  case event(EventTemplate)
}

/// An event of the rule's own, as the file describes it.
struct EventTemplate: Hashable, Sendable {
  var type: String
  var severity: GeneralEvent.Severity
  var data: [GeneralEvent.Member]
}
