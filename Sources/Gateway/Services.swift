import Config
import Inputs
import Logging
import Model
import ServiceLifecycle
import Uplinks

/// Runs the inputs until the gateway stops, all at once, then sees to it that what they brought is committed.
struct InputsService: Service {
  let inputs: RunningInputs
  let pipeline: Pipeline

  func run() async throws {
    await inputs.start()
    let failure = await cancelWhenGracefulShutdown { await firstFailure() }
    await inputs.stop()
    await pipeline.flushNow()
    if let failure { throw failure }
  }

  private func firstFailure() async -> (any Error)? {
    do {
      for try await _ in inputs.failures {}
      return nil
    } catch {
      return error
    }
  }
}

/// Runs the uplinks; when the gateway stops they may go on for a moment to send what has just been committed.
struct UplinksService: Service {
  let uplinks: RunningUplinks

  func run() async throws {
    await uplinks.start()
    do {
      try await gracefulShutdown()
    } catch {
      // Cancelled: the gateway ends without ceremony.
      return await uplinks.stop(within: .zero)
    }
    await uplinks.stop(within: Daemon.drainTime)
  }
}

/// Runs the pipeline and closes the journal behind it.
struct PipelineService: Service {
  let pipeline: Pipeline

  func run() async throws {
    try await withGracefulShutdownHandler {
      try await pipeline.run()
    } onGracefulShutdown: {
      pipeline.inbox.close()
    }
    try await pipeline.close()
  }
}

/// Tells systemd that the gateway is ready, once the first commit is made and the command line can ask, and feeds its watchdog as long as the pipeline makes progress: a pipeline that hangs in
/// a commit doesn't answer, and systemd restarts the gateway.
struct Watchdog: Service {
  let manager: ServiceManager
  let pipeline: Pipeline
  let configuration: GatewayConfiguration
  let listening: Milestone
  let logger: Logger

  func run() async throws {
    await pipeline.started.wait()
    await listening.wait()
    logger.notice(
      "gateway ready",
      metadata: [
        "gateway": "\(configuration.id)", "version": "\(Version.current)",
        "journal": "\(configuration.journal.path)", "uplinks": "\(configuration.uplinks.count)",
      ])
    manager.ready(status: "running as \(configuration.id)")
    // Half the interval, as sd_watchdog_enabled(3) advises.
    let interval = manager.watchdogInterval.map { $0 / 2 } ?? .seconds(3600)
    await withGracefulShutdownHandler {
      await cancelWhenGracefulShutdown {
        while !Task.isCancelled {
          await pipeline.drain()
          manager.watchdog()
          do { try await Task.sleep(for: interval, clock: .continuous) } catch { return }
        }
      }
    } onGracefulShutdown: {
      manager.stopping()
    }
    // This service is the first to end. What was accepted by now is on disk before anything else may take its time: a reload under way, a
    // device whose answer is waited for, a server that is slow to acknowledge. The power may go in a second.
    await pipeline.flushNow()
  }
}
