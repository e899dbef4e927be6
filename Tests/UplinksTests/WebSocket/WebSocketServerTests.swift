import Certificates
import Foundation
import Model
import Testing

@testable import Uplinks

/// The transport against python `websockets`.
@Suite(.serialized, .enabled(if: WebSocketReceiver.isThere, "python3-websockets is not installed"))
struct WebSocketServerTests {
  static func options(port: Int, _ change: (inout WebSocketOptions) -> Void = { _ in }) -> WebSocketOptions {
    var options = WebSocketOptions(address: WebSocketAddress(host: "127.0.0.1", port: port, isSecure: false))
    change(&options)
    return options
  }

  static func run(
    _ server: WebSocketReceiver, source: MemorySource = MemorySource(), deflate: Bool = false,
    _ change: (inout DeliverySettings) -> Void = { _ in }
  ) -> RunningUplink {
    RunningUplink(WebSocketTransport(options(port: server.port) { $0.offersDeflate = deflate }), source: source, change)
  }

  @Test(arguments: ["ack", "seqs", "seq"], [true, false])
  func deliversEverythingInOrderAndSettlesIt(mode: String, deflate: Bool) async throws {
    let server = try WebSocketReceiver(["--mode", mode])
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 2500))
    let running = Self.run(server, source: source, deflate: deflate)
    #expect(await eventually { source.low() == 2500 }, "\(running.status)")
    source.append([.event, .reading])
    #expect(await eventually { source.low() == 2502 })
    #expect(await eventually { server.stored.count == 2502 })
    #expect(Array(server.stored.prefix(2500)) == Array(1...2500))
    #expect(server.batches == Array(1...server.batches.count))
    #expect(running.status.link == "waypost.v1 over WebSocket" + (deflate ? ", deflated" : ""))
    #expect(running.status.counters.acknowledged == 2502)
    #expect(running.status.counters.strayAnswers == 0)
    #expect(source.links == [true])
    await running.stop()
    #expect(await eventually { server.said.contains { $0["closed"] as? Int == 1001 } })
  }

  @Test(arguments: ["ack", "seqs", "seq"])
  func recordsGoOneByOneWhereBatchesHoldOne(mode: String) async throws {
    let server = try WebSocketReceiver(["--mode", mode])
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 300))
    let running = Self.run(server, source: source) { $0.batchRecords = 1 }
    #expect(await eventually { source.low() == 300 })
    #expect(await eventually { server.stored == Array(1...300) })
    #expect(server.batches.isEmpty)
    await running.stop()
  }

  @Test(arguments: [1, 10])
  func whatIsRefusedForGoodBecomesADeadLetterAlone(batch: Int) async throws {
    let server = try WebSocketReceiver(["--nack", "3,14"])
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 20))
    let running = Self.run(server, source: source) { $0.batchRecords = batch }
    #expect(await eventually { source.low() == 20 }, "\(running.status)")
    #expect(source.dead.sorted() == [3, 14])
    #expect(await eventually { Set(server.stored) == Set(1...20).subtracting([3, 14]) })
    #expect(running.status.lastError == "record refused: poison")
    #expect(running.status.connections == 1)
    await running.stop()
  }

  @Test func aServerThatStallsIsLeftAndGetsEverythingAgain() async throws {
    let server = try WebSocketReceiver(["--mode", "stall"])
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 50))
    let running = Self.run(server, source: source) { $0.answerLimit = .seconds(2) }
    #expect(await eventually { source.low() == 50 })
    #expect(server.connections >= 2)
    #expect(running.status.counters.repeated >= 50)
    await running.stop()
  }

  @Test func aServerThatIsKilledAndComesBackGetsWhatItMissed() async throws {
    let port = ServerPort.next()
    let first = try WebSocketReceiver(port: port)
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 10))
    let running = Self.run(first, source: source)
    #expect(await eventually { source.low() == 10 })
    first.kill()
    #expect(await eventually { !running.status.isUp })
    source.append(Array(repeating: .position, count: 90))
    let second = try WebSocketReceiver(port: port)
    #expect(await eventually { source.low() == 100 })
    #expect(await eventually { second.stored == Array(11...100) })
    #expect(source.links == [true, false, true])
    await running.stop()
  }

  @Test(arguments: WebSocketOptions.Authentication.allCases)
  func theTokenIsShownAsConfiguredAndNeverTold(way: WebSocketOptions.Authentication) async throws {
    let server = try WebSocketReceiver(["--token", "s3cret"])
    let options = Self.options(port: server.port) {
      $0.token = .literal("s3cret")
      $0.authentication = way
      $0.address.resource = "/gateway?v=1"
    }
    let running = RunningUplink(WebSocketTransport(options))
    #expect(await eventually { running.status.isUp })
    #expect(!"\(running.status)".contains("s3cret"))
    #expect(await eventually { !server.path.isEmpty })
    switch way {
    case .header: #expect(server.headers["authorization"] == "Bearer s3cret")
    case .subprotocol: #expect(server.headers["sec-websocket-protocol"] == "waypost.v1, access_token, s3cret")
    case .query: #expect(server.path == "/gateway?v=1&access_token=s3cret")
    }
    await running.stop()
  }

  @Test func aWrongTokenRaisesAnAlarmAndBacksOffToMinutes() async throws {
    let server = try WebSocketReceiver(["--token", "right"])
    let running = RunningUplink(WebSocketTransport(Self.options(port: server.port) { $0.token = .literal("wrong") }))
    #expect(await eventually { running.status.alarm?.code == "not-authorized" })
    #expect(running.waitsForMinutes, "\(running.status)")
    #expect(running.status.lastError?.contains("HTTP 401") == true)
    await running.stop()
  }

  @Test func closeCode4003RaisesAnAlarmAndBacksOffToMinutes() async throws {
    let server = try WebSocketReceiver(["--close", "4003"])
    let running = Self.run(server)
    #expect(await eventually { running.status.alarm?.code == "not-authorized" })
    #expect(running.waitsForMinutes, "\(running.status)")
    #expect(running.status.lastError?.contains("4003") == true)
    await running.stop()
  }

  @Test(arguments: [
    (["--redirect", "https://elsewhere/x?access_token=s3cret"], "redirects to “https://elsewhere/x” (HTTP 302"),
    (["--status", "404"], "no WebSocket at this path (HTTP 404"), (["--status", "503"], "HTTP 503"),
    (["--status", "200"], "a web page and no WebSocket"), (["--no-subprotocol"], "doesn't speak `waypost.v1`"),
    (["--close", "1011"], "internal error (1011) “so it is”"),
  ])
  func whatIsWrongIsSaidAndTriedAgain(arguments: [String], words: String) async throws {
    let server = try WebSocketReceiver(arguments)
    let running = Self.run(server)
    running.source.append([.event])
    #expect(await eventually { running.status.lastError != nil })
    #expect(running.status.lastError?.contains(words) == true, "\(running.status.lastError ?? "")")
    #expect(running.status.alarm == nil)
    #expect(running.source.low() == 0)
    await running.stop(within: .milliseconds(100))
  }

  @Test func nonsenseAndAnswersForWhatWasNeverSentAreCountedAndDeliveryGoesOn() async throws {
    let server = try WebSocketReceiver([
      "--greet", "hello", "--greet", "[1,2]", "--greet", #"{"type":"weather"}"#, "--greet",
      #"{"type":"ack","batch":7}"#,
      "--greet", #"{"type":"ack","seqs":[[1,18446744073709551615]]}"#, "--greet", #"{"type":"nack","seq":5}"#,
      "--greet",
      #"{"type":"ping"}"#, "--greet", #"{"type":"command","id":"c-1","name":"reboot","args":{}}"#,
    ])
    let running = Self.run(server)
    #expect(await eventually { server.answers.count == 2 })
    #expect(server.answers.first?["type"] as? String == "pong")
    #expect(server.answers.last?["id"] as? String == "c-1")
    #expect(server.answers.last?["ok"] as? Bool == false)
    running.source.append(Array(repeating: .position, count: 30))
    #expect(await eventually { running.source.low() == 30 })
    #expect(await eventually { running.status.counters.strayAnswers == 3 })
    #expect(running.source.dead.isEmpty)
    #expect(running.status.connections == 1)
    await running.stop()
  }

  @Test func absentServerIsTriedAgainAndTold() async throws {
    let running = RunningUplink(WebSocketTransport(Self.options(port: ServerPort.next())))
    #expect(await eventually { running.status.lastError?.contains("connection refused") == true })
    await running.stop(within: .milliseconds(100))
  }

  /// The oracle: whatever the server does, what is settled it has stored or has refused for good, and in the end that is everything.
  @Test(arguments: 0..<24)
  func aServerThatMisbehavesLosesNothing(seed: Int) async throws {
    let server = try WebSocketReceiver([
      "--mode", "random", "--seed", "\(seed)", "--nack", "7,77", "--calm-after", "60",
    ])
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 100))
    let running = Self.run(server, source: source, deflate: seed % 2 == 0) {
      $0.batchRecords = [1, 7, 25][seed % 3]
      $0.window = [10, 50][seed % 2]
      $0.answerLimit = .milliseconds(200)
      $0.retryFirst = .milliseconds(20)
      $0.retryLast = .milliseconds(200)
    }
    for _ in 0..<20 { source.append([.event, .position, .reading, .other, .position]) }
    #expect(await eventually { source.low() == 200 }, "\(running.status)")
    // What was settled without being stored would never have come again.
    let all = Set(1...200)
    #expect(await eventually { Set(server.stored).union(source.dead.map(Int.init)) == all })
    #expect(Set([7, 77]).isSubset(of: source.dead))
    await running.stop()
  }
}
