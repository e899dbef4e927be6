import Config
import Foundation
import Testing

/// `WAYPOST_FUZZ_ROUNDS=N` tries more, `WAYPOST_FUZZ_SEED=N` others, `WAYPOST_FUZZ_FILE=PATH` one file again; `WAYPOST_FUZZ_SECONDS=N`
/// goes on for so long, from a new seed.
@Suite struct FuzzTests {
  static let seeds: [[UInt8]] = {
    let cases = RendererTests.names.compactMap { name in
      (try? Data(contentsOf: RendererTests.folder.appendingPathComponent(name + "/input.yaml"))).map { Array($0) }
    }
    let more = [
      "rules:\n  - name: cold_chain\n    when: gps.speed > 5 && in_zone(\"a\")\n    for: 5 min\n    limit: 5 per hour\nzones:\n  depot: { circle: [6.1, 46.2], radius: 250 m }\n",
      "a: &a\n  - |\n    x\n     y\n\n  - >-\n    z\n  - \"q\\u00e9\\\n    r\"\n  - 'it''s\n\n    me'\nb: [*a, {c: , ? d : e}, f: g]\n? [x]\n: y\n? z\n",
      "\u{FEFF}süd: { 日本: 1,\te\u{301}: '👩‍👩‍👧' }\r\n# ü\r\nlist:\r\n- - a\r\n  - b: !!str c\r\n",
      "%YAML 1.2\n---\n!!map {a: !!int 5, b: ! x}\n...\n",
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"n\":\"\\ud83d\\ude00 é\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[6.1,46.2],[6.2,46.2],[6.2,-4.63e1],[6.1,46.2]]]}}]}\n",
    ]
    return cases + more.map { Array($0.utf8) }
  }()

  private static let tokens: [[UInt8]] =
    [
      "\t", "\n", "\r", "\r\n", "  ", ": ", ":", "- ", "-", "? ", "[", "]", "{", "}", ",", "\"", "'", "\\", "|", ">",
      "|+2\n", "&a ", "*a", "!", "!!str ", "#", " #",
      "---\n", "...\n", "%YAML 1.1\n", "<<", "~", "null", "é", "日", "👩‍👩‍👧", "\u{301}", "\u{85}", "\u{2028}", "\u{A0}",
      "\u{FEFF}", "\u{600}", "\u{1F1E6}",
      "10", "10 s", "1e999", "0x", "\\ud800", "@", "`",
    ].map { Array($0.utf8) } + [
      [0], [0xFF], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xEF, 0xBB, 0xBF],
      [0xFF, 0xFE],
    ]

  static func mutated(_ random: inout SeededRandom) -> [UInt8] {
    var bytes = seeds.randomElement(using: &random) ?? []
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 0...8, using: &random))
      switch Int.random(in: 0..<8, using: &random) {
      case 0: bytes.removeSubrange(place..<end)
      case 1: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      case 3: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
      case 4: bytes.removeSubrange(place...)
      case 5:
        let other = seeds.randomElement(using: &random) ?? []
        let from = Int.random(in: 0...other.count, using: &random)
        bytes.insert(contentsOf: other[from..<min(other.count, from + 40)], at: place)
      default:
        bytes.replaceSubrange(
          place..<min(end, place + Int.random(in: 0...2, using: &random)),
          with: tokens.randomElement(using: &random) ?? [])
      }
    }
    return bytes
  }

  @Test func noBytesTrapAndEverySpanIsInTheFile() {
    for (seed, round) in FuzzRounds(standard: 3000) {
      var random = SeededRandom(seed: UInt64(seed) &* 1_000_003 &+ UInt64(round))
      let bytes = Self.mutated(&random)
      let problems = ConfigFuzz.check(bytes)
      #expect(
        problems.isEmpty, "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
  }

  @Test func theValidSeedsThemselvesHold() {
    for seed in Self.seeds { #expect(ConfigFuzz.check(seed) == []) }
  }

  @Test func everyBeginningOfAFileHolds() {
    for seed in Self.seeds.suffix(5) {
      for count in 0...seed.count { #expect(ConfigFuzz.check(Array(seed.prefix(count))) == [], "\(count)") }
    }
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["WAYPOST_FUZZ_FILE"] != nil))
  func theNamedFileHolds() throws {
    let path = ProcessInfo.processInfo.environment["WAYPOST_FUZZ_FILE"] ?? ""
    #expect(ConfigFuzz.check(Array(try Data(contentsOf: URL(fileURLWithPath: path)))) == [])
  }
}
