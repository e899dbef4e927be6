import Foundation
import Testing

@testable import Inputs

/// `WAYPOST_FUZZ_ROUNDS=N` tries more, `WAYPOST_FUZZ_SEED=N` others.
@Suite struct SerialFuzzTests {
  private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

  /// Eighteen sentences that make three epochs.
  private static let sentences = Array(
    (0..<3).map { n in
      [
        NMEATrackTests.rmc("12000\(n).00", "050226"), NMEATrackTests.gga("12000\(n).00"),
        NMEATrackTests.sentence("GNGSA,A,3,01,02,03,,,,,,,,,,1.8,0.9,1.5"),
        NMEATrackTests.sentence("GNGST,12000\(n).00,10,2,1,45,3.0,4.0,6.0"),
        NMEATrackTests.sentence("GNZDA,12000\(n).00,05,02,2026,00,00"),
        NMEATrackTests.sentence(
          "PUBX,00,12000\(n).00,4612.26400,N,00608.59200,E,375.1,G3,2.1,3.2,36.000,271.50,0.007,,0.92,1.19,0.77,9,0,0"),
      ].joined(separator: "\r\n")
    }.joined(separator: "\r\n").utf8)

  @Test func whatRealDevicesSayAndAnyDamageToIt() throws {
    let names = SerialDeviceTests.names
    let fuzz = SerialFuzz(profiles: try names.map(SerialDeviceTests.profile))
    let seeds = try names.map(SerialDeviceTests.bytes) + [Self.sentences, Self.sentences]
    for (index, seed) in seeds.enumerated() { #expect(fuzz.check([UInt8(index)] + seed) == [], "seed \(index)") }
    let seed = UInt64(Self.number("WAYPOST_FUZZ_SEED") ?? 1)
    for round in 0..<(Self.number("WAYPOST_FUZZ_ROUNDS") ?? 500) {
      var random = SeededRandom(seed: seed &* 1_000_003 &+ UInt64(round))
      let index = Int(random.next() % UInt64(seeds.count))
      let problems = fuzz.check([UInt8(index)] + Self.mutated(seeds[index], seeds, &random))
      #expect(problems.isEmpty, "seed \(seed), round \(round)")
    }
  }

  private static func mutated(_ seed: [UInt8], _ seeds: [[UInt8]], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 0...12, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes.removeSubrange(place..<end)
      case 1: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      case 3: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
      case 4: bytes.insert(contentsOf: [UInt8](repeating: bytes.first ?? 0, count: 2000), at: place)
      default:
        let other = seeds.randomElement(using: &random) ?? []
        let from = Int.random(in: 0...other.count, using: &random)
        bytes.insert(contentsOf: other[from..<min(other.count, from + 60)], at: place)
      }
    }
    return bytes
  }
}
