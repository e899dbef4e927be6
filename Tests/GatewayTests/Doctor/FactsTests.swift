import Config
import Foundation
import Model
import Testing

@testable import Gateway

@Suite struct FactsTests {
  private let released = Timestamp(milliseconds: 1_700_000_000_000)

  private func clock(_ seconds: Int64, synchronised: Bool, receiver: Bool) -> Finding {
    ClockFacts(
      now: Timestamp(milliseconds: released.milliseconds + seconds * 1000), isSynchronised: synchronised,
      released: released,
      hasReceiver: receiver
    ).finding
  }

  @Test func aClockBeforeTheReleaseIsAFaultWhateverNTPSays() {
    #expect(clock(-1, synchronised: true, receiver: false).state == .fault)
    #expect(clock(-1, synchronised: false, receiver: true).state == .fault)
  }

  @Test func aClockWithoutNTPIsGoodOnlyWithAReceiver() {
    #expect(clock(1, synchronised: true, receiver: false).state == .good)
    #expect(clock(1, synchronised: false, receiver: true).state == .good)
    #expect(clock(1, synchronised: false, receiver: false).state == .warning)
  }

  @Test func aDiskMustHaveRoomForTheJournalToGrow() {
    func state(_ free: Int64, used: Int64 = 0) -> Finding.State {
      DiskFacts(folder: "/x", limit: 256_000_000, used: used, free: free).finding.state
    }
    #expect(state(300_000_000) == .good)
    #expect(state(100_000_000) == .warning)
    #expect(state(100_000_000, used: 200_000_000) == .good)
    #expect(state(1_000_000) == .fault)
    #expect(DiskFacts(folder: "/x", limit: 1, used: 0, free: 1 << 40, isReadOnly: true).finding.state == .fault)
    #expect(DiskFacts(folder: "/x", limit: 1, used: 0, free: 1 << 40, freeInodes: 0).finding.state == .fault)
  }

  @Test func aFolderThatIsNotThereIsAFaultThatSaysHowToMakeIt() throws {
    let finding = DiskFacts(path: "/no/such/folder/journal.db", limit: 1).finding
    #expect(finding.state == .fault)
    #expect(try #require(finding.remedy).contains("install -d"))
  }

  @Test func whoMayNotAskIsTold() {
    func facts(account: Bool = true, groups: Set<String> = [], ports: Bool = false, ask: Bool = true) -> [Finding.State]
    {
      AccountFacts(hasAccount: account, groups: groups, hasSerialPorts: ports, mayAsk: ask).findings.map(\.state)
    }
    #expect(facts() == [.good])
    #expect(facts(account: false) == [.warning])
    #expect(facts(ports: true) == [.warning])
    #expect(facts(groups: ["dialout"], ports: true) == [.good])
    #expect(facts(ask: false) == [.warning])
  }

  @Test func programsThatProbeEveryPortAreNamed() {
    #expect(SerialPorts(paths: [], intruders: ["ModemManager"]).findings.isEmpty)
    let findings = SerialPorts(paths: ["/dev/ttyUSB0"], intruders: ["ModemManager"]).findings
    #expect(findings.map(\.state) == [.good, .warning])
  }
}
