import Inputs
public import Journal
import Logging
public import Model
import Rules
import Synchronization
public import Uplinks

/// The one writer: stamps what the inputs saw, asks the rule engine, commits records, state and recording in one transaction, and
/// only then lets anything leave.
///
/// An actor on a thread of its own, because a commit waits for the disk. It holds no decision itself: those are the engine's, the
/// journal's and `ClockTrust`'s.
public actor Pipeline {
  private nonisolated let executor: ThreadExecutor
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  nonisolated let inbox = Inbox()
  private nonisolated let bell = CommitBell()
  private nonisolated let clockTrusted = Mutex(false)
  let logger: Logger
  private let flush: Interval
  let journal: Journal
  let positionDevice: String?

  var engine: RuleEngine
  var clock: EngineClock
  var trust: ClockTrust
  var batch = CommitBatch()
  private var cursors = CursorBook()
  var deadLetters = DeadLetterDesk()
  var isRecording: Bool
  private var nextClockCheck: Int64 = 0
  private var retryAt: Int64?
  /// Why the last commit failed, until one succeeds.
  private(set) var commitError: String?
  /// What ends the gateway.
  private var failure: JournalError?
  private var hasStarted = false
  private var startWaiters: [CheckedContinuation<Void, Never>] = []
  private var isClosed = false
  private var alarm: Task<Void, Never>?
  private var alarmAt: Int64 = .max
  private let bootID: String

  /// - Parameters:
  ///   - journal: Opened, and from now on the pipeline's alone.
  ///   - flush: The longest that an ordinary record waits for its commit.
  init(
    journal: sending Journal, rules: RuleSet, catalogue: SignalCatalogue, flush: Interval, now: JournalClock,
    bootID: String, logger: Logger
  ) throws {
    executor = try ThreadExecutor(name: "pipeline")
    self.logger = logger
    self.flush = flush
    self.bootID = bootID
    positionDevice = catalogue.positionDevice
    let (time, downtime) = journal.resumeTime(now: now)
    clock = EngineClock(origin: time, bootTime: now.bootTime)
    trust = ClockTrust(notBefore: Timestamp(rfc3339: Version.releaseDate) ?? Timestamp(milliseconds: 0))
    engine = RuleEngine(
      rules: rules, engine: journal.engineID, state: try journal.engineState(), time: journal.engineTime)
    isRecording = journal.isRecording
    self.journal = journal
    starting = .start(downtime: downtime)
  }

  // Not earlier: whoever still asks gets an answer, if only that the journal is closed.
  deinit { executor.stop() }

  /// What the first observation of this run will be; taken by `start`.
  private var starting: SystemObservation?
}

// MARK: Running

extension Pipeline {
  /// Takes what the inputs bring until the inbox is closed; then commits what is left.
  ///
  /// - Throws: `JournalError` when the journal can't be used any more; to be started anew.
  func run() async throws {
    start()
    for await _ in inbox.arrivals { drain() }
    alarm?.cancel()
    if let failure {
      release()
      throw failure
    }
    drain()
    commit(at: BootClock.now)
  }

  /// Commits what came in so far, without waiting for the flush interval.
  public func flushNow() {
    drain()
    commit(at: BootClock.now)
  }

  /// Closes the journal as a clean stop does. Nothing can be committed after it.
  func close() throws {
    guard !isClosed else { return }
    release()
    try journal.closeCleanly(time: clock.last, clock: journalClock)
  }

  private func release() {
    isClosed = true
    alarm?.cancel()
    bell.close()
  }

  private func start() {
    guard let starting else { return }
    self.starting = nil
    let now = BootClock.now
    feed(.system(starting), bootTime: now)
    drain()
    commit(at: now)
    hasStarted = true
    for waiter in startWaiters { waiter.resume() }
    startWaiters = []
  }

  /// Returns once the first commit of this run was made, or tried.
  func whenStarted() async {
    guard !hasStarted else { return }
    await withCheckedContinuation { startWaiters.append($0) }
  }

  /// Everything that happens, happens here: arrivals, timers that are due, and a commit where one is.
  func drain() {
    guard !isClosed else { return }
    let now = BootClock.now
    let wasFull = batch.isFull
    checkClock(at: now)
    if !wasFull {
      for arrival in inbox.take() { take(arrival) }
    }
    advance(at: now)
    batch.append(engine.takeChangedState(), at: now)
    if batch.isUrgent || isDue(at: now) { commit(at: now) }
    // There is room again: what had to wait in the inbox comes in now.
    if wasFull, !batch.isFull { return drain() }
    arm()
  }

  private func isDue(at now: Int64) -> Bool {
    if let since = batch.since, now - since >= flush.nanoseconds { return true }
    return cursors.isDue(at: now)
  }

  private func take(_ arrival: Arrival) {
    if case .position(let device, let position) = arrival.content, device == positionDevice,
      let told = trust.fix(position.time, at: clock.stamp(bootTime: arrival.bootTime))
    {
      tell(told, bootTime: arrival.bootTime)
    }
    feed(arrival.content, bootTime: arrival.bootTime)
  }

  private func feed(_ content: Observation.Content, bootTime: Int64) {
    let observation = Observation(time: clock.stamp(bootTime: bootTime), content: content)
    if isRecording { batch.append(observation, at: bootTime) }
    handle(engine.ingest(observation), bootTime: bootTime)
  }

  /// Lets the timers that are due have their effects, and notes in the recording how far time went when they had some.
  private func advance(at now: Int64) {
    let time = clock.stamp(bootTime: now)
    let effects = engine.advance(to: time)
    guard !effects.isEmpty else { return }
    if isRecording { batch.append(Observation(time: time, content: .system(.tick)), at: now) }
    handle(effects, bootTime: now)
  }

