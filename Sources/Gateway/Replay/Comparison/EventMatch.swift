import Model

/// The same event by one rule set and by the other, or one that the other doesn't raise.
enum EventMatch: Sendable {
  case both(ReplayTrace.TracedEvent, ReplayTrace.TracedEvent)
  case onlyA(ReplayTrace.TracedEvent)
  case onlyB(ReplayTrace.TracedEvent)

  /// Two events of one rule and kind further apart than this are two different events, milliseconds.
  static let window: Int64 = 300_000

  /// When it was, by the first rule set where it was in both.
  var milliseconds: Int64 {
    switch self {
    case .both(let event, _), .onlyA(let event), .onlyB(let event): event.milliseconds
    }
  }

  /// By how much B has it later than A, milliseconds; 0 where only one has it.
  var shift: Int64 {
    if case .both(let a, let b) = self { b.milliseconds - a.milliseconds } else { 0 }
  }

  /// True where both have it but say different things of it: another severity, other data.
  var isChanged: Bool {
    if case .both(let a, let b) = self { a.event.content.told != b.event.content.told } else { false }
  }

  var isDifference: Bool {
    guard case .both = self else { return true }
    return shift != 0 || isChanged
  }

  /// Pairs the events of two runs over one drive, nearest first within `window`, never across rules, kinds, zones or states.
  /// - Returns: All of them, in order of time.
  static func matches(_ a: [ReplayTrace.TracedEvent], _ b: [ReplayTrace.TracedEvent]) -> [EventMatch] {
    var indices: [Subject: (a: [Int], b: [Int])] = [:]
    for (index, event) in a.enumerated() { indices[Subject(event.event), default: ([], [])].a.append(index) }
    for (index, event) in b.enumerated() { indices[Subject(event.event), default: ([], [])].b.append(index) }
    var partner = [Int?](repeating: nil, count: a.count)
    var taken = [Bool](repeating: false, count: b.count)
    for group in indices.values {
      var pairs: [(distance: UInt64, a: Int, b: Int)] = []
      for i in group.a {
        for j in group.b {
          let distance = (b[j].milliseconds - a[i].milliseconds).magnitude
          if distance <= window { pairs.append((distance, i, j)) }
        }
      }
      pairs.sort { ($0.distance, $0.a, $0.b) < ($1.distance, $1.a, $1.b) }
      for pair in pairs where partner[pair.a] == nil && !taken[pair.b] {
        partner[pair.a] = pair.b
        taken[pair.b] = true
      }
    }
    var matches: [EventMatch] = []
    for index in a.indices { matches.append(partner[index].map { .both(a[index], b[$0]) } ?? .onlyA(a[index])) }
    for index in b.indices where !taken[index] { matches.append(.onlyB(b[index])) }
    // Stable, so that events of one instant keep the order in which they were raised.
    return matches.enumerated().sorted { ($0.element.milliseconds, $0.offset) < ($1.element.milliseconds, $1.offset) }
      .map(\.element)
  }

  /// What must agree for two events to be the same one.
  private struct Subject: Hashable {
    var rule: String
    var name: String
    var kind: String

    init(_ event: Event) {
      rule = event.rule
      switch event.content {
      case .geofence(let crossing):
        name = crossing.zone
        kind = crossing.kind == .entry ? "entry" : "exit"
      case .general(let general):
        name = general.type
        kind = general.state == .raised ? "raised" : "cleared"
      }
    }
  }
}

extension Event.Content {
  /// What it tells beside where exactly it was: a border crossed a metre further on is the same news.
  fileprivate var told: Event.Content {
    guard case .geofence(var crossing) = self else { return self }
    crossing.latitude = 0
    crossing.longitude = 0
    return .geofence(crossing)
  }
}
