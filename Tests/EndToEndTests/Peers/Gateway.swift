import Foundation
import Glibc

/// The configuration of a gateway under test, written to a folder of the bench, and the `waypost` that runs on it.
final class Gateway: @unchecked Sendable {
  struct Settings {
    var id = "e2e-truck"
    var gpsdPort: Int?
    var brokerPort: Int?
    /// Lines of the uplink besides `mqtt`.
    var uplink = "order: strict\n    from: oldest\n    batch: { records: 100, bytes: 100 KB, linger: 0 s }"
    /// The longest that a record waits for its commit.
    var flush = "1 s"
    var journal: String?
    /// The most that the journal takes, as `2 MB`.
    var limit: String?
    /// File name to text.
    var rules: [String: String] = [:]
    /// The entry of the uplink `central` in place of one over MQTT to `brokerPort`, indented by six.
    var destination: String?
    /// Whose fixes count for zones, where several devices may give some.
    var position: String?
    /// Adds to the environment of `waypost run`.
    var environment: [String: String] = [:]
  }

  let bench: Bench
  let configuration: String
  private(set) var child: Child?
  private(set) var notify: NotifySocket?
  private var starts = 0
  private var commands = 0
  private let environment: [String: String]
  let binary: String

  init(_ settings: Settings, in bench: Bench, binary: String = Environment.waypost) throws {
    self.bench = bench
    self.binary = binary
    environment = settings.environment
    var text = """
      gateway:
        id: \(settings.id)\(settings.position.map { "\n  position: \($0)" } ?? "")
      journal:
        path: \(settings.journal ?? bench.path("journal.db"))
        flush: \(settings.flush)\(settings.limit.map { "\n  limit: \($0)" } ?? "")
      api:
        socket: \(bench.path("control.sock"))

      """
    let broker = settings.brokerPort.map { "mqtt:\n      url: mqtt://127.0.0.1:\($0)" }
    if let destination = settings.destination ?? broker {
      text += """
        uplinks:
          central:
            \(destination)
            \(settings.uplink)

        """
    }
    configuration = try bench.write(text, to: "etc/waypost.yaml")
    if let port = settings.gpsdPort {
      try bench.write(
        "devices:\n  gps:\n    driver: gpsd\n    host: 127.0.0.1\n    port: \(port)\n", to: "etc/devices.d/truck.yaml")
    }
    for (name, rules) in settings.rules.sorted(by: { $0.key < $1.key }) {
      try bench.write(rules, to: "etc/rules.d/\(name)")
    }
  }

  var rulesFolder: String { bench.path("etc/rules.d") }

  /// Starts it without waiting.
  @discardableResult func launch() throws -> Child {
    starts += 1
    let notify = try NotifySocket(in: bench, name: "notify-\(starts)")
    self.notify = notify
    let child = try Child(
      binary, ["run", "--config", configuration], name: "waypost-\(starts)", in: bench,
      environment: environment.merging(["NOTIFY_SOCKET": notify.path]) { $1 })
    self.child = child
    return child
  }

  /// Starts it and waits for READY=1; gives the moment it came.
  @discardableResult func start(within seconds: Double = 60) throws -> Instant {
    let child = try launch()
    try Wait.until("READY=1; \(child.tail)", within: seconds, every: 2) {
      if let exit = child.exit { throw Failure("waypost run ended: \(exit); \(child.tail)") }
      return notify?.has("READY=1") ?? false
    }
    return notify?.messages.first { $0.line == "READY=1" }?.time ?? .now
  }

  /// SIGKILL; gives the moment before it.
  @discardableResult func kill() throws -> Instant {
    let moment = Instant.now
    child?.signal(SIGKILL)
    _ = try child?.wait()
    return moment
  }

  /// SIGTERM; gives how it ended and the seconds that took, by a `QuietClock`.
  @discardableResult func stop(within seconds: Double = 60) throws -> (exit: Child.Exit, seconds: Double) {
    guard let child else { throw Failure("not started") }
    let clock = try QuietClock(in: bench)
    child.signal(SIGTERM)
    let took = clock.wait(atMost: seconds) { child.exit != nil }
    return (try child.wait(), took)
  }

  /// A command of the command line, which must succeed; its standard output.
  @discardableResult func command(_ arguments: [String], within seconds: Double = 60) throws -> String {
    commands += 1
    let result = try bench.run(binary, arguments, name: "command-\(commands)", within: seconds)
    guard result.exit == .code(0) else {
      throw Failure("waypost \(arguments.joined(separator: " ")): \(result.exit): \(result.errors)\(result.output)")
    }
    return result.output
  }

  /// The last number that the journal has given.
  var lastNumber: Int { get throws { Int(try status()["status"]?["journal"]?["last"]?.number ?? 0) } }

  func record(_ arguments: String...) throws { try command(["record"] + arguments + ["--config", configuration]) }

  /// `waypost status --format json`.
  func status() throws -> WireValue {
    let text = try command(["status", "--config", configuration, "--format", "json"])
    return try WireValue.parse(Array(text.utf8))
  }

  /// Begins the recording.
  /// - Returns: The last number before it.
  func startRecording() throws -> Int {
    for _ in 0..<60 {
      let before = try lastNumber
      try record("on")
      if try lastNumber == before { return before }
      try record("off")
    }
    throw Failure("the gateway never stops talking")
  }

  /// Saves what is recorded until now.
  /// - Returns: The last number that came of it.
  func exportRecording(to file: String) throws -> Int {
    for _ in 0..<60 {
      let before = try lastNumber
      try record("export", file)
      if try lastNumber == before { return before }
    }
    throw Failure("the gateway never stops talking")
  }

  /// What the recording's replay says would be sent, a line a record.
  func replay(_ recording: String, binary: String? = nil, within seconds: Double = 120) throws -> [String] {
    let result = try bench.run(
      binary ?? self.binary, ["replay", "--rules", rulesFolder, "--format", "json", recording], name: "replay",
      within: seconds)
    guard result.exit == .code(0) else { throw Failure("waypost replay: \(result.exit): \(result.errors)") }
    return result.output.split(separator: "\n").map(String.init)
  }
}
