import ArgumentParser
import Config
import Glibc
import Inputs
import Model
import Synchronization

/// Reads Modbus units as the gateway does, and counts; `scripts/bench-modbus` has the units.
struct ModbusBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "modbus", abstract: "Registers read per second, and what that costs.")

  @Option(help: "How the units are reached, as the key `connection` says it.") var connection: String
  @Option(help: "How many units, from 1 on.") var units = 1
  @Option(help: "16-bit holding registers of each, from 0 on.") var registers = 125
  @Option(help: "How often each is read; more often than can be: as fast as it goes.") var every = "100 ms"
  @Option(help: "How long to measure, seconds, after one of running in.") var seconds = 10.0

  func run() async throws {
    let inputs = try inputs()
    let sink = CountingSink()
    let tasks = inputs.map { input in Task { try await input.run(into: sink) } }
    try await Task.sleep(for: .seconds(1))
    let (first, cpu, start) = (sink.good, Self.processorTime, ContinuousClock.now)
    try await Task.sleep(for: .seconds(seconds))
    let lasted = (ContinuousClock.now - start) / .seconds(1)
    let count = sink.good - first
    let used = Self.processorTime - cpu
    for task in tasks { task.cancel() }
    for task in tasks { try await task.value }
    guard count > 0, sink.bad == 0 else { throw ValidationError("\(count) good readings, \(sink.bad) bad") }
    report("registers", Double(count) / lasted, "per_second")
    report("processor", 100 * used / lasted, "percent")
    report("processor_per_register", used / Double(count) * 1e6, "us")
  }

  private func inputs() throws -> [any Input] {
    var text = "devices:\n"
    let map = (0..<registers).map { "r\($0): { holding: \($0), type: uint16 }" }.joined(separator: ", ")
    for unit in 1...units {
      text +=
        "  u\(unit): { driver: modbus, connection: \(connection), unit: \(unit), every: \(every), metrics: { \(map) } }\n"
    }
    var diagnostics = Diagnostics()
    let set = DeviceSet.load(
      [SourceFile(path: "devices.yaml", text: text)], positionDevice: nil, diagnostics: &diagnostics)
    guard let set else { throw ValidationError(diagnostics.all.map(\.message).joined(separator: "\n")) }
    return set.devices.map(\.input)
  }

  /// Of this process, seconds.
  private static var processorTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

private final class CountingSink: ObservationSink {
  private let counts = Mutex((good: 0, bad: 0))

  var good: Int { counts.withLock(\.good) }
  var bad: Int { counts.withLock(\.bad) }

  func submit(_ arrival: Arrival) -> Bool {
    guard case .reading(_, _, _, let quality) = arrival.content else { return true }
    counts.withLock { if quality == .good { $0.good += 1 } else { $0.bad += 1 } }
    return true
  }
}
