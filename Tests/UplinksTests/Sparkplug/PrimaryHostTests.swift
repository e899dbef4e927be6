import Journal
import Model
import Testing

@testable import Uplinks

/// What the host without which nothing goes says of itself, and what comes of it.
@Suite struct PrimaryHostTests {
  private static let reading = Record.Body.reading(
    device: "reefer", metric: "temperature", value: .number(1), unit: "Cel", quality: .good)

  @Test func birthsWaitForTheHost() {
    var edge = EdgeNode(primaryHost: "scada")
    edge.open()
    #expect(edge.subscriptions == ["spBv1.0/fleet/NCMD/truck-005", "spBv1.0/STATE/scada"])
    #expect(edge.verbs() == [])
    #expect(edge.takeEvents() == [.held("waits for the primary host scada")])
    edge.send(1, Self.reading)
    edge.rebirth()
    #expect(edge.verbs() == [])
    edge.state(#"{"online":false,"timestamp":1000}"#)
    edge.state(#"{"online":true,"timestamp":1000}"#, host: "another")
    #expect(edge.verbs() == [])
    edge.state(#"{"online":true,"timestamp":1000}"#)
    #expect(edge.verbs() == ["NBIRTH", "DBIRTH/gps", "DBIRTH/reefer"])
    guard case .up = edge.takeEvents().last else { return #expect(Bool(false)) }
    #expect(edge.faults == [])
  }

  @Test func aHostThatLeavesTakesTheConnectionAndWhatIsOut() {
    var edge = EdgeNode(primaryHost: "scada")
    edge.open()
    edge.state(#"{"online":true,"timestamp":1000}"#)
    edge.send(1, Self.reading)
    _ = edge.takeEvents()
    _ = edge.verbs()
    edge.state(#"{"timestamp":1000,"online":false}"#)
    #expect(edge.verbs() == ["NDEATH"])
    #expect(edge.left == .local("the primary host scada is offline"))
    // The broker's answer may be on its way still; the host didn't have it.
    edge.answer(1)
    #expect(edge.takeEvents() == [])
    edge.connectAgain()
    edge.state(#"{"online":false,"timestamp":1000}"#)
    #expect(edge.verbs() == [])
    edge.state(#"{"online":true,"timestamp":2000}"#)
    #expect(edge.verbs() == ["NBIRTH", "DBIRTH/gps", "DBIRTH/reefer"])
    #expect(edge.payloads.last { $0["bdSeq"] != nil }?["bdSeq"]?.integer == 1)
    #expect(edge.faults == [])
  }

  @Test func anEchoOfAnOlderStateIsPassedOver() {
    var edge = EdgeNode(primaryHost: "scada")
    edge.open()
    edge.state(#"{"online":true,"timestamp":5000}"#)
    _ = edge.takeEvents()
    edge.state(#"{"online":false,"timestamp":4999}"#)
    #expect(edge.left == nil)
    guard case .notice(let text) = edge.takeEvents().last else { return #expect(Bool(false)) }
    #expect(text.contains("older"))
    // Also in the next connection to the same broker.
    edge.connectAgain()
    _ = edge.verbs()
    edge.state(#"{"online":true,"timestamp":4999}"#)
    #expect(edge.verbs() == [])
  }

  @Test(arguments: [
    "", "ONLINE", "{}", "[]", #"{"online":"true","timestamp":1}"#, #"{"online":true}"#,
    #"{"online":true,"timestamp":-1}"#, #"{"online":true,"timestamp":1.5}"#, #"{"online":true,"timestamp":1e300}"#,
    #"{"online":true,"timestamp":"1"}"#, #"{"online":true,"timestamp":1"#,
    #"{"online":true,"timestamp":1,"x":"# + String(repeating: "[", count: 100),
    #"{"online":true,"timestamp":1}"# + String(repeating: " ", count: 5000),
  ])
  func whatIsNoStateIsToldOnceAndChangesNothing(text: String) {
    var edge = EdgeNode(primaryHost: "scada")
    edge.open()
    _ = edge.takeEvents()
    edge.state(text)
    edge.state(text)
    #expect(edge.takeEvents().count == 1)
    #expect(edge.verbs() == [])
  }

  @Test func aTopicThatMayNotBeReadNeedsAPerson() {
    var edge = EdgeNode(primaryHost: "scada")
    edge.open()
    edge.refuse(subscription: "spBv1.0/fleet/NCMD/truck-005")
    #expect(edge.left == nil)
    edge.refuse(subscription: "spBv1.0/STATE/scada")
    guard case .notAuthorized = edge.left else { return #expect(Bool(false)) }
  }

  /// The delivery waits with it, however long it takes, and stops at once.
  @Test func aHeldConnectionIsNotGivenUp() {
    var delivery = Delivery(settings: DeliverySettings(), cursors: LaneCursors(), seed: 1)
    #expect(delivery.start(now: .zero) == [.connect])
    delivery.hold()
    #expect(delivery.nextDeadline(after: .zero) == nil)
    #expect(delivery.advance(to: .zero + .hours(100)) == [])
    #expect(delivery.isDrained)
    _ = delivery.closed(.peer("gone"), now: .zero + .hours(100))
    guard case .waiting(let until) = delivery.state else { return #expect(Bool(false)) }
    #expect(delivery.advance(to: until) == [.connect])
    #expect(delivery.advance(to: until + .seconds(31)) == [.close("no connection within 30 s")])
  }
}
