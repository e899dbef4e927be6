import Model
import Synchronization
import Testing
import Uplinks

@testable import Gateway

@Suite struct UplinkTrialTests {
  /// Says what it was told to, and that it is down once it is closed.
  private struct Scripted: Transport {
    var events: [LinkEvent]
    var destination: String { "mqtt://broker" }
    var singly: RecordKinds { [] }
    var credentials: [Secret] { [] }

    func open(for format: any MessageFormat, number: UInt64, _ sink: @escaping @Sendable (LinkEvent) -> Void)
      -> any Link
    {
      for event in events { sink(event) }
      return Ended(sink: sink)
    }
  }

  private struct Ended: Link {
    let sink: @Sendable (LinkEvent) -> Void
    func send(_ message: OutgoingMessage, payload: [UInt8]) {}
    func publish(status: [UInt8]) {}
    func close(reason: String, farewell: [UInt8]?) { sink(.down(.local(reason))) }
  }

  private static func findings(_ events: LinkEvent...) async -> [Finding] {
    await UplinkTrial(
      configuration: UplinkConfiguration(
        name: "scada", transport: Scripted(events: events), format: SparkplugMessages())
    ).run()
  }

  @Test func aServerThatTakesUsIsGoodAlsoWhileItsHostIsAway() async {
    let up = await Self.findings(.up(LinkCapabilities(messagesInFlight: 1), detail: "MQTT 5"))
    #expect(up.map(\.text) == ["mqtt://broker takes us (MQTT 5)"])
    let held = await Self.findings(.held("waits for the primary host scada"))
    #expect(held.map(\.text) == ["mqtt://broker takes us, and waits for the primary host scada"])
  }

  @Test func aServerThatRefusesUsIsAFault() async {
    let refused = await Self.findings(.down(.notAuthorized("bad user name or password")))
    #expect(refused.count == 1)
    #expect(refused.first?.text.contains("bad user name or password") == true)
  }
}
