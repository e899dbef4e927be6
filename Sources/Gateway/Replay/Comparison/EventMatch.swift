import Model

typealias EventMatch = Match<ReplayTrace.TracedEvent>

extension ReplayTrace.TracedEvent: Traced {
  /// Never across rules, kinds, zones or states.
  struct Subject: Hashable {
    var rule: String
    var name: String
    var kind: String
  }

  var subject: Subject {
    switch event.content {
    case .geofence(let crossing):
      Subject(rule: event.rule, name: crossing.zone, kind: crossing.kind == .entry ? "entry" : "exit")
    case .general(let general):
      Subject(rule: event.rule, name: general.type, kind: general.state == .raised ? "raised" : "cleared")
    }
  }

  func says(theSameAs other: Self) -> Bool { event.content.told == other.event.content.told }
}

extension Event.Content {
  /// What it tells beside where exactly it was: a border crossed a metre further on is the same news. Nor do the ids matter that it
  /// speaks of, which only count.
  fileprivate var told: Event.Content {
    switch self {
    case .geofence(var crossing):
      crossing.latitude = 0
      crossing.longitude = 0
      return .geofence(crossing)
    case .general(var general):
      if general.type == "action_outcome" { general.data.removeAll { $0.key == "id" } }
      return .general(general)
    }
  }
}
