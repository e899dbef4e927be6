import Config
import Foundation
import Model
import Testing

@testable import Gateway

@Suite struct RunningGatewayTests {
  private func findings(_ text: String) throws -> [Finding] {
    var diagnostics = Diagnostics()
    let node = try #require(JSON.parse(SourceFile(path: "status", bytes: Array(text.utf8)), diagnostics: &diagnostics))
    let catalogue = SignalCatalogue(
      devices: [
        .init(name: "gps", givesPosition: true, tellsTime: true, staleAfter: .seconds(5)),
        .init(name: "reefer", givesPosition: false, staleAfter: .seconds(5)),
      ], positionDevice: "gps")
    return RunningGateway(status: node, catalogue: catalogue).findings
  }

  private func state(_ topic: String, of findings: [Finding]) -> Finding.State? {
    findings.first { $0.topic == topic }?.state
  }

  @Test func whatTheGatewaySaysOfDevicesAndUplinksIsBelieved() throws {
    let findings = try findings(
      """
      {"uptime":100,"version":"1","fix":{"device":"gps","age":0.4},"journal":{"dead_letters":{"kept":0}},
       "devices":[{"name":"gps","state":"up"},{"name":"reefer","state":"down","reason":"timeout"}],
       "uplinks":[{"name":"a","state":"connected","waiting":3},{"name":"b","state":"waiting to connect","last_error":"refused","waiting":9}]}
      """)
    #expect(state("device gps", of: findings) == .good)
    #expect(state("device reefer", of: findings) == .fault)
    #expect(state("uplink a", of: findings) == .good)
    #expect(state("uplink b", of: findings) == .fault)
    #expect(state("journal", of: findings) == .good)
  }

  @Test func aReceiverWithoutAFixAndAnUplinkThatIsStillConnectingAreNoFaults() throws {
    let findings = try findings(
      """
      {"uptime":3,"version":"1","devices":[{"name":"gps","state":"up"},{"name":"reefer","state":"unknown","signals":[]}],
       "uplinks":[{"name":"a","state":"connecting","waiting":0}]}
      """)
    #expect(state("device gps", of: findings) == .warning)
    #expect(state("device reefer", of: findings) == .warning)
    #expect(state("uplink a", of: findings) == .warning)
  }

  @Test func aJournalThatCannotBeWrittenAndRefusedRecordsAreTold() throws {
    #expect(state("journal", of: try findings(#"{"journal":{"error":"disk full"}}"#)) == .fault)
    #expect(state("journal", of: try findings(#"{"journal":{"dead_letters":{"kept":2}}}"#)) == .warning)
  }

  @Test func aCertificateThatEndsSoonIsTold() throws {
    func states(_ days: Int) throws -> [Finding.State] {
      try findings(
        #"{"uptime":99,"uplinks":[{"name":"a","state":"connected","waiting":0,"tls":{"certificate_days":\#(days)}}]}"#
      ).filter { $0.topic == "uplink a" }.map(\.state)
    }
    #expect(try states(200) == [.good])
    #expect(try states(12) == [.good, .warning])
    #expect(try states(-1) == [.good, .fault])
  }

  @Test func whatTLSFailedOfComesWithItsOwnRemedy() throws {
    let findings = try findings(
      #"{"uptime":99,"uplinks":[{"name":"a","state":"waiting to connect","last_error":"expired","tls":{"remedy":"renew it"}}]}"#
    )
    #expect(findings.first { $0.topic == "uplink a" }?.remedy == "renew it")
  }
}
