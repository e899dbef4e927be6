import Logging
import Model
import Synchronization
import Uplinks

/// The uplinks at work. A reload exchanges those whose entry or credentials changed; the others go on, connection and all.
actor RunningUplinks {
  private struct Running {
    var configuration: UplinkConfiguration
    var uplink: Uplink
    /// What its credentials held when it was started.
    var imprint: [Int]
    /// `nil` until the gateway has started.
    var task: Task<Void, Never>?
  }

  private let source: Pipeline
  private let logger: Logger
  private var identity: GatewayIdentity
  private var running: [Running] = []
  private var hasStarted = false
  private var hasStopped = false

  init(_ configurations: [UplinkConfiguration], identity: GatewayIdentity, source: Pipeline, logger: Logger) {
    self.source = source
    self.logger = logger
    self.identity = identity
    running = configurations.map { Self.make($0, identity: identity, source: source, logger: logger) }
  }

  /// In the order of the file.
  var statuses: [UplinkStatus] { running.map(\.uplink.status) }

  /// What each sends.
  var kinds: [String: RecordKinds] {
    Dictionary(uniqueKeysWithValues: running.map { ($0.configuration.name, $0.configuration.settings.kinds) })
  }

  func start() {
    guard !hasStarted, !hasStopped else { return }
    hasStarted = true
    for index in running.indices { launch(index) }
  }

  /// Lets them send on for `limit` and settle; returns when they have ended.
  func stop(within limit: Interval) async {
    hasStopped = true
    await end(running, within: limit)
  }

  /// Those whose secrets or certificates hold something else now than when they were started.
  func changedCredentials() -> [String] {
    running.filter { Self.imprint(of: $0.configuration) != $0.imprint }.map(\.configuration.name)
  }

  /// Stops the uplinks in `replaced`, which settle first, all at once, and starts those of `configurations` that aren't running. To the
  /// others the new fingerprint and inventory are told.
  /// - Parameter removed: What is to be done once those that are gone have settled.
  func exchange(
    stopping replaced: Set<String>, for configurations: [UplinkConfiguration], fingerprint: String,
    inventory: UplinkInventory,
    settled: () async -> Void
  ) async {
    guard !hasStopped else { return }
    identity.configuration = fingerprint
    identity.inventory = inventory
    await end(running.filter { replaced.contains($0.configuration.name) }, within: Daemon.drainTime)
    await settled()
    let staying = running.filter { !replaced.contains($0.configuration.name) }
    for entry in staying { entry.uplink.configurationChanged(to: fingerprint, inventory: inventory) }
    running = configurations.map { configuration in
      staying.first { $0.configuration.name == configuration.name }
        ?? Self.make(configuration, identity: identity, source: source, logger: logger)
    }
    guard hasStarted, !hasStopped else { return }
    for index in running.indices where running[index].task == nil { launch(index) }
  }

  private func end(_ leaving: [Running], within limit: Interval) async {
    for entry in leaving { entry.uplink.stop(within: limit) }
    for entry in leaving { await entry.task?.value }
  }

  private func launch(_ index: Int) {
    let uplink = running[index].uplink
    running[index].task = Task { await uplink.run() }
  }

  private static func make(
    _ configuration: UplinkConfiguration, identity: GatewayIdentity, source: Pipeline, logger: Logger
  ) -> Running {
    Running(
      configuration: configuration,
      uplink: Uplink(
        configuration, gateway: identity, source: source, commands: source, isClockTrusted: { source.isClockTrusted },
        logger: logger),
      imprint: imprint(of: configuration))
  }

  private static func imprint(of configuration: UplinkConfiguration) -> [Int] {
    configuration.transport.credentials.map(\.imprint)
  }
}
