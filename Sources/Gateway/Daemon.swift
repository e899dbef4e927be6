import Config
import Glibc
import Inputs
import Journal
public import Logging
import Model
import ServiceLifecycle
import Trust
import UnixSignals
import Uplinks

/// The whole gateway: wires inputs, pipeline and uplinks, and runs until SIGTERM.
///
/// On SIGTERM the services end in the reverse of their order: first the inputs, then what they brought is committed, the uplinks send
/// on for a moment and settle what is acknowledged, the pipeline commits the rest and closes the journal cleanly.
public struct Daemon: Sendable {
  let setup: Setup
  let pipeline: Pipeline
  private let inputs: RunningInputs
  let uplinks: RunningUplinks
  private let reloader: Reloader
  private let manager = ServiceManager()
  private let logger: Logger
  private let recovered: RecoveryReport?
  private let startedAt = BootClock.now

  /// How long the uplinks may go on sending once the gateway is told to stop.
  static let drainTime = Interval.seconds(3)

  /// Opens the journal. Nothing runs yet.
  /// - Throws: `JournalError` with the remedy, when the journal can't be used.
  public init(setup: Setup, logger: Logger) throws {
    self.setup = setup
    self.logger = logger
    let configuration = setup.configuration
    let ntp = NTPWatch()
    let isSynchronised = ntp.askAtStart()
    let clock = ClockTrust().reading(
      bootTime: BootClock.now, wall: WallClock.now, isSynchronised: isSynchronised)
    let journal = try Journal.open(
      path: configuration.journal.path,
      options: Journal.Options(
        limit: configuration.journal.limit, history: configuration.journal.history,
        bootID: Boot.id, machineID: MachineIdentity.machineID),
      now: clock)
    recovered = journal.recovery
    for uplink in configuration.uplinks {
      try journal.openCursor(
        uplink: uplink.name, from: uplink.from, keep: uplink.keep, lanes: uplink.settings.kinds.lanes)
    }
    let identity = GatewayIdentity(
      id: configuration.id, version: Version.current, configuration: setup.fingerprint, inventory: setup.inventory)
    pipeline = try Pipeline(
      journal: journal, rules: setup.rules, catalogue: setup.devices.catalogue,
      flush: configuration.journal.flush, now: clock,
      clocks: Clocks(
        isSynchronised: { ntp.isSynchronised },
        trusted: { TrustedTime.set(millisecondsAtBoot: $0.milliseconds) }),
      logger: logger, identity: identity, health: configuration.health,
      box: { [path = configuration.journal.path] in BoxFacts.now(journal: path) })
    uplinks = RunningUplinks(configuration.uplinks, identity: identity, source: pipeline, logger: logger)
    inputs = RunningInputs(setup.devices.devices, inbox: pipeline.inbox)
    reloader = Reloader(
      setup, pipeline: pipeline, inputs: inputs, uplinks: uplinks, manager: manager, logger: logger)
  }

  /// As `init`, but waits as long as the journal's disk is so full that it can't be opened: a gateway that ended instead would have to be
  /// started again by somebody once there is room.
  public static func waitingForRoom(setup: Setup, logger: Logger) async throws -> Daemon {
    var hasTold = false
    while true {
      do {
        let daemon = try Daemon(setup: setup, logger: logger)
        if hasTold { logger.notice("the journal has room again") }
        return daemon
      } catch let error as JournalError where error.code == .full {
        if !hasTold { logger.error("no room for the journal; waiting for it", metadata: ["error": "\(error)"]) }
        hasTold = true
        ServiceManager().stillStarting(status: "waiting for room on the journal's disk")
        try await Task.sleep(for: .seconds(1))
      }
    }
  }

  /// Runs until SIGTERM or SIGINT, or until a service can't go on.
  public func run() async throws {
    if let recovered { logger.warning("journal repaired", metadata: ["report": "\(recovered)"]) }
    let control = ControlServer(path: setup.configuration.api.socket, answers: self, logger: logger)
    // They end in the reverse of this order, one after the other.
    let services: [any Service] = [
      PipelineService(pipeline: pipeline),
      UplinksService(uplinks: uplinks),
      control,
      ActionService(
        pipeline: pipeline,
        hooks: HookDesk(
          folder: HookFolder(beside: setup.main), gateway: setup.configuration.id, ledger: pipeline, logger: logger),
        writes: WriteDesk(actuators: inputs, ledger: pipeline, now: { BootClock.now }, logger: logger),
        inputs: inputs, manager: manager, logger: logger),
      InputsService(inputs: inputs, pipeline: pipeline),
      ReloadSignal(reloader: reloader),
      Watchdog(
        manager: manager, pipeline: pipeline, configuration: setup.configuration, listening: control.listening,
        logger: logger),
    ]
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: services.map {
          .init(
            service: $0, successTerminationBehavior: .ignore,
            failureTerminationBehavior: .gracefullyShutdownGroup)
        },
        gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet(logger)))
    try await group.run()
  }

  /// The lifecycle's own lines are for those who debug it.
  private static func quiet(_ logger: Logger) -> Logger {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    return quiet
  }
}

// MARK: The control socket's answers

extension Daemon: ControlAnswers {
  func answer(_ request: ControlRequest, write: (_ chunk: [UInt8]) async throws -> Void) async throws {
    switch request {
    case .status:
      let status = try await status()
      try await write(ControlReply.success { status.write(to: &$0) })
    case .recordOn:
      let changed = try await pipeline.startRecording(gateway: setup.configuration.id)
      try await write(ControlReply.success { $0.member("changed", changed) })
    case .recordOff:
      let changed = try await pipeline.stopRecording()
      try await write(ControlReply.success { $0.member("changed", changed) })
    case .command(let name, let arguments):
      try await pipeline.command(name, arguments)
      try await write(ControlReply.success())
    case .explain(let rule):
      let (explanation, now) = try await pipeline.explanation(of: rule)
      try await write(ControlReply.success { explanation.write(to: &$0, at: now) })
    case .reload: try await write(await reloader.reload().reply)
    case .journal(let request): try await answer(request, write: write)
    case .recordExport:
      // The recording goes out piece by piece, so that a large one never lies in memory; the client knows by the end mark that it
      // is whole. What can be refused is refused before the first of it.
      var export = try await pipeline.beginExport()
      var piece = try await pipeline.nextPiece(of: &export)
      try await write(ControlReply.success())
      while let bytes = piece {
        try await write(bytes)
        piece = try await pipeline.nextPiece(of: &export)
      }
    }
  }

  private func status() async throws -> StatusReport {
    return StatusReport(
      gateway: setup.configuration.id, version: Version.current,
      uptime: Interval(nanoseconds: BootClock.now - startedAt), configuration: await reloader.status,
      pipeline: try await pipeline.report(), uplinks: await uplinks.statuses)
  }
}
