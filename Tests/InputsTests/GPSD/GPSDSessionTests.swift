import Model
import Testing

@testable import Inputs

private let second: Int64 = 1_000_000_000
private let version = #"{"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14}"# + "\r\n"

private func tpv(_ n: Int, mode: Int = 3, device: String = "/dev/gps") -> String {
  let time = "2024-05-01T00:\(n / 60 / 10)\(n / 60 % 10):\(n % 60 / 10)\(n % 10).000Z"
  return #"{"class":"TPV","device":"\#(device)","mode":\#(mode),"time":"\#(time)","lat":46.2,"lon":6.1}"# + "\n"
}

@Suite struct GPSDSessionTests {
  private func session(receiver: String? = nil) -> GPSDSession {
    GPSDSession(.init(device: "gps", receiver: receiver, staleAfter: .seconds(5)), at: 0)
  }

  /// A session over its handshake, at time 0.
  private func open() -> GPSDSession {
    var session = session()
    #expect(session.advance(to: 0) == [.connect])
    _ = session.connected(at: 0)
    #expect(session.received(version.utf8, at: 0) == [.note(.connected)])
    return session
  }

  private func submitted(_ actions: [GPSDSession.Action]) -> [Observation.Content] {
    actions.compactMap { if case .submit(let content) = $0 { content } else { nil } }
  }

  private func down(_ reason: String) -> Observation.Content { .device(name: "gps", isUp: false, reason: reason) }
  private let up = Observation.Content.device(name: "gps", isUp: true, reason: nil)
  private let lost = Observation.Content.positionLost(device: "gps")

  @Test func watchIsAskedForAsSoonAsConnected() {
    var session = session()
    _ = session.advance(to: 0)
    #expect(session.connected(at: 1) == [.send(Array("?WATCH={\"enable\":true,\"json\":true};\n".utf8))])
  }

