import Model
import Testing

@testable import Rules

struct FiringTests {
  @Test func rulesFireInFileOrderAndZonesWithinARule() {
    let zones = [Scene.circle("b", radius: 100, tags: ["site"]), Scene.circle("a", radius: 100, tags: ["site"])]
    let note = EventTemplate(type: "note", severity: .critical, data: [.init(key: "n", value: .number(1))])
    let rules = [
      Rule(
        name: "second", triggers: [.enter(.tag("site")), .enter(.zone("a"))], actions: [.geofenceEvent, .event(note)]),
      Rule(name: "first", triggers: [.enter(.zone("a"))], actions: [.geofenceEvent]),
    ]
    var engine = Scene.engine(zones, rules)
    let effects = engine.run([Scene.fix(0, east: 200), Scene.fix(3, east: 0)])
    let told = effects.events.map { event in
      switch event.content {
      case .geofence(let geofence): "\(event.id) \(event.rule) \(geofence.zone)"
      case .general(let general): "\(event.id) \(event.rule) \(general.type) \(general.severity) \(general.state)"
      }
    }
    #expect(
      told == [
        "abc123-1 second b", "abc123-2 second note critical raised", "abc123-3 second a",
        "abc123-4 second note critical raised", "abc123-5 first a",
      ])
    #expect(effects.records.last?.kind == .position, "report policies come after rules")
  }

  @Test func zonesFollowThePositionDeviceOnly() {
    var engine = Scene.engine()
    func other(_ second: Double, _ east: Double) -> Observation {
      guard case .position(_, let position) = Scene.fix(second, east: east).content else {
        return Scene.fix(second, east: east)
      }
      return Observation(time: .seconds(second), content: .position(device: "trailer", position))
    }
    #expect(engine.run([other(0, 300), other(3, 0)]).geofences.isEmpty)
  }

  @Test func recordsAreDatedByTheClockWhileItIsTrusted() {
    var engine = Scene.engine([], [])
    let effects = engine.run([
      Scene.reading(1, "mode", .text("a")), Scene.system(2, .clock(utcAtZero: Scene.midnight)),
      Scene.reading(3, "mode", .text("a")), Scene.system(4, .clockLost), Scene.reading(5, "mode", .text("a")),
      Scene.system(6, .clock(utcAtZero: Scene.midnight)), Scene.system(7, .start(downtime: .seconds(1))),
      Scene.reading(8, "mode", .text("a")), Scene.system(9, .start(downtime: nil)),
      Scene.reading(10, "mode", .text("a")),
    ])
    #expect(effects.records.map(\.second) == [nil, 3, nil, 8, nil])
  }
}