  private func handle(_ effects: [Effect], bootTime: Int64) {
    for effect in effects {
      switch effect {
      case .record(let record): batch.append(record, at: bootTime)
      }
    }
  }

  private func checkClock(at now: Int64) {
    guard now >= nextClockCheck else { return }
    nextClockCheck = now + 10_000_000_000
    let time = clock.stamp(bootTime: now)
    if let told = trust.wallClock(WallClock.now, isSynchronised: WallClock.isSynchronised, at: time) {
      tell(told, bootTime: now)
    }
  }

  private func tell(_ told: SystemObservation, bootTime: Int64) {
    feed(.system(told), bootTime: bootTime)
    guard case .clock(let utcAtZero) = told else { return }
    clockTrusted.withLock { $0 = true }
    logger.info("clock trusted", metadata: ["utc": "\(utcAtZero + (clock.last - .zero))"])
    do {
      if let record = try journal.recordClockMapping(utcAtZero: utcAtZero, time: clock.last) {
        batch.append(record, at: bootTime)
      }
    } catch {
      logger.error("clock mapping not saved", metadata: ["error": "\(error)"])
    }
  }
}

// MARK: Committing

extension Pipeline {
  private var journalClock: JournalClock {
    JournalClock(
      bootTime: BootClock.now, wallTime: WallClock.now, isWallTrusted: trust.utcAtZero != nil)
  }

  func commit(at now: Int64) {
    guard failure == nil else { return }
    if let retryAt, now < retryAt { return }
    retryDeadLetters()
    let dirtyCursors = cursors.take(except: deadLetters.heldUplinks, at: now)
    guard !batch.isEmpty || !dirtyCursors.isEmpty else { return }
    do {
      let written = try journal.commit(
        Commit(
          time: clock.last, clock: journalClock, records: batch.records, state: batch.state,
          observations: batch.observations, cursors: dirtyCursors))
      tellEvents()
      if retryAt != nil { logger.notice("journal writable again") }
      retryAt = nil
      commitError = nil
      batch = CommitBatch()
      noteRecording()
      if written != nil { bell.ring() }
    } catch {
      // The batch stays in memory; past its bound the inbox fills, and refuses and counts.
      cursors.giveBack(dirtyCursors)
      guard error.isRetryable else { return fail(error) }
      if retryAt == nil {
        logger.error("commit failed, will be tried again", metadata: ["error": "\(error)"])
      }
      retryAt = now + 1_000_000_000
      commitError = "\(error)"
    }
  }

  /// The journal can't be written any more. What is committed is safe; the next start opens the file anew, or sets it aside.
  private func fail(_ error: JournalError) {
    logger.critical("journal unusable, the gateway ends", metadata: ["error": "\(error)"])
    failure = error
    commitError = "\(error)"
    inbox.close()
  }

  /// A recording that has become too large ends by itself.
  private func noteRecording() {
    guard isRecording, !journal.isRecording else { return }
    isRecording = false
    logger.warning("recording ended: it reached a quarter of the journal's limit")
  }

  /// What a rule raised is also a line in the log, once it is on disk.
  private func tellEvents() {
    for record in batch.records {
      guard case .event(let event) = record.body else { continue }
      switch event.content {
      case .geofence(let crossing):
        logger.notice(
          "geofence event",
          metadata: [
            "rule": "\(event.rule)", "id": "\(event.id)", "zone": "\(crossing.zone)", "kind": "\(crossing.kind)",
          ])
      case .general(let general):
        logger.notice(
          "event",
          metadata: [
            "rule": "\(event.rule)", "id": "\(event.id)", "type": "\(general.type)", "state": "\(general.state)",
          ])
      }
    }
  }

  /// Sees to it that `drain` runs when the next thing is due, even if nothing comes in.
  private func arm() {
    var due = nextClockCheck
    if let deadline = engine.nextDeadline { due = min(due, clock.bootTime(at: deadline)) }
    if let since = batch.since { due = min(due, since + flush.nanoseconds) }
    if let deadline = cursors.deadline { due = min(due, deadline) }
    if let retryAt { due = max(due, retryAt) }
    guard due < alarmAt || alarm == nil else { return }
    alarm?.cancel()
    alarmAt = due
    let wait = Duration.nanoseconds(max(0, due - BootClock.now))
    alarm = Task { [weak self] in
      do { try await Task.sleep(for: wait, clock: .continuous) } catch { return }
      await self?.alarmRang()
    }
  }

  private func alarmRang() {
    alarm = nil
    alarmAt = .max
    drain()
  }
}

// MARK: What the uplinks ask

extension Pipeline: RecordSource {
  public func head() -> JournalHead {
    JournalHead(journal: journal.journalID, lastSequence: journal.lastSequence)
  }

  public func read(_ query: Journal.Query) throws -> [StoredRecord] { try journal.read(query) }

  public func cursors(of uplink: String) -> LaneCursors {
    if let waiting = cursors.waiting(uplink) { return waiting }
    return journal.cursors(uplink: uplink)
  }

  public func acknowledge(_ uplink: String, _ settled: LaneCursors) {
    cursors.set(settled, of: uplink, at: BootClock.now)
    arm()
  }

  public nonisolated func commits() -> AsyncStream<Void> { bell.listen() }

  /// Whether the wall clock can be relied on now.
  nonisolated var isClockTrusted: Bool { clockTrusted.withLock { $0 } }

  public func linkChanged(_ uplink: String, isUp: Bool) {
    feed(.system(.link(uplink: uplink, isUp: isUp)), bootTime: BootClock.now)
    drain()
  }
}