  @Test func aChosenReceiverIsAskedFor() {
    var session = session(receiver: "/dev/ttyACM0")
    _ = session.advance(to: 0)
    #expect(
      session.connected(at: 1)
        == [.send(Array("?WATCH={\"enable\":true,\"json\":true,\"device\":\"/dev/ttyACM0\"};\n".utf8))])
  }

  @Test func aGpsdThatIsNotThereIsToldOnceAndTriedForEver() {
    var session = session()
    var time: Int64 = 0
    var waits: [Int64] = []
    var told: [Observation.Content] = []
    for _ in 0..<20 {
      #expect(session.advance(to: time) == [.connect])
      told += submitted(session.failed("refused", at: time))
      waits.append(session.deadline - time)
      time = session.deadline
    }
    let expected: [Int64] = [200, 400, 800, 1600, 3200, 5000]
    #expect(waits.prefix(6).map { $0 / 1_000_000 } == expected)
    #expect(waits.suffix(14).allSatisfy { $0 == 5 * second })
    #expect(told == [down("refused")])
  }

  @Test func connectingIsGivenUpAfterFiveSeconds() {
    var session = session()
    _ = session.advance(to: 0)
    #expect(session.deadline == 5 * second)
    #expect(session.advance(to: 5 * second - 1) == [])
    #expect(session.advance(to: 5 * second).first == .disconnect)
  }

  @Test func theReceiverIsUpWithItsFirstReport() {
    var session = open()
    #expect(submitted(session.received(tpv(1, mode: 1).utf8, at: 0)) == [up, lost])
    let first = submitted(session.received(tpv(2).utf8, at: 0))
    #expect(first.count == 1)
  }

  @Test func everyFixOfABurstIsSubmittedInOrder() {
    var session = open()
    let burst = (1...200).map { tpv($0) }.joined()
    let contents = submitted(session.received(burst.utf8, at: 0))
    let times = contents.compactMap { if case .position(_, let position) = $0 { position.time } else { nil } }
    let start = Timestamp(rfc3339: "2024-05-01T00:00:00Z")!
    #expect(times == (1...200).map { start + .seconds(Double($0)) })
  }

  @Test func anyCuttingOfTheStreamGivesTheSame() {
    let stream = Array((version + (1...20).map { tpv($0, mode: $0 % 7 == 0 ? 1 : 3) }.joined()).utf8)
    var whole = session()
    _ = whole.advance(to: 0)
    _ = whole.connected(at: 0)
    let expected = whole.received(stream, at: 0)
    for size in [1, 2, 7, 64, 1000] {
      var session = session()
      _ = session.advance(to: 0)
      _ = session.connected(at: 0)
      var actions: [GPSDSession.Action] = []
      for start in stride(from: 0, to: stream.count, by: size) {
        actions += session.received(stream[start..<min(start + size, stream.count)], at: 0)
      }
      #expect(actions == expected)
    }
  }

  @Test func aServerThatIsNoGpsdIsLeft() {
    for greeting in ["SSH-2.0-OpenSSH_9.2\r\n", "{}\n", tpv(1), String(repeating: "x", count: 70_000)] {
      var session = session()
      _ = session.advance(to: 0)
      _ = session.connected(at: 0)
      let actions = session.received(greeting.utf8, at: 0)
      #expect(actions.first == .disconnect)
      #expect(submitted(actions) == [down("not_gpsd")])
    }
  }

  @Test func aServerThatSaysNothingIsLeftAfterFiveSeconds() {
    var session = session()
    _ = session.advance(to: 0)
    _ = session.connected(at: second)
    #expect(session.advance(to: 6 * second - 1) == [])
    #expect(submitted(session.advance(to: 6 * second)) == [down("timeout")])
  }

  @Test func greetingByteByByteDoesNotPutOffTheLimit() {
    var session = session()
    _ = session.advance(to: 0)
    _ = session.connected(at: 0)
    for n in 0..<4 { _ = session.received("{".utf8, at: Int64(n) * second) }
    #expect(session.advance(to: 5 * second).first == .disconnect)
  }

  @Test func aSilentGpsdIsAskedAndThenLeft() {
    var session = open()
    _ = session.received((tpv(1) + #"{"class":"TPV","mo"#).utf8, at: 0)
    #expect(submitted(session.advance(to: 5 * second)) == [lost, down("silent")])
    #expect(session.advance(to: 10 * second) == [.send(Array("?VERSION;\n".utf8))])
    #expect(session.advance(to: 15 * second) == [.disconnect])
  }

  @Test func aSilentGpsdThatAnswersIsKept() {
    var session = open()
    _ = session.advance(to: 10 * second)
    #expect(session.received(version.utf8, at: 10 * second) == [])
    #expect(session.advance(to: 15 * second) == [])
    #expect(session.advance(to: 20 * second) == [.send(Array("?VERSION;\n".utf8))])
  }

  @Test func aFixGrowsOldOnceAtItsAge() {
    var session = open()
    _ = session.received(tpv(1).utf8, at: 0)
    #expect(session.deadline == 5 * second)
    #expect(session.advance(to: 5 * second - 1) == [])
    #expect(submitted(session.advance(to: 5 * second)) == [lost, down("silent")])
    #expect(session.advance(to: 9 * second) == [])
  }

  @Test func aFrozenFixIsPassedOnButCountsAsLost() {
    var session = open()
    var contents: [Observation.Content] = []
    for n in 0...12 { contents += submitted(session.received(tpv(1).utf8, at: Int64(n) * second)) }
    #expect(contents.filter { if case .position = $0 { true } else { false } }.count == 13)
    #expect(contents.filter { $0 == lost }.count == 1)
    #expect(contents.firstIndex(of: lost) == 6)
    #expect(!contents.contains(down("silent")))
    #expect(submitted(session.received(tpv(2).utf8, at: 13 * second)).count == 1)
    #expect(submitted(session.advance(to: 18 * second)).contains(lost))
  }

  @Test func aFixWithoutTimeIsNeverFrozen() {
    var session = open()
    var contents: [Observation.Content] = []
    for n in 0...12 {
      contents += submitted(
        session.received((#"{"class":"TPV","mode":3,"lat":1,"lon":2}"# + "\n").utf8, at: Int64(n) * second))
    }
    #expect(!contents.contains(lost))
  }

  @Test func aReceiverThatReportsNoFixIsUp() {
    var session = open()
    var contents: [Observation.Content] = []
    for n in 0...20 {
      contents += submitted(session.received(tpv(n, mode: 1).utf8, at: Int64(n) * second))
    }
    #expect(contents == [up, lost])
  }

  @Test func unpluggingIsTold() {
    var session = open()
    _ = session.received(tpv(1).utf8, at: 0)
    let gone = #"{"class":"DEVICE","path":"/dev/gps","activated":0}"# + "\n"
    #expect(submitted(session.received(gone.utf8, at: 1)) == [down("unplugged")])
    #expect(submitted(session.received(gone.utf8, at: 2)) == [])
    #expect(submitted(session.received(tpv(2).utf8, at: 3)).first == up)
  }

  @Test func anotherReceiversUnpluggingIsNot() {
    var session = open()
    _ = session.received(tpv(1).utf8, at: 0)
    let gone = #"{"class":"DEVICE","path":"/dev/other","activated":0}"# + "\n"
    #expect(submitted(session.received(gone.utf8, at: 1)) == [])
  }

  @Test func aGpsdWithoutReceiversIsTold() {
    var session = open()
    #expect(
      submitted(session.received((#"{"class":"DEVICES","devices":[]}"# + "\n").utf8, at: 1)) == [down("no_receiver")])
  }

  @Test func aRestartWithinTheFixsAgeLosesNoFix() {
    var session = open()
    _ = session.received(tpv(1).utf8, at: 0)
    #expect(submitted(session.failed("closed", at: second)) == [down("closed")])
    #expect(session.deadline == second + second / 5)
    #expect(session.advance(to: session.deadline) == [.connect])
    _ = session.connected(at: 2 * second)
    let contents = submitted(session.received((version + tpv(2)).utf8, at: 3 * second))
    #expect(contents.first == up)
    #expect(contents.count == 2)
  }

  @Test func aFixGrowsOldAlsoWithoutAConnection() {
    var session = open()
    _ = session.received(tpv(1).utf8, at: 0)
    var contents = submitted(session.failed("closed", at: second))
    var time = second
    while time < 6 * second {
      time = max(time, session.deadline)
      let actions = session.advance(to: time)
      contents += submitted(actions)
      if actions.contains(.connect) { contents += submitted(session.failed("refused", at: time)) }
    }
    #expect(contents == [down("closed"), lost])
  }

  @Test func whatALostConnectionLeftBehindIsForgotten() {
    var session = open()
    _ = session.received(#"{"class":"TPV","mode":3,"lat":1,"#.utf8, at: 0)
    _ = session.failed("closed", at: 0)
    _ = session.advance(to: session.deadline)
    _ = session.connected(at: second)
    #expect(session.received(version.utf8, at: second).contains(.note(.connected)))
  }

  @Test func whatComesAfterTheEndOfAConnectionIsIgnored() {
    var session = open()
    _ = session.failed("closed", at: 0)
    #expect(session.received(tpv(1).utf8, at: 1) == [])
    #expect(session.connected(at: 1) == [])
    #expect(session.failed("closed", at: 1) == [])
  }

  @Test func malformedLinesAreNotedWithoutFloodingTheLog() {
    var session = open()
    var notes: [GPSDSession.Action] = []
    for _ in 0..<1000 { notes += session.received("{\"class\":\"TPV\",\"mode\":3,\"la\n".utf8, at: 0) }
    #expect(notes == [1, 10, 100, 1000].map { .note(.malformed(total: $0)) })
  }

  @Test func fixesOfSeveralReceiversAreNotedOnce() {
    var session = open()
    var actions: [GPSDSession.Action] = []
    for n in 1...10 { actions += session.received(tpv(n, device: n % 2 == 0 ? "/dev/a" : "/dev/b").utf8, at: 0) }
    #expect(actions.filter { $0 == .note(.severalReceivers) }.count == 1)
    #expect(submitted(actions).count == 11)
  }
}
