import Foundation
import Model
import Testing

@testable import Uplinks

/// What comes from outside: commands and states, damaged. `WAYPOST_FUZZ_SECONDS` makes it go on for longer.
@Suite struct SparkplugFuzzTests {
  private static let seconds = ProcessInfo.processInfo.environment["WAYPOST_FUZZ_SECONDS"].flatMap(Double.init) ?? 1

  private static var seeds: [[UInt8]] {
    let metric = SparkplugMetric(
      name: "Node Control/Rebirth", alias: 7, timestamp: Timestamp(milliseconds: 1), kind: .boolean,
      value: .boolean(true), unit: "Cel", quality: .stale, properties: [SparkplugProperty("k", "v")])
    let other = SparkplugMetric(
      name: nil, alias: .max, timestamp: Timestamp(milliseconds: -1), kind: .double, value: .double(.infinity))
    return [
      [], SparkplugPayload.bytes(timestamp: Timestamp(milliseconds: 1), metrics: [metric], seq: 3),
      SparkplugPayload.bytes(timestamp: nil, metrics: [metric, other, metric], seq: nil),
      Array(#"{"online":true,"timestamp":1770301800250}"#.utf8), Array(#"{"online":false,"timestamp":1}"#.utf8),
      // A length of 2⁶⁴ − 1, a number without end, a group, and a field without a number.
      [0x12] + Array(repeating: 0xFF, count: 9) + [0x01], Array(repeating: 0x80, count: 40), [0x13, 0x14],
      [0x00, 0x00],
      Array(repeating: [0x12, 0x00] as [UInt8], count: 2000).flatMap { $0 }, Array(repeating: 0x12, count: 70_000),
    ]
  }

  @Test func nothingThatABrokerSendsEndsItOrLeavesItInDoubt() {
    var random = SystemRandomNumberGenerator()
    let end = Date().addingTimeInterval(Self.seconds)
    var rounds = 0
    var births = 0
    while rounds < 500 || Date() < end {
      rounds += 1
      var edge = EdgeNode(primaryHost: "scada")
      edge.open()
      edge.state(#"{"online":true,"timestamp":0}"#)
      for step in 0..<20 {
        edge.pass(.seconds(Double(step % 7)))
        let payload = Self.damaged(Self.seeds.randomElement(using: &random) ?? [], &random)
        if Bool.random(using: &random) {
          edge.command(payload, isRetained: Bool.random(using: &random))
        } else {
          edge.state(String(decoding: payload, as: UTF8.self))
        }
        edge.send(
          UInt64(step + 1),
          .reading(device: "reefer", metric: "temperature", value: .number(1), unit: nil, quality: .good))
        if Bool.random(using: &random) { edge.answer(UInt64.random(in: 0...3, using: &random)) }
        if edge.left != nil { edge.connectAgain() }
      }
      births += edge.verbs().count { $0 == "NBIRTH" }
      #expect(edge.faults == [])
      // Each thing is told once a connection.
      #expect(edge.takeEvents().count < 400)
      if !edge.faults.isEmpty { return }
    }
    #expect(births > rounds / 2)
  }

  private static func damaged(_ bytes: [UInt8], _ random: inout SystemRandomNumberGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      guard !bytes.isEmpty else { return [UInt8.random(in: 0...255, using: &random)] }
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      default: bytes = Array(bytes.prefix(place))
      }
    }
    return bytes
  }

  @Test func readsWhatItWritesAndNothingBeyondTheEnd() throws {
    let metric = SparkplugMetric(
      name: "a", alias: 300, timestamp: Timestamp(milliseconds: 1), kind: .boolean, value: .boolean(true))
    let bytes = SparkplugPayload.bytes(timestamp: Timestamp(milliseconds: 5), metrics: [metric], seq: 200)
    #expect(try SparkplugPayload.commands(bytes) == [.init(name: "a", alias: 300, flag: true)])
    for count in 1..<bytes.count {
      // What is cut is an error, or ends between two fields.
      do throws(ProtobufReader.Damage) {
        #expect(try SparkplugPayload.commands(Array(bytes.prefix(count))).count <= 1)
      } catch {
        #expect(!error.what.isEmpty)
      }
    }
    #expect(throws: ProtobufReader.Damage.self) {
      try SparkplugPayload.commands(Array(repeating: 0x12, count: SparkplugPayload.mostBytes + 1))
    }
    #expect(throws: ProtobufReader.Damage.self) {
      try SparkplugPayload.commands(Array(repeating: [0x12, 0x00] as [UInt8], count: 1001).flatMap { $0 })
    }
  }
}
