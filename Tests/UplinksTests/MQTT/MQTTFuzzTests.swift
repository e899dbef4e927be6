import Foundation
import Model
import Testing

@testable import Uplinks

/// Whatever a broker sends, nothing traps, no message is answered twice or unsent, nothing comes after the end, no more is out than the
/// receive maximum, and no more is held than the limit. `WAYPOST_FUZZ_SECONDS` makes it go on for so long, with another seed each time.
@Suite struct MQTTFuzzTests {
  private struct Random: RandomNumberGenerator {
    var jitter: Jitter
    mutating func next() -> UInt64 {
      UInt64(jitter.draw() * 4_294_967_296) << 32 | UInt64(jitter.draw() * 4_294_967_296)
    }
  }

  /// Good packets of a broker; PUBACKs are made on the way.
  private static let packets: [[UInt8]] = [
    [0x20, 3, 0, 0, 0], [0x20, 2, 0, 0], [0x20, 16, 0, 0, 13, 0x21, 0, 3, 0x27, 0, 0, 1, 0, 0x13, 0, 5, 0x25, 0],
    [0x20, 3, 0, 0x87, 0], [0x20, 3, 0, 0x9A, 0], [0xD0, 0], [0xE0, 0], [0xE0, 1, 0x8E],
    [0xE0, 7, 0x9C, 5, 0x1C, 0, 2, 0x61, 0x62], [0x30, 5, 0, 1, 0x61, 0, 7], [0x32, 7, 0, 1, 0x61, 0, 9, 0, 7],
    [0x32, 18, 0, 1, 0x61, 0, 9, 12, 0x08, 0, 1, 0x62, 0x09, 0, 1, 0x63, 0x01, 1, 0x0B, 5], [0x90, 4, 0, 1, 0, 1],
    [0xB0, 4, 0, 1, 0, 0], [0x40, 11, 0, 1, 0x97, 7, 0x1F, 0, 4, 0x66, 0x75, 0x6C, 0x6C],
    [0x40, 11, 0, 2, 0x10, 7, 0x26, 0, 1, 0x61, 0, 1, 0x62],
  ]

  @Test func anyBytesAreTakenForWhatTheyAre() {
    let seconds = getenv("WAYPOST_FUZZ_SECONDS").flatMap { Double(String(cString: $0)) } ?? 0
    let end = Date().addingTimeInterval(seconds)
    var seed: UInt64 = seconds > 0 ? UInt64(Date().timeIntervalSince1970 * 1000) : 0
    var open = 0
    var runs = 0
    repeat {
      for _ in 0..<300 {
        if Self.connection(seed) { open += 1 }
        runs += 1
        seed += 1
      }
    } while Date() < end
    // The fuzzing is worth nothing if most never come to be open.
    #expect(open > runs / 4)
  }

  /// Whether it was open for a while.
  private static func connection(_ seed: UInt64) -> Bool {
    var random = Random(jitter: Jitter(seed: seed))
    let isV5 = Int.random(in: 0..<4, using: &random) > 0
    let takesCommands = Bool.random(using: &random)
    var session = MQTTSessionTests.session(
      MQTTAttempt(version: isV5 ? .v5 : .v311),
      MQTTSessionTests.options {
        if takesCommands { $0.commands = MQTTCommands(commands: "a", responses: "r") }
      })
    var now = BootTime.zero
    _ = session.opened(link: "", now: now)
    var out: [UInt64: Bool] = [:]
    var mostOut = MQTTSession.mostInFlight
    var unanswered = 0
    var hasEnded = false
    var isUp = false
    var rest: [UInt8] = Int.random(in: 0..<8, using: &random) > 0 ? (isV5 ? packets[0] : packets[1]) : []
    for step in 1...60 {
      now = now + .milliseconds(Int64.random(in: 0...3000, using: &random))
      var actions: [MQTTSession.Action]
      switch Int.random(in: 0..<10, using: &random) {
      case 0, 1:
        let id = UInt64(step)
        actions = session.send(MQTTSessionTests.message(id), payload: [1, 2, 3], now: now)
        if isUp, !hasEnded { out[id] = false }
      case 2: actions = session.publish(status: [4], now: now)
      case 3 where takesCommands:
        actions = session.respond(topic: "r/1", payload: [5], correlation: [6], now: now)
      case 3: actions = session.advance(to: now)
      default:
        rest += packet(&random)
        let count = Int.random(in: 0...rest.count, using: &random)
        actions = session.received(rest.prefix(count), now: now)
        rest.removeFirst(count)
      }
      if hasEnded { #expect(actions.isEmpty, "seed \(seed)") }
      for action in actions {
        #expect(!hasEnded, "seed \(seed)")
        switch action {
        case .event(.up(let capabilities, _)):
          isUp = true
          mostOut = capabilities.messagesInFlight + 1
        case .event(.acknowledged(let id, _)), .event(.refused(let id, _)):
          #expect(out[id] == false, "seed \(seed)")
          out[id] = true
          unanswered -= 1
        case .bytes(let bytes):
          // Of records: their payload tells.
          if bytes[0] == 0x32, bytes.suffix(3) == [1, 2, 3] { unanswered += 1 }
          #expect(unanswered <= mostOut, "seed \(seed)")
        case .end: hasEnded = true
        default: break
        }
      }
    }
    return isUp
  }

  /// Mostly nearly right.
  private static func packet(_ random: inout Random) -> [UInt8] {
    var packet = packets.randomElement(using: &random) ?? []
    if Bool.random(using: &random) { packet = [0x40, 2, 0, UInt8.random(in: 1...12, using: &random)] }
    guard Int.random(in: 0..<3, using: &random) == 0 else { return packet }
    for _ in 0..<Int.random(in: 1...3, using: &random) where !packet.isEmpty {
      let place = packet.indices.randomElement(using: &random) ?? 0
      switch Int.random(in: 0..<5, using: &random) {
      case 0: packet[place] = UInt8.random(in: 0...255, using: &random)
      case 1: packet.remove(at: place)
      case 2: packet.insert(UInt8.random(in: 0...255, using: &random), at: place)
      case 3: packet.insert(contentsOf: packets.randomElement(using: &random) ?? [], at: place)
      default: packet.removeSubrange(place...)
      }
    }
    return packet
  }
}
