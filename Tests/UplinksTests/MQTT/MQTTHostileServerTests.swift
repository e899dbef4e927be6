import Foundation
import Glibc
import Model
import Testing

@testable import Uplinks

/// Brokers that do what none should: bounded memory, a clear event, and delivery goes on with the next connection.
@Suite(.serialized) struct MQTTHostileServerTests {
  enum Mischief: CaseIterable {
    /// A packet of 256 MB announced, and sent as far as it is taken.
    case hugePacket
    /// The same in the place of a CONNACK.
    case hugeAnswer
    /// CONNACK with a receive maximum of 0, and with the same property twice.
    case zeroReceiveMaximum, twiceTheSame
    /// Messages without end, whose answers are never read.
    case messagesUnread
    /// A subscription's answer, an AUTH, a packet of 3.1's time.
    case strangePackets
    /// Answers with an unknown code, and for what was never sent, then nothing more.
    case strays
  }

  private static func play(_ mischief: Mischief, _ connection: Int32) {
    guard StubbornServer.packet(connection) != nil else { return }
    let accept: [UInt8] = [0x20, 3, 0, 0, 0]
    let chunk = [UInt8](repeating: 0x61, count: 1 << 16)
    switch mischief {
    case .hugePacket:
      StubbornServer.send(connection, accept + [0x30, 0xFF, 0xFF, 0xFF, 0x7F, 0, 1, 0x61])
      flood(connection, chunk, 256 << 20)
    case .hugeAnswer:
      StubbornServer.send(connection, [0x20, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0])
      flood(connection, chunk, 256 << 20)
    case .zeroReceiveMaximum: StubbornServer.send(connection, [0x20, 6, 0, 0, 3, 0x21, 0, 0])
    case .twiceTheSame: StubbornServer.send(connection, [0x20, 9, 0, 0, 6, 0x21, 0, 5, 0x21, 0, 5])
    case .messagesUnread:
      StubbornServer.send(connection, accept)
      flood(connection, Array(repeating: [0x32, 7, 0, 1, 0x61, 0, 1, 0, 0x7A], count: 7000).flatMap { $0 }, 512 << 20)
    case .strangePackets: StubbornServer.send(connection, accept + [0x90, 4, 0, 1, 0, 1, 0xF0, 2, 0x18, 0])
    case .strays:
      StubbornServer.send(
        connection, accept + Array(repeating: [0x40, 3, 0x7F, 0xFF, 0x42] as [UInt8], count: 5000).flatMap { $0 })
    }
    // Until we leave it.
    _ = StubbornServer.bytes(connection, .max >> 40)
  }

  private static func flood(_ connection: Int32, _ chunk: [UInt8], _ total: Int) {
    var limit = timeval(tv_sec: 3, tv_usec: 0)
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    for _ in 0..<total / chunk.count {
      guard Glibc.send(connection, chunk, chunk.count, Int32(MSG_NOSIGNAL)) > 0 else { return }
    }
  }

  private static func behave(_ connection: Int32) {
    guard StubbornServer.packet(connection) != nil else { return }
    StubbornServer.send(connection, [0x20, 3, 0, 0, 0])
    while let packet = StubbornServer.packet(connection) {
      guard packet.first & 0xF0 == 0x30 else { continue }
      let topic = Int(packet.body[0]) << 8 | Int(packet.body[1])
      StubbornServer.send(connection, [0x40, 2, packet.body[topic + 2], packet.body[topic + 3]])
    }
  }

  @Test(arguments: Mischief.allCases)
  func isLeftWithBoundedMemoryAndDeliveryGoesOn(mischief: Mischief) async throws {
    let hasPlayed = Flag()
    let server = StubbornServer { connection in
      guard hasPlayed.isRaised else {
        hasPlayed.raise()
        return Self.play(mischief, connection)
      }
      Self.behave(connection)
    }
    let memory = MemoryPeak()
    let errors = Noted()
    let source = MemorySource()
    let running = RunningUplink(try RunningUplink.options(port: server.port), source: source) {
      $0.retryFirst = .milliseconds(200)
      $0.retryLast = .milliseconds(200)
      $0.answerLimit = .seconds(4)
    }
    source.append([.event, .position, .reading])
    #expect(
      await eventually {
        memory.look()
        if let error = running.status.lastError { _ = errors.note(error) }
        return source.low() == 3
      }, "\(running.status)")
    // The packet alone would be 256 MB.
    #expect(memory.growth < MemoryPeak.limit)
    #expect(source.dead.isEmpty)
    #expect(running.status.alarm == nil)
    let words =
      switch mischief {
      case .hugePacket: "268435455 bytes"
      case .hugeAnswer: "268435455 bytes"
      case .zeroReceiveMaximum: "receive maximum of 0"
      case .twiceTheSame: "a property twice"
      case .messagesUnread, .strays: "no answer within 4 s"
      case .strangePackets: "none of a broker's"
      }
    #expect(errors.first?.contains(words) == true, "\(errors.first ?? "")")
    if mischief == .strays { #expect(running.status.counters.strayAnswers == 5000) }
    await running.stop(within: .milliseconds(200))
  }
}
