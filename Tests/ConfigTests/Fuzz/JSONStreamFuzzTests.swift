import Foundation
import Testing

@testable import Config

/// `WAYPOST_FUZZ_ROUNDS=N` tries more, `WAYPOST_FUZZ_SEED=N` others; `WAYPOST_FUZZ_SECONDS=N` goes on for so long, from a new seed.
@Suite struct JSONStreamFuzzTests {
  private static let seeds: [[UInt8]] = [
    #"{"type":"FeatureCollection","features":[{"type":"Feature","id":7,"properties":{"n":"\ud83d\ude00 é","n2":null},"geometry":{"type":"Polygon","coordinates":[[[6.1,46.2],[6.2,46.2,400],[6.2,-4.63e1],[6.1,46.2]]]}},{"a":true}],"bbox":[1,2,3,4]}"#,
    #"{ "features" : [ ] , "crs" : { "properties" : { "name" : "EPSG:2056" } }, "type" : "FeatureCollection" }"#,
    #"{"type":"Feature","properties":{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"k":11,"l":12,"m":13,"n":14,"o":15,"p":16,"q":17,"r":18,"a":19,"\u0072":20},"geometry":null}"#,
    "\u{FEFF}[0.1, 123456789012345678, 0.30000000000000004, 1e22, 1e23, 9007199254740993, 4.9e-324, 1.7976931348623157e308, -0, 0e400, 179.99999999999997, 1e-400]",
  ].map { Array($0.utf8) }

  private static let tokens: [[UInt8]] =
    [
      "[", "]", "{", "}", ",", ":", "\"", "\\", "\"features\":[", "\"features\"", "\\u00e9", "\\ud83d", "\\ude00",
      "1e5",
      "-", ".", "0", "e", "null", "tru", " ", "\n", "é", "日", "\u{FEFF}", "// c",
    ].map { Array($0.utf8) } + [[0], [0xFF], [0xC3], [0xE2, 0x82]]

  private static func mutated(_ random: inout SeededRandom) -> [UInt8] {
    var bytes = seeds.randomElement(using: &random) ?? []
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 0...12, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes.removeSubrange(place..<end)
      case 1: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 2: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
      case 3: if Bool.random(using: &random) { bytes.removeSubrange(place...) }
      default: bytes.replaceSubrange(place..<min(end, place + 2), with: tokens.randomElement(using: &random) ?? [])
      }
    }
    return bytes
  }

  @Test func theStreamTakesWhatTheTreeTakesWithTheSameValues() {
    for (seed, round) in FuzzRounds(standard: 4000) {
      var random = SeededRandom(seed: UInt64(seed) &* 1_000_003 &+ UInt64(round))
      let bytes = Self.mutated(&random)
      let chunk = [1, 2, 3, 5, 16, 100, 100_000].randomElement(using: &random) ?? 1
      let problems = JSONStreamFuzz.check(bytes, chunk: chunk)
      #expect(
        problems.isEmpty,
        "seed \(seed), round \(round), chunk \(chunk): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
  }

  @Test func theSeedsAreTakenExceptForTheirDoubledNames() {
    for (seed, count) in zip(Self.seeds, [0, 0, 2, 0]) {
      var diagnostics = Diagnostics()
      #expect(JSON.parse(SourceFile(path: "seed", bytes: seed), diagnostics: &diagnostics) != nil)
      #expect(diagnostics.all.count == count)
    }
  }
}
