import Inputs
import Journal
import Logging
import Model
import Rules
import Synchronization
import Uplinks

/// The one writer: stamps what the inputs saw, asks the rule engine, commits records, state and recording in one transaction, and
/// only then lets anything leave.
///
/// An actor on a thread of its own, because a commit waits for the disk. It holds no decision itself: those are the engine's, the
/// journal's and `ClockTrust`'s.
actor Pipeline {
  private nonisolated let executor: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  nonisolated let inbox = Inbox()
  /// Reached once the first commit of this run was made, or tried.
  nonisolated let started = Milestone()
  nonisolated let bell = CommitBell()
  nonisolated let clockTrusted = Mutex(false)
  let logger: Logger
  var flush: Interval
  let clocks: Clocks
  let journal: Journal
  var positionDevice: String?
  /// The position device where its fixes may set the clock.
  var timeDevice: String?

  var engine: RuleEngine
  var board: DeviceBoard
  var clock: EngineClock
  var trust: ClockTrust
  var batch = CommitBatch()
  var cursors = CursorBook()
  var redelivered = RedeliveryBook()
  var deadLetters = DeadLetterDesk()
  var commands: CommandBook
  var traffic: TrafficBook
  var connections: ConnectionBook
  var trafficDue: Int64 = 0
  var health: HealthClock
  let box: @Sendable () -> BoxFacts
  var linksUp: Set<String> = []
  /// On the boot clock, nanoseconds.
  let startedAt: Int64
  /// Who this gateway is, and what it runs.
  var identity: GatewayIdentity
  var isRecording: Bool
  /// Decided, committed, and not yet taken by those who do it.
  var orders: [Order] = []
  /// Rings when there are orders.
  nonisolated let orderBell = CommitBell()
  /// Actions that are decided may not all have been handed over.
  var hasDecided = false
  /// Actions whose rows are open and in somebody's hands, with the time after which they are not to be begun.
  var handedOver: [Int64: EngineTime?] = [:]
  #if PLANTED
    var stateToCome: [StateRow] = []
  #endif
  private var nextClockCheck: Int64 = 0
  var retryAt: Int64?
  /// Why the last commit failed, until one succeeds.
  var commitError: String?
  /// What ends the gateway.
  var failure: JournalError?
  private(set) var isClosed = false
  private var alarm: Task<Void, Never>?
  private var alarmAt: Int64 = .max

  /// - Parameters:
  ///   - journal: Opened, and from now on the pipeline's alone.
  ///   - flush: The longest that an ordinary record waits for its commit.
  ///   - identity: Who this gateway is, for servers that ask.
  ///   - health: How often it tells how it is; `nil`: never.
  ///   - box: What the system tells of the box.
  init(
    journal: sending Journal, rules: RuleSet, catalogue: SignalCatalogue, flush: Interval, now: JournalClock,
    clocks: Clocks, logger: Logger,
    identity: GatewayIdentity = GatewayIdentity(id: "", version: Version.current, configuration: nil),
    health: Interval? = nil, box: @escaping @Sendable () -> BoxFacts = { BoxFacts() }
  ) throws {
    executor = try ThreadExecutor(name: "pipeline")
    self.logger = logger
    self.flush = flush
    self.clocks = clocks
    positionDevice = catalogue.positionDevice
    timeDevice = Self.timeDevice(of: catalogue)
    let (time, downtime) = journal.resumeTime(now: now)
    clock = EngineClock(origin: time, bootTime: now.bootTime)
    trust = ClockTrust()
    board = DeviceBoard(catalogue)
    engine = RuleEngine(
      rules: rules, engine: journal.engineID, state: try journal.engineState(), time: journal.engineTime)
    isRecording = journal.isRecording
    commands = CommandBook(try journal.notes(of: CommandBook.kind))
    traffic = TrafficBook(try journal.notes(of: TrafficBook.kind))
    connections = ConnectionBook(try journal.notes(of: ConnectionBook.kind))
    self.health = HealthClock(every: health, last: HealthClock.last(in: try journal.note(of: HealthClock.kind, "last")))
    self.box = box
    startedAt = now.bootTime
    self.identity = identity
    self.journal = journal
    starting = .start(downtime: downtime)
  }

  static func timeDevice(of catalogue: SignalCatalogue) -> String? {
    catalogue.positionDevice.flatMap { catalogue.device($0) }.flatMap { $0.tellsTime ? $0.name : nil }
  }

  // Not earlier: whoever still asks gets an answer, if only that the journal is closed.
  deinit { executor.stop() }

  /// What the first observation of this run will be; taken by `start`.
  private(set) var starting: SystemObservation?
}

// MARK: Running

extension Pipeline {
  /// Takes what the inputs bring until the inbox is closed; then commits what is left.
  ///
  /// - Throws: `JournalError` when the journal can't be used any more; to be started anew.
  func run() async throws {
    start()
    for await _ in inbox.arrivals { drain() }
    flushNow()
    if let failure {
      release()
      throw failure
    }
    guard !batch.isEmpty else { return }
    logger.critical("the last records could not be kept", metadata: ["records": "\(batch.records.count)"])
  }

