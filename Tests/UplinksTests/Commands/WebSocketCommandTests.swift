import Foundation
import Model
import Testing

@testable import Uplinks

/// Commands from python `websockets` and python-socketio.
@Suite(.serialized) struct WebSocketCommandTests {
  private static let commands = [
    #"{"type":"command","id":"c-1","name":"open_door","args":{"seconds":5}}"#,
    #"{"type":"command","id":2,"name":"../etc"}"#, #"{"type":"command","name":"x"}"#,
  ]

  @Test(.enabled(if: WebSocketReceiver.isThere, "python3-websockets is not installed"), arguments: [true, false])
  func commandsAreAnsweredOnTheSameConnection(deflate: Bool) async throws {
    let server = try WebSocketReceiver(Self.commands.flatMap { ["--greet", $0] })
    let taker = ScriptedTaker { CommandOutcome(CommandAnswer(result: Array("[\"\($0.name)\"]".utf8))) }
    let running = RunningUplink(
      WebSocketTransport(WebSocketServerTests.options(port: server.port) { $0.offersDeflate = deflate }),
      commands: (.all, taker))
    #expect(await eventually { server.answers.count == 3 })
    #expect(server.answers[0]["type"] as? String == "response")
    #expect(server.answers[0]["id"] as? String == "c-1" && server.answers[0]["ok"] as? Bool == true)
    #expect(server.answers[0]["result"] as? [String] == ["open_door"])
    #expect(server.answers[1]["id"] as? Int == 2 && server.answers[1]["ok"] as? Bool == false)
    #expect(server.answers[2]["id"] is NSNull && server.answers[2]["ok"] as? Bool == false)
    #expect(taker.taken.map(\.name) == ["open_door"])
    #expect(taker.taken.first?["seconds"] == .number(5))
    await running.stop()
  }

  @Test(.enabled(if: WebSocketReceiver.isThere, "python3-websockets is not installed"))
  func whoMayNotCommandIsToldSo() async throws {
    let server = try WebSocketReceiver(["--greet", Self.commands[0]])
    let taker = ScriptedTaker()
    let running = RunningUplink(
      WebSocketTransport(WebSocketServerTests.options(port: server.port)), commands: (.none, taker))
    #expect(await eventually { server.answers.count == 1 })
    #expect(server.answers[0]["ok"] as? Bool == false)
    #expect((server.answers[0]["error"] as? String)?.contains("takes no commands from here") == true)
    #expect(taker.taken.isEmpty)
    await running.stop()
  }

  @Test(
    .enabled(if: WebSocketReceiver.has("socketio", "aiohttp"), "python3-socketio is not installed"),
    arguments: ["/vehicles", "/"])
  func socketIOsCallbackGetsTheAnswer(namespace: String) async throws {
    let server = try WebSocketReceiver(
      script: "../SocketIO/server.py",
      ["--namespace", namespace, "--command", #"{"id":"c-1","name":"wash","args":{"seconds":5}}"#])
    let taker = ScriptedTaker { _ in CommandOutcome(CommandAnswer(result: Array("{}".utf8))) }
    var options = WebSocketOptions(
      address: WebSocketAddress(host: "127.0.0.1", port: server.port, isSecure: false).forSocketIO)
    var socketIO = SocketIOOptions()
    socketIO.namespace = namespace
    options.dialect = .socketIO(socketIO)
    let running = RunningUplink(WebSocketTransport(options), format: SocketIOMessages(), commands: (.all, taker))
    #expect(await eventually { server.said.count { $0["called"] != nil || $0["response"] != nil } == 2 })
    for key in ["called", "response"] {
      let answer = try #require(server.said.compactMap { $0[key] as? [String: Any] }.first, "\(server.said)")
      #expect(
        answer["id"] as? String == "c-1" && answer["ok"] as? Bool == true && answer["type"] as? String == "response")
    }
    // Both ways were taken; that they are one command is the taker's to know.
    #expect(taker.taken.count == 2 && taker.taken.allSatisfy { $0["seconds"] == .number(5) })
    await running.stop()
  }
}
