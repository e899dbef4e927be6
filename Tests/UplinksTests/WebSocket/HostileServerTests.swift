import Foundation
import Model
import Testing

@testable import Uplinks

/// Servers that do what none should: a clear word, bounded memory, and delivery goes on with the next connection.
@Suite(.serialized, .enabled(if: WebSocketReceiver.isThere, "python3-websockets is not installed"))
struct HostileServerTests {
  @Test(arguments: [
    ("huge", "more than 1048576 bytes"), ("absurd", "more than 1048576 bytes"), ("large", "more than 1048576 bytes"),
    ("endless", "more than 1048576 bytes"), ("empty", "more than 1024 pieces"), ("bomb", "more than 1048576 bytes"),
    ("notdeflate", "can't be inflated"), ("utf8", "not UTF-8"), ("masked", "masked a frame"),
    ("reserved", "a bit that is reserved"), ("opcode", "unknown kind"), ("control", "more than 125 bytes"),
    ("cutcontrol", "cut a control frame"), ("continuation", "had not begun"), ("within", "within another"),
    ("closecode", "what is no code"), ("closebyte", "what is no code"), ("cut", "the "),
    ("http", "does not speak HTTP"), ("headers", "more than 32768 bytes"), ("accept", "not that of a WebSocket server"),
    ("extension", "an extension that was not offered"), ("two", "chose the subprotocol “chat”"),
    ("parameters", "what it doesn't allow"),
  ])
  func isLeftWithAClearWordAndDeliveryGoesOn(kind: String, words: String) async throws {
    let server = try WebSocketReceiver(script: "hostile.py", [kind])
    let source = MemorySource()
    let memory = MemoryPeak()
    let errors = Noted()
    let running = RunningUplink(
      WebSocketTransport(WebSocketServerTests.options(port: server.port) { $0.offersDeflate = true }), source: source
    ) {
      $0.retryFirst = .milliseconds(200)
      $0.retryLast = .milliseconds(200)
    }
    #expect(
      await eventually {
        memory.look()
        return running.status.lastError.map(errors.note) != nil
      })
    #expect(errors.first?.contains(words) == true, "\(errors.first ?? "")")
    source.append([.event, .position, .reading])
    #expect(await eventually { source.low() == 3 }, "\(running.status)")
    #expect(source.dead.isEmpty)
    #expect(running.status.alarm == nil)
    #expect(memory.growth < MemoryPeak.limit)
    await running.stop()
  }

  @Test(arguments: ["acks", "nesting", "together"])
  func answersForWhatWasNeverSentAreCountedOnTheSameConnection(kind: String) async throws {
    let server = try WebSocketReceiver(script: "hostile.py", [kind])
    let source = MemorySource()
    let running = RunningUplink(WebSocketTransport(WebSocketServerTests.options(port: server.port)), source: source) {
      // Nesting is told and passed over; its server then says nothing more. The next connection's answer may take its time.
      $0.answerLimit = kind == "nesting" ? .seconds(2) : .minutes(2)
    }
    source.append([.event])
    #expect(await eventually { source.low() == 1 }, "\(running.status)")
    if kind == "acks" { #expect(await eventually { running.status.counters.strayAnswers == 11_000 }) }
    if kind == "together" { #expect(await eventually { running.status.counters.strayAnswers == 1 }) }
    #expect(kind == "nesting" ? running.status.connections >= 2 : running.status.connections == 1)
    #expect(source.dead.isEmpty)
    await running.stop()
  }

  /// It never reads, so that our pongs have nowhere to go: what can't be sent stops what is read.
  @Test func pongsThatNobodyReadsDontPileUp() async throws {
    let server = try WebSocketReceiver(script: "hostile.py", ["pings"])
    let source = MemorySource()
    let memory = MemoryPeak()
    let running = RunningUplink(WebSocketTransport(WebSocketServerTests.options(port: server.port)), source: source) {
      $0.answerLimit = .seconds(2)
      $0.retryFirst = .milliseconds(200)
    }
    source.append([.event])
    #expect(
      await eventually {
        memory.look()
        return source.low() == 1
      }, "\(running.status)")
    #expect(memory.growth < MemoryPeak.limit)
    await running.stop()
  }
}

/// Keeps the first of what is noted.
final class Noted: @unchecked Sendable {
  private let lock = NSLock()
  private var text: String?
  func note(_ new: String) -> Void? {
    lock.withLock { if text == nil { text = new } }
    return ()
  }
  var first: String? { lock.withLock { text } }
}
