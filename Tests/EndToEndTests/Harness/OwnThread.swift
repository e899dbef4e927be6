import Foundation
import Testing

/// Runs a test on a thread of its own, one test at a time.
///
/// These tests block on real processes; on Swift's cooperative pool, as wide as the machine has cores, they would stop every other
/// test of the run.
final class OwnThread: TaskExecutor, @unchecked Sendable {
  static let shared = OwnThread()

  private let condition = NSCondition()
  private var jobs: [UnownedJob] = []

  private init() {
    let thread = Thread { [self] in
      while true {
        condition.lock()
        while jobs.isEmpty { condition.wait() }
        let job = jobs.removeFirst()
        condition.unlock()
        job.runSynchronously(on: asUnownedTaskExecutor())
      }
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    condition.withLock {
      jobs.append(job)
      condition.signal()
    }
  }
}

struct OnItsOwnThread: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(OwnThread.shared) { try await function() }
  }
}

extension Trait where Self == OnItsOwnThread {
  static var onItsOwnThread: Self { Self() }
}

/// Everything that starts processes, one test after the other.
@Suite(.serialized, .onItsOwnThread) enum EndToEnd {}
