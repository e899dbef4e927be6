import Config
import Foundation
import Model
import Testing

@testable import Inputs

/// The driver on real pseudo-terminals.
@Suite(.serialized, .enabled(if: SocatLine.isInstalled, "socat is not installed")) struct SerialInputTests {
  private static func input(_ connection: String, _ more: String = "") throws -> any PacedInput {
    let text = """
      devices:
        scale:
          driver: serial
          connection: \(connection)
          format: "{status},{kind},{weight:number}{unit}"
          metrics: { weight: { unit: kg } }
          \(more)
      """
    var diagnostics = Diagnostics()
    let set = DeviceSet.load(
      [SourceFile(path: "devices.yaml", text: text)], positionDevice: nil, diagnostics: &diagnostics)
    return try #require(set?.devices.first?.input as? any PacedInput, "\(diagnostics.sorted())")
  }

  private static func weights(_ contents: [Observation.Content]) -> [String] {
    contents.compactMap(SerialBench.text)
  }

  @Test func aDeviceIsAskedAndItsAnswersAreRead() async throws {
    let sink = CollectingSink()
    let line = try await onThread { try SocatLine() }
    let input = try Self.input(
      "{ port: \(line.path), baud: 4800, parity: even, data_bits: 7 }", #"poll: { send: "Q\r\n", every: 1 h }"#)
    _ = try await whileRunning(input, into: sink) {
      try demand(line.receive(3).map { String(decoding: $0, as: UTF8.self) } == "Q\r\n", "not asked")
      try line.send("ST,GS,+0012.34kg\r\n")
      try demand(sink.wait { Self.weights($0) == ["weight=12.34"] }, "\(sink.contents)")
      // Rules want it more often, at once.
      input.setPace(.milliseconds(100))
      for n in 1...3 {
        try demand(line.receive(3) != nil, "not asked again")
        try line.send("ST,GS,+000\(n).00kg\r\n")
      }
      try demand(sink.wait { Self.weights($0).count == 4 }, "\(sink.contents)")
    }
  }

  @Test func anAdapterThatComesBackUnderAnotherNameIsReadAgain() async throws {
    let sink = CollectingSink()
    let line = try await onThread { try SocatLine() }
    let ending = try await whileRunning(
      try Self.input("{ port: \(line.path) }", #"poll: { send: "Q\r\n", every: 100 ms }"#), into: sink
    ) {
      // How long it took each time until it was asked again: that of one is the gateway's, that of another a busy machine's.
      var waits: [Double] = []
      for n in 1...3 {
        try demand(line.receive(3) != nil, "\(n): not asked")
        try line.send("ST,GS,+000\(n).00kg\r\n")
        try demand(sink.wait { Self.weights($0).contains("weight=\(n).0") }, "\(n): \(sink.contents)")
        line.unplug()
        let pulled = BootClock.now
        let gone = Observation.Content.device(name: "scale", isUp: false, reason: "unplugged")
        try demand(sink.wait { $0.filter { $0 == gone }.count == n }, "\(n): \(sink.contents)")
        let told = sink.time(of: gone) - pulled
        try demand(told < 1_000_000_000, "told after \(told) ns")
        try line.plug()
        let plugged = BootClock.now
        try demand(line.receive(3) != nil, "\(n): not asked again")
        waits.append(Double(BootClock.now - plugged) / 1e9)
        try line.send("ST,GS,+0009.00kg\r\n")
        try demand(
          sink.wait { $0.filter { $0 == .device(name: "scale", isUp: true, reason: nil) }.count == n + 1 },
          "\(n): \(sink.contents)")
      }
      try demand(waits.contains { $0 < 5 }, "asked after \(waits) s")
    }
    #expect(ending < .seconds(1))
  }

  @Test func aSerialServerIsReadOverTCP() async throws {
    let sink = CollectingSink()
    let server = try LoopbackSocket.listen()
    let input = try Self.input("{ tcp: 127.0.0.1, port: \(server.port) }", #"poll: { send: "Q\r\n", every: 1 h }"#)
    _ = try await whileRunning(input, into: sink) {
      let client = try server.accept()
      try demand(client.line() == "Q\r", "not asked")
      client.send("ST,GS,+0012.34kg\r\n")
      try demand(sink.wait { Self.weights($0) == ["weight=12.34"] }, "\(sink.contents)")
    }
  }
}
