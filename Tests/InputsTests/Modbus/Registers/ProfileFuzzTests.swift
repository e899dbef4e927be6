import Config
import Foundation
import Model
import Testing

@testable import Inputs

/// Damaged profiles, and the register maps that come out of those that are still profiles. `WAYPOST_FUZZ_ROUNDS=N` tries more,
/// `WAYPOST_FUZZ_SEED=N` others.
@Suite struct ProfileFuzzTests {
  private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

  static let seeds: [[UInt8]] =
    ShippedProfileTests.names.compactMap { try? ShippedProfileTests.file($0).bytes } + [
      Array(
        """
        model: A
        protocol: modbus
        defaults: { max_registers: 8, write: multiple }
        metrics:
          a: { register: 400001, type: int64, order: DCBA, scale: -0.001, offset: 5, invalid: [-1, 0x7F], access: read_write }
          b: { holding: 9, type: string(7), order: BA, access: read_write }
          c: { holding: 20, type: bits32, order: CDAB, bits: { d: 31, e: { from: 3, to: 9 } }, access: read_write }
          f: { holding: 30, type: float64, order: BADC, min: -5, max: 1e6, access: read_write }
          g: { coil: 65535, pulse: 1 s, map: { 0: shut, 1: open } }
          h: { holding: 40, type: uint16, scale_factor: 45, scale: 0.5 }
        """.utf8)
    ]

  private static let tokens: [[UInt8]] = [
    "int16", "uint64", "float32", "float64", "bits", "bits32", "string(9)", "string(", "CDAB", "BA", "holding: ",
    "input: ",
    "coil: ", "register: ", "40001", "00001", "65535", "65536", "-1", "0x", "0xFFFFFFFFFFFFFFFF", "1e999", ".nan", "0",
    "scale: ", "offset: ", "map: { 0: a }", "invalid: ", "min: ", "max: ", "access: write", "pulse: 1 s",
    "scale_factor: ",
    "{ from: 0, to: 31 }", ", ", "{", "}", "\n", "  ", ": ", "&a ", "*a", "\u{FEFF}", "é",
  ].map { Array($0.utf8) }

  static func mutated(_ random: inout SeededRandom) -> [UInt8] {
    var bytes = seeds.randomElement(using: &random) ?? []
    for _ in 0..<Int.random(in: 1...5, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 0...8, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes.removeSubrange(place..<end)
      case 1: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
      case 2: if place < bytes.count { bytes[place] = UInt8.random(in: 48...57, using: &random) }
      case 3:
        let other = seeds.randomElement(using: &random) ?? []
        let from = Int.random(in: 0...other.count, using: &random)
        bytes.insert(contentsOf: other[from..<min(other.count, from + 60)], at: place)
      default: bytes.replaceSubrange(place..<end, with: tokens.randomElement(using: &random) ?? [])
      }
    }
    return bytes
  }

  /// What is wrong with how the file was read; nothing is right.
  private func problems(_ bytes: [UInt8], _ random: inout SeededRandom) -> [String] {
    var diagnostics = Diagnostics()
    let profile = ModbusProfile.read(SourceFile(path: "a.yaml", bytes: bytes), name: "a", diagnostics: &diagnostics)
    var problems: [String] = []
    if (profile == nil) != diagnostics.hasErrors { problems.append("a profile with errors, or none without") }
    for finding in diagnostics.all {
      guard let span = finding.span else {
        problems.append("\(finding.code) has no place")
        continue
      }
      if span.end.offset > bytes.count { problems.append("\(finding.code) is beyond the file") }
    }
    for metric in profile?.metrics ?? [] { problems += self.problems(metric, &random) }
    return problems
  }

  private func problems(_ metric: ModbusMetric, _ random: inout SeededRandom) -> [String] {
    var problems: [String] = []
    guard Int(metric.address) + metric.valueCount <= 65536, (1...125).contains(metric.count) else {
      return ["\(metric.name) spans \(metric.address) + \(metric.count)"]
    }
    for _ in 0..<4 {
      var registers = (0..<metric.count).map { _ in
        metric.table.isBits
          ? UInt16.random(in: 0...1, using: &random) : UInt16.random(in: 0...UInt16.max, using: &random)
      }
      if Bool.random(using: &random) { registers[0] = [0, 0xFFFF, 0x7FFF, 0x8000].randomElement(using: &random) ?? 0 }
      let readings = metric.decode(registers[...])
      if readings.map(\.metric) != metric.signals.map(\.name) { problems.append("\(metric.name): other signals") }
      for (reading, signal) in zip(readings, metric.signals) {
        guard let value = reading.value else { continue }
        if kind(value) != signal.kind { problems.append("\(reading.metric) is \(value)") }
        guard metric.access.isWritable, isExact(value, metric) else { continue }
        let own = Array(registers.prefix(metric.valueCount))
        guard let written = metric.encode(value, for: reading.metric, over: own) else {
          problems.append("\(reading.metric) is \(value), which can't be written")
          continue
        }
        let again = metric.decode(written[...]).first { $0.metric == reading.metric }
        if again?.value != value {
          problems.append("\(reading.metric): \(value) comes back as \(String(describing: again))")
        }
      }
    }
    return problems
  }

  /// Whether writing a value gives it back to the last digit.
  private func isExact(_ value: Value, _ metric: ModbusMetric) -> Bool {
    switch (value, metric.type) {
    case (.number, .float32), (.number, .float64), (.number, .int64), (.number, .uint64): false
    // What came as ISO 8859-1 is written as UTF-8.
    case (.text(let text), .string): text.utf8.allSatisfy { $0 < 0x80 }
    default: true
    }
  }

  private func kind(_ value: Value) -> SignalCatalogue.Metric.Kind {
    switch value {
    case .number: .number
    case .boolean: .boolean
    case .text: .text
    }
  }

  @Test func noBytesTrapAndWhatIsReadHolds() {
    let seed = Self.number("WAYPOST_FUZZ_SEED") ?? 1
    for round in 0..<(Self.number("WAYPOST_FUZZ_ROUNDS") ?? 2000) {
      var random = SeededRandom(seed: UInt64(seed) &* 1_000_003 &+ UInt64(round))
      let bytes = Self.mutated(&random)
      let found = problems(bytes, &random)
      guard found.isEmpty else {
        Issue.record(
          "seed \(seed), round \(round): \(found): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        return
      }
    }
  }

  @Test func theValidSeedsThemselvesHold() {
    var random = SeededRandom(seed: 7)
    for seed in Self.seeds { #expect(problems(seed, &random) == []) }
  }
}
