import Config
import Inputs
import Logging
import Model
import Rules
import Synchronization
import Threads
import Uplinks

/// Takes changed files whole or not at all, one reload after the other. docs/adr/0007-reload.md has the order of the steps.
actor Reloader {
  private let pipeline: Pipeline
  private let inputs: RunningInputs
  private let uplinks: RunningUplinks
  private let manager: ServiceManager
  private let logger: Logger
  private var setup: Setup
  private(set) var status: ConfigurationStatus
  private var last: Task<ReloadOutcome, Never>?

  init(
    _ setup: Setup, pipeline: Pipeline, inputs: RunningInputs, uplinks: RunningUplinks, manager: ServiceManager,
    logger: Logger
  ) {
    self.setup = setup
    self.pipeline = pipeline
    self.inputs = inputs
    self.uplinks = uplinks
    self.manager = manager
    self.logger = logger
    status = ConfigurationStatus(fingerprint: setup.fingerprint, loadedAt: BootClock.now)
  }

  /// Reads the files anew and goes over to them. One that is asked for while another is under way comes after it, and reads the files
  /// then.
  func reload() async -> ReloadOutcome {
    let previous = last
    let task = Task {
      _ = await previous?.value
      return await self.perform()
    }
    last = task
    return await task.value
  }

  private func perform() async -> ReloadOutcome {
    await pipeline.started.wait()
    manager.reloading()
    let outcome = await exchange()
    note(outcome)
    manager.ready(status: "running as \(setup.configuration.id)")
    return outcome
  }

  private func exchange() async -> ReloadOutcome {
    let result: Setup.Result
    do throws(DedicatedThread.Failure) {
      result = try await Self.load(setup.main)
    } catch {
      return .impossible("the files were not read: \(error)")
    }
    var findings = ReloadOutcome.Findings(diagnostics: result.diagnostics, sources: result.sources)
    guard let next = result.setup else { return .refused(findings) }
    let fixed = SetupChanges.restartNeeded(from: setup.configuration, to: next.configuration)
    guard fixed.isEmpty else {
      findings.diagnostics.append(contentsOf: fixed)
      return .refused(findings)
    }
    let changes = SetupChanges(from: setup, to: next, credentials: await uplinks.changedCredentials())
    do {
      try await take(next, changes)
    } catch {
      return .impossible("\(error)")
    }
    setup = next
    return .taken(changes, fingerprint: next.fingerprint, findings: findings)
  }

  /// The pipeline first, by one commit that may fail; what comes after it can't.
  private func take(_ next: Setup, _ changes: SetupChanges) async throws {
    let leaving = Set(changes.devices.changed + changes.devices.removed)
    await inputs.setGates(of: leaving, open: false)
    let opened = Set(changes.uplinks.changed + changes.uplinks.added)
    do {
      try await pipeline.replace(
        Pipeline.Replacement(
          rules: next.rules, journal: next.configuration.journal, gateway: next.configuration.id,
          fingerprint: next.fingerprint, health: next.configuration.health,
          uplinks: next.configuration.uplinks.filter { opened.contains($0.name) }))
    } catch {
      await inputs.setGates(of: leaving, open: true)
      throw error
    }
    async let exchanged: Void = inputs.exchange(stopping: leaving, for: next.devices.devices)
    await uplinks.exchange(
      stopping: Set(changes.uplinks.changed + changes.uplinks.removed + changes.credentials),
      for: next.configuration.uplinks, fingerprint: next.fingerprint, inventory: next.inventory,
      settled: { [pipeline] in await pipeline.close(uplinks: changes.uplinks.removed) })
    await exchanged
  }

  private func note(_ outcome: ReloadOutcome) {
    switch outcome {
    case .taken(let changes, let fingerprint, let findings):
      status = ConfigurationStatus(
        fingerprint: fingerprint, loadedAt: BootClock.now, reloads: status.reloads + 1)
      log(findings)
      logger.notice(
        "configuration reloaded", metadata: ["changed": "\(changes.summary)", "configuration": "\(fingerprint)"])
    case .refused(let findings):
      let first = findings.diagnostics.sorted().first { $0.severity == .error }
      status.refusal = .init(
        at: BootClock.now, errors: findings.errors, reason: first.map(Self.line) ?? "the files can't be read")
      log(findings)
      logger.error(
        "configuration not reloaded, the one before runs on", metadata: ["errors": "\(findings.errors)"])
    case .impossible(let why):
      status.refusal = .init(at: BootClock.now, errors: 0, reason: why)
      logger.error("configuration not reloaded, the one before runs on", metadata: ["reason": "\(why)"])
    }
  }

  /// How many findings the log gets; all of them go to whoever asked.
  private static let logLimit = 20

  private func log(_ findings: ReloadOutcome.Findings) {
    for diagnostic in findings.diagnostics.sorted().prefix(Self.logLimit) {
      logger.log(
        level: diagnostic.severity == .error ? .error : .warning, "finding in the configuration",
        metadata: ["finding": "\(Self.line(diagnostic))"])
    }
  }

  private static func line(_ diagnostic: Diagnostic) -> String {
    guard let span = diagnostic.span else { return diagnostic.message }
    return "\(span.file):\(span.start.line):\(span.start.column): \(diagnostic.message)"
  }

  /// On a thread of its own: reading and compiling a large set takes seconds on a small box.
  private static func load(_ main: String) async throws(DedicatedThread.Failure) -> Setup.Result {
    let result: Result<Setup.Result, DedicatedThread.Failure> = await withCheckedContinuation { waiter in
      do throws(DedicatedThread.Failure) {
        // As deep as the main thread's, where the first load runs.
        try DedicatedThread.start(name: "reload", stackSize: 8 << 20) {
          waiter.resume(returning: .success(Setup.load(main: main)))
        }
      } catch {
        waiter.resume(returning: .failure(error))
      }
    }
    return try result.get()
  }
}
