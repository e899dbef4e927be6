import Synchronization
import Threads

/// A serial executor on one thread of its own, for an actor that makes blocking calls (SQLite's fsync): they must never stand on the
/// cooperative pool, which has only as many threads as the machine has cores.
///
/// Costs a thread; jobs run in the order they were enqueued. Ends with `stop()`, after the jobs that wait.
final class ThreadExecutor: SerialExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var isStopped = false
  }

  private let state = Mutex(State())
  private let wake: WakeUp

  init(name: String) throws {
    wake = WakeUp()
    try DedicatedThread.start(name: name, stackSize: 1 << 20) { [self] in loop() }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    state.withLock { $0.jobs.append(unowned) }
    wake.signal()
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  /// Ends the thread once the jobs enqueued so far have run.
  func stop() {
    state.withLock { $0.isStopped = true }
    wake.signal()
  }

  private func loop() {
    while true {
      let (jobs, stopped) = state.withLock { state in
        defer { state.jobs.removeAll(keepingCapacity: true) }
        return (state.jobs, state.isStopped)
      }
      for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
      if jobs.isEmpty {
        if stopped { return }
        wake.wait()
      }
    }
  }
}
