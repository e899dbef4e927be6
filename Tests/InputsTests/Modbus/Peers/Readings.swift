import Foundation
import Model

@testable import Inputs

/// What is read of pymodbus' units, whose values tell where they come from.
enum Readings {
  /// Good readings that aren't what the register holds, of devices named `u` and their unit, and metrics named `h` and their address.
  static func wrong(_ contents: [Observation.Content]) -> [Observation.Content] {
    contents.filter { content in
      guard case .reading(let device, let metric, let value?, .good) = content else { return false }
      let unit = Int(device.dropFirst()) ?? 0
      let address = Int(metric.dropFirst()) ?? 0
      return value != .number(Double(ModbusServer.value(unit, .holding, address)))
    }
  }

  /// How many different metrics have been read well.
  static func good(_ contents: some Sequence<Observation.Content>) -> Int {
    Set(contents.filter { $0.quality == .good }.map { "\($0.device ?? "") \($0.metric ?? "")" }).count
  }
}

/// By chance, but the same chance each time; from any thread.
final class SharedChance: @unchecked Sendable {
  private let lock = NSLock()
  private var random: SeededRandom

  init(_ seed: UInt64) { random = SeededRandom(seed: seed) }

  func callAsFunction(_ range: ClosedRange<Int>) -> Int { lock.withLock { Int.random(in: range, using: &random) } }
}
