import Foundation
import Model
import Testing

@testable import Uplinks

@Suite(.serialized) struct MQTTStubbornServerTests {
  @Test(arguments: [
    Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".utf8), Array("SSH-2.0-OpenSSH_9.2\r\n".utf8),
    [UInt8](repeating: 0, count: 4096), [UInt8](repeating: 0xFF, count: 4096), [0x20, 0x02, 0x00, 0xF0],
  ])
  func garbageIsAClearErrorWithBackOffAndLosesNothing(answer: [UInt8]) async throws {
    let server = StubbornServer { connection in
      _ = StubbornServer.packet(connection)
      StubbornServer.send(connection, answer)
      _ = StubbornServer.bytes(connection, 1)
    }
    let running = RunningUplink(try RunningUplink.options(port: server.port))
    running.source.append([.event, .position])
    // Between two attempts; each of them gives the same error.
    #expect(
      await eventually {
        if case .waiting = running.status.state { running.status.lastError != nil } else { false }
      }, "\(running.status)")
    let error = running.status.lastError ?? ""
    #expect(error.contains("does not speak MQTT") || error.contains("refused the connection"), "\(error)")
    await running.stop()
    #expect(running.source.low() == 0)
    #expect(running.source.dead.isEmpty)
    #expect(running.source.links.isEmpty)
  }

  @Test(arguments: [true, false])
  func anOldBrokerIsSpokenToInItsOwnVersion(saysWhy: Bool) async throws {
    let server = StubbornServer { connection in
      guard let connect = StubbornServer.packet(connection), connect.first == 0x10 else { return }
      // Bytes 0–5 are the length and “MQTT”, byte 6 the protocol's level.
      guard connect.body[6] == 4 else {
        if saysWhy { StubbornServer.send(connection, [0x20, 2, 0, 1]) }
        return
      }
      StubbornServer.send(connection, [0x20, 2, 0, 0])
      while let packet = StubbornServer.packet(connection) {
        guard packet.first & 0xF0 == 0x30 else { continue }
        let topic = Int(packet.body[0]) << 8 | Int(packet.body[1])
        StubbornServer.send(connection, [0x40, 2, packet.body[topic + 2], packet.body[topic + 3]])
      }
    }
    let running = RunningUplink(try RunningUplink.options(port: server.port))
    running.source.append([.event, .position])
    #expect(await eventually { running.source.low() == 2 })
    #expect(running.status.link == "MQTT 3.1.1")
    await running.stop()
  }

  /// mosquitto 2.0.11 just closes; others say 0x8E.
  @Test func anotherBoxWithOurIdRaisesAnAlarmAndEndsTheFight() async throws {
    let server = StubbornServer { connection in
      _ = StubbornServer.packet(connection)
      StubbornServer.send(connection, [0x20, 3, 0, 0, 0])
      _ = StubbornServer.packet(connection)
      StubbornServer.send(connection, [0xE0, 2, 0x8E, 0])
      _ = StubbornServer.bytes(connection, 1)
    }
    let running = RunningUplink(try RunningUplink.options(port: server.port))
    #expect(await eventually { running.status.alarm?.code == "session-taken-over" })
    #expect(running.waitsForMinutes, "\(running.status)")
    await running.stop()
  }

  @Test(arguments: [(UInt8(0x97), "quota"), (0x80, "unspecified")])
  func refusalsOfMQTT5AreUnderstood(code: UInt8, word: String) async throws {
    let server = StubbornServer { connection in
      _ = StubbornServer.packet(connection)
      StubbornServer.send(connection, [0x20, 3, 0, 0, 0])
      while let packet = StubbornServer.packet(connection) {
        guard packet.first & 0xF0 == 0x30 else { continue }
        let topic = Int(packet.body[0]) << 8 | Int(packet.body[1])
        StubbornServer.send(connection, [0x40, 3, packet.body[topic + 2], packet.body[topic + 3], code])
      }
    }
    let running = RunningUplink(try RunningUplink.options(port: server.port))
    running.source.append([.event])
    #expect(await eventually { running.status.lastError?.contains(word) == true })
    if code == 0x80 {
      #expect(await eventually { running.source.dead == [1] })
    } else {
      #expect(running.source.dead.isEmpty)
      #expect(running.source.low() == 0)
    }
    #expect(running.status.connections == 1)
    await running.stop(within: .milliseconds(100))
  }

  @Test func aServerThatGoesSilentAfterAcceptingIsLeft() async throws {
    // The delivery's own limit is 20 s on virtual time elsewhere; here a short one shows that the link is really given up.
    let server = StubbornServer { connection in
      _ = StubbornServer.packet(connection)
      StubbornServer.send(connection, [0x20, 3, 0, 0, 0])
      while StubbornServer.packet(connection) != nil {}
    }
    let running = RunningUplink(try RunningUplink.options(port: server.port)) { $0.answerLimit = .milliseconds(200) }
    running.source.append([.event])
    #expect(await eventually { running.status.connections >= 2 })
    #expect(await eventually { running.status.counters.repeated >= 1 })
    #expect(running.source.low() == 0)
    #expect(running.source.dead.isEmpty)
    await running.stop(within: .milliseconds(100))
  }
}
