import Model
import Testing

@testable import Uplinks

/// What no broker should send: a clear word, no answer that fits nothing, and no more memory than the limit.
@Suite struct MQTTHostileSessionTests {
  @Test(arguments: [
    // Fixed headers.
    ([UInt8(0x40), 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], "length never ends"),
    ([0x40, 0xFF, 0xFF, 0xFF, 0x7F], "268435455 bytes"), ([0x30, 0x81, 0x80, 0x40], "1048577 bytes"),
    ([0x41, 2, 0, 1], "flags that are reserved"), ([0x00, 0], "none of a broker's"), ([0x10, 0], "none of a broker's"),
    ([0x50, 2, 0, 1], "none of a broker's"), ([0x62, 2, 0, 1], "flags that are reserved"),
    ([0x82, 0], "flags that are reserved"), ([0xC0, 0], "none of a broker's"), ([0xF0, 0], "none of a broker's"),
    // PUBACK.
    ([0x40, 0], "ends too early"), ([0x40, 1, 0], "ends too early"), ([0x40, 5, 0, 1, 0, 0, 0], "too long"),
    ([0x40, 5, 0, 1, 0, 9, 0], "ends too early"), ([0x40, 6, 0, 1, 0, 2, 0x21, 0], "can't stand there"),
    ([0x40, 8, 0, 1, 0, 4, 0x1F, 0, 1, 0xFF], "not UTF-8"), ([0x40, 8, 0, 1, 0, 4, 0x1F, 0, 1, 0], "holds a zero"),
    ([0x40, 10, 0, 1, 0, 6, 0x1F, 0, 0, 0x1F, 0, 0], "a property twice"),
    ([0x40, 6, 0, 1, 0, 2, 0xFF, 0x7F], "can't stand there"),
    ([0x40, 8, 0, 1, 0, 4, 0x80, 0x80, 0x80, 0x80], "more than four bytes"),
    // A second CONNACK, and properties that it can't have.
    ([0x20, 3, 0, 0, 0], "a second time"), ([0x20, 2, 0, 0], "a second time"), ([0x20, 3, 2, 0, 0], "reserved"),
    ([0x20, 6, 0, 0, 3, 0x21, 0, 0], "receive maximum of 0"), ([0x20, 5, 0, 0, 2, 0x24, 2], "can't have"),
    ([0x20, 8, 0, 0, 5, 0x27, 0, 0, 0, 0], "maximum packet size of 0"),
    // PUBLISH.
    ([0x34, 5, 0, 1, 0x61, 0, 0], "QoS that was not asked for"), ([0x36, 5, 0, 1, 0x61, 0, 0], "QoS"),
    ([0x30, 3, 0, 0, 0], "what is no topic"), ([0x30, 4, 0, 1, 0x23, 0], "what is no topic"),
    ([0x32, 6, 0, 1, 0x61, 0, 0, 0], "the number 0"), ([0x30, 7, 0, 1, 0x61, 3, 0x23, 0, 1], "topic alias"),
    ([0x30, 2, 0, 9], "ends too early"), ([0x30, 4, 0, 1, 0xC0, 0], "not UTF-8"),
    // SUBACK, PINGRESP, DISCONNECT.
    ([0x90, 3, 0, 1, 0], "without a code"), ([0xD0, 1, 0], "too long"),
    ([0xE0, 7, 0, 5, 0x11, 0, 0, 0, 1], "can't stand there"),
  ])
  func isLeftWithAClearWord(bytes: [UInt8], words: String) {
    // All at once, and byte by byte.
    for step in [bytes.count, 1] {
      var (session, _) = MQTTSessionTests.open()
      var actions: [MQTTSession.Action] = []
      for start in stride(from: 0, to: bytes.count, by: step) {
        actions += session.received(bytes[start..<min(start + step, bytes.count)], now: .zero)
      }
      guard case .garbage(let text)? = MQTTSessionTests.end(actions)?.closure else {
        return #expect(Bool(false), "\(actions)")
      }
      #expect(text.contains(words), "\(text)")
      // Before it goes, it says why (section 4.13).
      #expect(MQTTSessionTests.packets(actions).first?.first == 0xE0)
      #expect(session.received([0x40, 2, 0, 1], now: .zero).isEmpty)
      #expect(session.deadline == nil)
    }
  }

  @Test func answersForWhatWasNeverSentAreCountedAndNothingElse() {
    var (session, _) = MQTTSessionTests.open()
    _ = session.send(MQTTSessionTests.message(1), payload: [1], now: .zero)
    var told = 0
    var answered: [LinkEvent] = []
    for number in 2...10_000 as ClosedRange<UInt16> {
      let actions = session.received([0x40, 2, UInt8(number >> 8), UInt8(number & 0xFF)], now: .zero)
      for event in MQTTSessionTests.events(actions) {
        if case .strays(let count) = event { told += count } else { answered.append(event) }
      }
    }
    // One at once, and the rest as a sum.
    #expect(told == 1)
    let later = MQTTSessionTests.events(session.advance(to: .zero + .seconds(1)))
    #expect(later == [.strays(9998)])
    #expect(answered.isEmpty)
    #expect(
      MQTTSessionTests.events(session.received([0x40, 2, 0, 1, 0x40, 2, 0, 1], now: .zero))
        == [.acknowledged(1, unheard: false)])
  }

  @Test func messagesThatNobodyAskedForAreAnsweredAndToldOnce() {
    var (session, _) = MQTTSessionTests.open()
    var told = 0
    for number in 1...100 as ClosedRange<UInt8> {
      let actions = session.received([0x32, 6, 0, 1, 0x61, 0, number, 0], now: .zero)
      #expect(MQTTSessionTests.packets(actions) == [[0x40, 2, 0, number]])
      told += MQTTSessionTests.events(actions).count
    }
    #expect(told == 1)
  }

  @Test func somethingBeforeTheAnswerIsNoMQTT() {
    for bytes in [[0x40, 2, 0, 1], [0x48, 0x54], [0xD0, 0]] as [[UInt8]] {
      var session = MQTTSessionTests.session()
      _ = session.opened(link: "", now: .zero)
      guard case .garbage? = MQTTSessionTests.end(session.received(bytes, now: .zero))?.closure else {
        return #expect(Bool(false))
      }
    }
  }

  @Test func aSilentServerIsLeftInTime() {
    var session = MQTTSessionTests.session()
    _ = session.opened(link: "", now: .zero)
    #expect(session.deadline == .zero + .seconds(20))
    guard case .garbage(let text)? = MQTTSessionTests.end(session.advance(to: .zero + .seconds(20)))?.closure else {
      return #expect(Bool(false))
    }
    #expect(text.contains("did not accept an MQTT connection within 20 s"))
  }

  /// The longest that is taken, a byte too long, and pieces in between.
  @Test func packetsAreCutHoweverTheyCome() throws {
    var frames = MQTTFrames()
    let body = [UInt8](repeating: 7, count: 70_000)
    var stream: [UInt8] = [0xD0, 0] + [0x30, 0xF0, 0xA2, 0x04] + body + [0x40, 2, 0, 9]
    for _ in 0..<3 { stream += stream }
    var cut: [Int] = []
    for start in stride(from: 0, to: stream.count, by: 4093) {
      frames.append(stream[start..<min(start + 4093, stream.count)])
      while let (_, body) = try frames.next() { cut.append(body.count) }
      #expect(frames.held <= 70_004)
    }
    #expect(cut == Array(repeating: [0, 70_000, 2], count: 8).flatMap { $0 })
    #expect(frames.held == 0)
  }
}
