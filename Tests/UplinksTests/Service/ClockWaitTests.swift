import Testing

@testable import Uplinks

@Suite struct ClockWaitTests {
  @Test func onlyAClockThatWasSetOrIsVouchedForNowIsWorthAnotherTry() {
    let wait = ClockWait(offset: 0, wasTrusted: false)
    #expect(!wait.isOver(offset: 0, isTrusted: false))
    #expect(!wait.isOver(offset: 999, isTrusted: false), "slewed")
    #expect(wait.isOver(offset: 1000, isTrusted: false))
    #expect(wait.isOver(offset: -3_600_000, isTrusted: false))
    #expect(wait.isOver(offset: 0, isTrusted: true))
  }

  @Test func aCertificateThatEndedByATrustedClockIsTriedWhenTheClockIsSetOnly() {
    let wait = ClockWait(offset: 1_795_000_000_000, wasTrusted: true)
    #expect(!wait.isOver(offset: 1_795_000_000_000, isTrusted: true))
    #expect(wait.isOver(offset: 1_795_000_002_000, isTrusted: true))
    #expect(ClockWait(offset: .max, wasTrusted: true).isOver(offset: 0, isTrusted: true))
  }
}
