import Config
import Glibc
import Logging
import Model
import Synchronization
import Threads

/// Carries out the hooks that rules decided and the journal has: at most `concurrency` at once, the others in their order behind them.
///
/// Each is marked as started by a commit of its own before its program begins, and never started again: at most once, also across a
/// kill. What became of it goes back to the rules as an observation.
actor HookDesk {
  /// Programs at work at once.
  static let concurrency = 4
  /// Hooks that wait; one beyond them fails at once.
  static let queueLimit = 100

  private let folder: HookFolder
  private let gateway: String
  private let ledger: any ActionLedger
  private let logger: Logger
  private var waiting: [(id: Int64, run: HookRun)] = []
  private var atWork: [Int64: Task<Void, Never>] = [:]
  private var isStopping = false
  private let stop: StopLine

  init(folder: HookFolder, gateway: String, ledger: any ActionLedger, logger: Logger) {
    self.folder = folder
    self.gateway = gateway
    self.ledger = ledger
    self.logger = logger
    stop = StopLine()
  }

  /// Takes a decided hook.
  func submit(_ id: Int64, _ run: HookRun) async {
    guard !isStopping else { return }
    guard waiting.count < Self.queueLimit else {
      return await ledger.ended(id, run.outcome(.failed, "\(Self.queueLimit) hooks wait already"))
    }
    waiting.append((id, run))
    startNext()
  }

  /// Ends what is at work, and starts nothing more. What was not started is, after the restart, if that comes in time.
  func finish() async {
    isStopping = true
    waiting = []
    stop.pull()
    for task in atWork.values { await task.value }
  }

  private func startNext() {
    while !isStopping, atWork.count < Self.concurrency, !waiting.isEmpty {
      let (id, run) = waiting.removeFirst()
      atWork[id] = Task {
        await self.carryOut(id, run)
        self.atWork[id] = nil
        self.startNext()
      }
    }
  }

  private func carryOut(_ id: Int64, _ run: HookRun) async {
    var logger = logger
    logger[metadataKey: "hook"] = "\(run.hook)"
    logger[metadataKey: "rule"] = "\(run.rule)"
    logger[metadataKey: "id"] = "\(run.id)"
    let program: String
    do throws(HookFolder.Refusal) {
      program = try folder.program(run.hook)
    } catch {
      logger.error("hook can't be started", metadata: ["reason": "\(error)", "remedy": "\(error.remedy)"])
      return await ledger.ended(id, run.outcome(.failed, error.description))
    }
    switch await ledger.begin(id) {
    case .started: break
    case .notNow: return
    case .expired:
      logger.error("hook not started in time")
      return await ledger.ended(id, run.outcome(.expired, nil))
    }
    let process = HookProcess(
      program: program, arguments: run.arguments, folder: folder.path,
      environment: [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
        "WAYPOST_GATEWAY=\(gateway)", "WAYPOST_RULE=\(run.rule)", "WAYPOST_ID=\(run.id)",
      ],
      input: run.json(gateway: gateway), timeout: run.timeout, stopDescriptor: stop.descriptor)
    logger.info("hook started")
    let ending = await Self.onItsOwnThread(process, logger)
    let result = Self.outcome(of: ending)
    switch result.result {
    case .done: logger.info("hook ended")
    default: logger.error("hook failed", metadata: ["reason": "\(result.reason ?? "")"])
    }
    await ledger.ended(id, run.outcome(result.result, result.reason))
  }

  private static func outcome(of ending: HookProcess.Ending) -> (result: ActionOutcome.Result, reason: String?) {
    switch ending {
    case .exit(0): (.done, nil)
    case .exit(let code): (.failed, "exit code \(code)")
    case .signal(let number): (.failed, "signal \(number)")
    case .timeout: (.failed, "timeout")
    case .stopped: (.failed, "the gateway ended")
    case .notStarted(let why): (.failed, why)
    }
  }

  private static func onItsOwnThread(_ process: HookProcess, _ logger: Logger) async -> HookProcess.Ending {
    await withCheckedContinuation { waiter in
      do throws(DedicatedThread.Failure) {
        try DedicatedThread.start(name: "hook") {
          waiter.resume(
            returning: process.run { line in logger.info("hook says", metadata: ["line": "\(line)"]) })
        }
      } catch {
        waiter.resume(returning: .notStarted("\(error)"))
      }
    }
  }
}

/// Readable, for every thread that polls it, once it was pulled.
private final class StopLine: Sendable {
  /// −1 where no pipe was to be had; then a hook is held to its time limit alone.
  let descriptor: Int32
  private let end: Mutex<Int32>

  init() {
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 { for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) } }
    descriptor = ends[0]
    end = Mutex(ends[1])
  }

  deinit {
    pull()
    if descriptor >= 0 { close(descriptor) }
  }

  /// Closing the other end is what stays readable.
  func pull() {
    end.withLock { end in
      if end >= 0 { close(end) }
      end = -1
    }
  }
}

extension HookRun {
  /// What the program gets on standard input: one object, in one line.
  func json(gateway: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("id", id)
    writer.member("gateway", gateway)
    if let timestamp { writer.member("timestamp", "\(timestamp)") }
    writer.member("rule", rule)
    writer.member("state", "\(state)")
    writer.member("hook", hook)
    write("trigger", trigger, to: &writer)
    write("data", data, to: &writer)
    writer.endObject()
    return writer.bytes + [10]
  }

  private func write(_ name: String, _ members: [GeneralEvent.Member], to writer: inout JSONWriter) {
    writer.key(name)
    writer.beginObject()
    for member in members {
      writer.key(member.key)
      switch member.value {
      case .number(let number): writer.number(number)
      case .boolean(let flag): writer.boolean(flag)
      case .text(let text): writer.string(text)
      }
    }
    writer.endObject()
  }
}