  /// Commits what came in so far, without waiting for the flush interval, nor for the next try where a commit has failed.
  func flushNow() {
    drain()
    noteTraffic(at: clocks.bootTime(), force: true)
    retryAt = retryAt.map { _ in clocks.bootTime() }
    commit(at: clocks.bootTime())
    // There may be room again for what had to wait.
    drain()
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
    orderBell.close()
  }

  /// Feeds the first observation of this run; only then may others come.
  func start() {
    guard let starting else { return }
    self.starting = nil
    let now = clocks.bootTime()
    // Which rules were up is in the state; the devices don't know it yet.
    for sampling in engine.samplings { batch.append(.sample(sampling), at: now) }
    feed(.system(starting), bootTime: now)
    checkClock(at: now)
    if case .start(let downtime) = starting { settleOpen(after: downtime, at: now) }
    drain()
    commit(at: now)
    started.reach()
  }

  /// Everything that happens, happens here: arrivals, timers that are due, and a commit where one is.
  func drain() {
    guard !isClosed, starting == nil else { return }
    var hasRest: Bool
    repeat {
      let now = clocks.bootTime()
      hasRest = !takeArrivals()
      // As long as arrivals wait for room no time passes: they must not get a later one than their own.
      if !hasRest {
        checkClock(at: now)
        advance(at: now)
        checkHealth(at: now)
      }
      batch.append(engine.takeChangedState(), at: now)
      if batch.isUrgent || batch.isFull || isDue(at: now) { commit(at: now) }
    } while hasRest && !batch.isFull
    arm()
  }

  /// Takes what waits in the inbox as long as the batch has room; true when it took all.
  private func takeArrivals() -> Bool {
    while !batch.isFull {
      let arrivals = inbox.take(atMost: 1000)
      guard !arrivals.isEmpty else { return true }
      for arrival in arrivals { take(arrival) }
    }
    return inbox.isEmpty
  }

  private func isDue(at now: Int64) -> Bool {
    if let since = batch.since, now - since >= flush.nanoseconds { return true }
    return cursors.isDue(at: now) || redelivered.isDue(at: now) || isTimeDue
  }

  /// Engine time is kept once a minute, also when nothing happens.
  var isTimeDue: Bool { clock.last >= journal.engineTime + .minutes(1) }

  private func take(_ arrival: Arrival) {
    if case .position(let device, let position) = arrival.content, device == timeDevice,
      let told = trust.fix(position.time, at: clock.stamp(bootTime: arrival.bootTime))
    {
      tell(told, bootTime: arrival.bootTime)
    }
    feed(arrival.content, bootTime: arrival.bootTime)
  }

  func feed(_ content: Observation.Content, bootTime: Int64) {
    let observation = Observation(time: clock.stamp(bootTime: bootTime), content: content)
    if isRecording { batch.append(observation, at: bootTime) }
    board.take(observation)
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

  private func checkClock(at now: Int64) {
    guard now >= nextClockCheck else { return }
    // `now` may be a while ago: what had come in was taken first.
    guard let (bootTime, wall) = clocks.together() else {
      nextClockCheck = now + 1_000_000_000
      return
    }
    nextClockCheck = now + 10_000_000_000
    let told = trust.wallClock(wall, isSynchronised: clocks.isSynchronised(), at: clock.time(at: bootTime))
    if let told {
      tell(told, bootTime: now)
    }
  }

  private func tell(_ told: SystemObservation, bootTime: Int64) {
    feed(.system(told), bootTime: bootTime)
    guard case .clock(let utcAtZero) = told else { return }
    // First: whoever sees that the clock is trusted judges by it.
    clocks.trusted(utcAtZero + (clock.time(at: 0) - .zero))
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

  /// Sees to it that `drain` runs when the next thing is due, even if nothing comes in.
  func arm() {
    guard !isClosed, failure == nil else { return }
    var due = nextClockCheck
    if let deadline = engine.nextDeadline { due = min(due, clock.bootTime(at: deadline)) }
    if let since = batch.since { due = min(due, since + flush.nanoseconds) }
    if let deadline = cursors.deadline { due = min(due, deadline) }
    if let deadline = redelivered.deadline { due = min(due, deadline) }
    due = min(due, health.deadline { clock.bootTime(at: $0) })
    if let retryAt { due = max(due, retryAt) }
    guard due < alarmAt else { return }
    alarm?.cancel()
    alarmAt = due
    let wait = Duration.nanoseconds(max(0, due - clocks.bootTime()))
    alarm = Task { [weak self] in
      do { try await Task.sleep(for: wait, clock: .continuous) } catch { return }
      await self?.alarmRang(for: due)
    }
  }

  private func alarmRang(for due: Int64) {
    // One that was put off in the moment it rang: another is on its way.
    guard due == alarmAt else { return }
    alarmAt = .max
    drain()
  }
}
