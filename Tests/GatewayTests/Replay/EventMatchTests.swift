import Geo
import Model
import Testing

@testable import Gateway

@Suite struct EventMatchTests {
  private static func event(
    _ second: Double, rule: String = "speeding", severity: GeneralEvent.Severity = .warning,
    state: GeneralEvent.State = .raised, value: Double = 1, id: String = "x-1"
  ) -> ReplayTrace.TracedEvent {
    ReplayTrace.TracedEvent(
      event: Event(
        id: id, rule: rule,
        content: .general(
          GeneralEvent(
            type: "fast", severity: severity, state: state, data: [.init(key: "v", value: .number(value))]))),
      milliseconds: Int64(second * 1000), place: nil)
  }

  private static func visit(_ second: Double, _ zone: String, _ kind: GeofenceEvent.Kind, latitude: Double = 46)
    -> ReplayTrace.TracedEvent
  {
    ReplayTrace.TracedEvent(
      event: Event(
        id: "x", rule: "visit",
        content: .geofence(
          GeofenceEvent(
            kind: kind, device: "gps", zone: zone, zoneName: nil, latitude: latitude, longitude: 6, gap: false))),
      milliseconds: Int64(second * 1000), place: Coordinate(latitude: latitude, longitude: 6))
  }

  /// As `same`, `a`, `b`, `changed`, or the seconds by which it moved.
  private static func words(_ a: [ReplayTrace.TracedEvent], _ b: [ReplayTrace.TracedEvent]) -> [String] {
    EventMatch.matches(a, b).map { match in
      switch match {
      case .onlyA: "a"
      case .onlyB: "b"
      case .both: match.shift != 0 ? "\(Double(match.shift) / 1000)" : match.isChanged ? "changed" : "same"
      }
    }
  }

  @Test func whatIsTheSameIsNoDifference() {
    let events = [Self.event(1), Self.event(5, state: .cleared), Self.visit(9, "depot", .entry)]
    #expect(Self.words(events, events) == ["same", "same", "same"])
    #expect(EventMatch.matches(events, events).allSatisfy { !$0.isDifference })
  }

  @Test func idsAreOfNoAccountSinceTheyOnlyCount() {
    #expect(Self.words([Self.event(1, id: "x-1")], [Self.event(1, id: "x-7")]) == ["same"])
  }

  @Test func crossingAMetreFurtherOnIsTheSameNews() {
    #expect(
      Self.words([Self.visit(1, "depot", .entry)], [Self.visit(1, "depot", .entry, latitude: 46.00001)]) == ["same"])
  }

  @Test func eventsOfOneKindArePairedNearestFirst() {
    let a = [Self.event(100), Self.event(200)]
    #expect(Self.words(a, [Self.event(190)]) == ["a", "-10.0"])
    #expect(Self.words(a, [Self.event(110), Self.event(500)]) == ["10.0", "300.0"])
    #expect(Self.words(a, [Self.event(501)]) == ["a", "a", "b"])
  }

  @Test func eventsOfAnotherRuleZoneKindOrStateAreOtherEvents() {
    #expect(Self.words([Self.event(1)], [Self.event(1, rule: "other")]) == ["a", "b"])
    #expect(Self.words([Self.event(1)], [Self.event(1, state: .cleared)]) == ["a", "b"])
    #expect(Self.words([Self.visit(1, "x", .entry)], [Self.visit(1, "y", .entry)]) == ["a", "b"])
    #expect(Self.words([Self.visit(1, "x", .entry)], [Self.visit(1, "x", .exit)]) == ["a", "b"])
  }

  @Test func otherSeverityOrDataIsAChange() {
    #expect(Self.words([Self.event(1)], [Self.event(1, severity: .critical)]) == ["changed"])
    #expect(Self.words([Self.event(1)], [Self.event(1, value: 2)]) == ["changed"])
  }

  @Test func orderIsThatOfTimeWhateverTheHashes() {
    let a = (0..<40).map { Self.event(Double($0) * 400, rule: "r\($0 % 7)") }
    let b = (0..<40).map { Self.event(Double($0) * 400 + 200, rule: "r\($0 % 5)") }
    let times = EventMatch.matches(a, b).map(\.milliseconds)
    #expect(times == times.sorted())
    #expect(Self.words(a, b) == Self.words(a, b))
  }
}
