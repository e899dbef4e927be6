import Logging
import Model

@testable import Uplinks

/// An uplink at work on a source in memory.
final class RunningUplink: Sendable {
  let uplink: Uplink
  let source: MemorySource
  private let task: Task<Void, Never>
  private let began = BootTime.now()

  convenience init(
    _ options: MQTTOptions, source: MemorySource = MemorySource(), _ change: (inout DeliverySettings) -> Void = { _ in }
  ) {
    self.init(MQTTTransport(options), source: source, change)
  }

  init(
    _ transport: any Transport, format: any MessageFormat = JSONMessages(), source: MemorySource = MemorySource(),
    commands: (allowed: CommandPermission, taker: any CommandTaker)? = nil,
    inventory: UplinkInventory = UplinkInventory(), _ change: (inout DeliverySettings) -> Void = { _ in }
  ) {
    let allowed = commands?.allowed ?? .none
    var configuration = UplinkConfiguration(name: "central", transport: transport.taking(allowed), format: format)
    configuration.commands = allowed
    configuration.settings.linger = .zero
    configuration.settings.catchUp = nil
    change(&configuration.settings)
    self.source = source
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    uplink = Uplink(
      configuration,
      gateway: GatewayIdentity(id: "truck-005", version: "0.1", configuration: "abc", inventory: inventory),
      source: source, commands: commands?.taker, isClockTrusted: { true }, logger: logger)
    task = Task { [uplink] in await uplink.run() }
  }

  var status: UplinkStatus { uplink.status }

  /// It doesn't try again for a minute at least; reckoned from its beginning, so that it doesn't matter how late the test looks.
  var waitsForMinutes: Bool {
    if case .waiting(let until) = status.state { until - began >= .minutes(1) } else { false }
  }

  func stop(within limit: Interval = .seconds(5)) async {
    uplink.stop(within: limit)
    await task.value
  }

  func cancel() async {
    task.cancel()
    await task.value
  }

  static func options(port: Int, _ change: (inout MQTTOptions) -> Void = { _ in }) throws -> MQTTOptions {
    let kinds = try Record.Kind.allCases.map { kind in
      try TopicTemplate("waypost/{gateway}/{type}", allowed: [], gateway: "truck-005", labels: [:])
    }
    var options = MQTTOptions(
      host: "127.0.0.1", port: port, clientID: "waypost-truck-005-central",
      topics: MQTTTopics(
        kinds: kinds, batch: "waypost/truck-005/batch", status: "waypost/truck-005/status",
        commands: MQTTCommands(commands: "waypost/truck-005/command", responses: "waypost/truck-005/response")))
    change(&options)
    return options
  }
}
