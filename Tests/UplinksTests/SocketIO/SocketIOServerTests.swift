import Foundation
import Model
import Testing

@testable import Uplinks

/// The dialect against python-socketio.
@Suite(
  .serialized, .enabled(if: WebSocketReceiver.has("socketio", "aiohttp"), "python3-socketio is not installed"))
struct SocketIOServerTests {
  private static func server(_ arguments: [String] = []) throws -> WebSocketReceiver {
    try WebSocketReceiver(script: "../SocketIO/server.py", arguments)
  }

  private static func transport(
    _ server: WebSocketReceiver, _ change: (inout SocketIOOptions) -> Void = { _ in }
  ) -> WebSocketTransport {
    var options = WebSocketOptions(
      address: WebSocketAddress(host: "127.0.0.1", port: server.port, isSecure: false).forSocketIO)
    var socketIO = SocketIOOptions()
    socketIO.namespace = "/vehicles"
    socketIO.auth = [.init(name: "vehicleId", value: .literal("truck-005"))]
    change(&socketIO)
    options.dialect = .socketIO(socketIO)
    return WebSocketTransport(options)
  }

  private static func run(
    _ transport: WebSocketTransport, _ source: MemorySource, _ change: (inout DeliverySettings) -> Void = { _ in }
  ) -> RunningUplink { RunningUplink(transport, format: SocketIOMessages(), source: source, change) }

  @Test(arguments: SocketIOOptions.Acknowledgement.allCases)
  func deliversEverythingInOrderAndSettlesIt(acknowledgement: SocketIOOptions.Acknowledgement) async throws {
    let server = try Self.server(["--vehicle", "truck-005", "--ping", "0.2"])
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 400))
    let running = Self.run(Self.transport(server) { $0.acknowledgement = acknowledgement }, source)
    #expect(await eventually { source.low() == 400 }, "\(running.status)")
    source.append([.event, .reading, .other])
    #expect(await eventually { source.low() == 403 })
    #expect(await eventually { server.stored.count == 403 })
    #expect(Array(server.stored.prefix(400)) == Array(1...400))
    let events = server.said.compactMap { $0["event"] as? String }
    #expect(events.prefix(400).allSatisfy { $0 == "position" })
    #expect(Set(events.suffix(3)) == ["event", "reading", "device"])
    let record = try #require(server.said.compactMap { $0["record"] as? [String: Any] }.first)
    #expect(record["lng"] as? Double == 6.1)
    #expect(record["lat"] as? Double == 46.2)
    #expect(record["gateway"] as? String == "truck-005")
    #expect(record["journal"] as? String == "k7f3q2")
    #expect(record["timestamp"] as? String == "2026-02-05T14:30:00.000Z")
    #expect(server.path == "/socket.io/?EIO=4&transport=websocket")
    #expect(running.status.link == "Socket.IO /vehicles over WebSocket")
    #expect(running.status.counters.strayAnswers == 0)
    await running.stop()
    #expect(await eventually { server.said.contains { $0["closed"] as? Bool == true } })
  }

  @Test func anUnknownVehicleRaisesAnAlarmAndBacksOffToMinutes() async throws {
    let server = try Self.server(["--vehicle", "another"])
    let running = Self.run(Self.transport(server), MemorySource())
    #expect(await eventually { running.status.alarm?.code == "not-authorized" })
    #expect(running.status.lastError?.contains("unknown vehicle") == true)
    #expect(running.status.connections == 0)
    await running.stop()
  }

  @Test func aNamespaceThatIsNotThereIsTold() async throws {
    let server = try Self.server()
    let running = Self.run(Self.transport(server) { $0.namespace = "/elsewhere" }, MemorySource())
    #expect(await eventually { running.status.lastError?.contains("refused the namespace /elsewhere") == true })
    await running.stop()
  }

  @Test func whatTheHandlerRefusesBecomesADeadLetterAlone() async throws {
    let server = try Self.server(["--nack", "3,14"])
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 20))
    let running = Self.run(Self.transport(server), source)
    #expect(await eventually { source.low() == 20 }, "\(running.status)")
    #expect(source.dead.sorted() == [3, 14])
    #expect(await eventually { Set(server.stored) == Set(1...20).subtracting([3, 14]) })
    #expect(running.status.connections == 1)
    await running.stop()
  }

  /// The oracle: with acknowledgements exactly, without behind the barrier.
  @Test(arguments: 0..<4)
  func aServerThatMisbehavesLosesNothing(seed: Int) async throws {
    let server = try Self.server(["--random", "\(seed)"])
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 100))
    let acknowledgement: SocketIOOptions.Acknowledgement = seed % 2 == 0 ? .required : .none
    let running = Self.run(Self.transport(server) { $0.acknowledgement = acknowledgement }, source) {
      $0.window = [10, 50][seed % 2]
      $0.answerLimit = .milliseconds(500)
      $0.retryFirst = .milliseconds(20)
      $0.retryLast = .milliseconds(200)
    }
    for _ in 0..<20 { source.append([.event, .position, .reading, .other, .position]) }
    #expect(await eventually { source.low() == 200 }, "\(running.status)")
    // Without acknowledgements the server's process has read what it refuses or drops; that is all that the barrier says.
    if acknowledgement == .required {
      let all = Set(1...200)
      #expect(await eventually { Set(server.stored).union(source.dead.map(Int.init)) == all })
    }
    await running.stop()
  }
}
