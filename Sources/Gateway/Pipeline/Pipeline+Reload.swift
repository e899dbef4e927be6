import Journal
import Logging
import Model
import Rules
import Uplinks

extension Pipeline {
  /// What a reload changes of the pipeline.
  struct Replacement: Sendable {
    var rules: RuleSet
    var journal: GatewayConfiguration.JournalConfiguration
    var gateway: String
    /// What the files come to.
    var fingerprint: String?
    /// How often the gateway tells how it is; `nil`: never.
    var health: Interval?
    /// Uplinks that are new, or whose entry changed.
    var uplinks: [UplinkConfiguration]
  }

  /// Goes over to other rules, journal limits and uplinks' cursors, in one commit; what the two rule sets share keeps its state.
  ///
  /// - Throws: where the journal can't be written now; then all is as it was.
  func replace(_ replacement: Replacement) throws {
    guard starting == nil, !isClosed else { throw NotNow(reason: "the gateway is starting or ending") }
    try commitAll()
    let before = (engine: engine, positionDevice: positionDevice, timeDevice: timeDevice)
    let bounds = (limit: journal.limit, history: journal.history)
    let known = Set(try journal.statistics().uplinks.filter(\.isConfigured).map(\.name))
    do {
      try open(replacement.uplinks, bounds: replacement.journal)
      try take(replacement)
    } catch {
      engine = before.engine
      (positionDevice, timeDevice) = (before.positionDevice, before.timeDevice)
      batch = CommitBatch()
      undo(bounds: bounds, opened: replacement.uplinks.map(\.name).filter { !known.contains($0) })
      throw error
    }
    board.learn(replacement.rules.catalogue)
    flush = replacement.journal.flush
    health.every = replacement.health
    if let fingerprint = replacement.fingerprint { identity.configuration = fingerprint }
    arm()
  }

  private func open(_ uplinks: [UplinkConfiguration], bounds: GatewayConfiguration.JournalConfiguration) throws {
    if journal.limit != bounds.limit || journal.history != bounds.history {
      try journal.change(limit: bounds.limit, history: bounds.history)
    }
    for uplink in uplinks {
      try journal.openCursor(
        uplink: uplink.name, from: uplink.from, keep: uplink.keep, lanes: uplink.settings.kinds.lanes)
    }
  }

  private func take(_ replacement: Replacement) throws {
    let now = clocks.bootTime()
    let catalogue = replacement.rules.catalogue
    positionDevice = catalogue.positionDevice
    timeDevice = Self.timeDevice(of: catalogue)
    let time = clock.stamp(bootTime: now)
    handle(engine.replace(rules: replacement.rules, at: time), bootTime: now)
    batch.append(engine.takeChangedState(), at: now)
    if isRecording {
      // What the recording holds so far is the old rules'; from here on an engine is made of the state that they left.
      batch.begin(
        RecordingHeader(
          gateway: replacement.gateway, engine: journal.engineID, time: clock.last, state: engine.snapshot()), at: now)
    }
    commit(at: now)
    guard batch.isEmpty else { throw NotNow(reason: commitError ?? "the gateway is ending") }
  }

  private func undo(bounds: (limit: Int64, history: Interval), opened: [String]) {
    do throws(JournalError) {
      if journal.limit != bounds.limit || journal.history != bounds.history {
        try journal.change(limit: bounds.limit, history: bounds.history)
      }
      for uplink in opened { try journal.closeCursor(uplink: uplink) }
    } catch {
      logger.error("reload not wholly undone", metadata: ["error": "\(error)"])
    }
  }

  /// The uplinks that have ended and that the configuration doesn't name any more: their cursors stay for their `keep`.
  func close(uplinks: [String]) {
    flushNow()
    do throws(JournalError) {
      for uplink in uplinks { try journal.closeCursor(uplink: uplink) }
    } catch {
      // The next start closes it, since the configuration doesn't name it.
      logger.error("cursor of a removed uplink not closed", metadata: ["error": "\(error)"])
    }
  }
}
