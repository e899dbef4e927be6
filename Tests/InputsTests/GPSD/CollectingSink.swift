import Foundation
import Inputs
import Model

/// Keeps what comes in, and lets a test wait for it.
final class CollectingSink: ObservationSink, @unchecked Sendable {
  private let condition = NSCondition()
  private var kept: [Arrival] = []

  func submit(_ arrival: Arrival) -> Bool {
    condition.withLock {
      kept.append(arrival)
      condition.broadcast()
    }
    return true
  }

  var contents: [Observation.Content] { condition.withLock { kept.map(\.content) } }

  /// When it came last, `CLOCK_BOOTTIME` in nanoseconds; the distant past where it never did.
  func time(of content: Observation.Content) -> Int64 {
    condition.withLock { kept }.last { $0.content == content }?.bootTime ?? .min / 2
  }

  /// When the good readings of a metric came, `CLOCK_BOOTTIME` in nanoseconds.
  func times(_ device: String, _ metric: String) -> [Int64] {
    condition.withLock { kept }.compactMap { arrival in
      if case .reading(device, metric, _, .good) = arrival.content { arrival.bootTime } else { nil }
    }
  }

  /// Blocks until the contents are as wanted; false when the time is over. Not for the cooperative pool.
  func wait(seconds: Double = 90, until isDone: ([Observation.Content]) -> Bool) -> Bool {
    let limit = Date(timeIntervalSinceNow: seconds)
    condition.lock()
    defer { condition.unlock() }
    while !isDone(kept.map(\.content)) {
      if !condition.wait(until: limit) { return isDone(kept.map(\.content)) }
    }
    return true
  }
}

/// Runs a blocking test body on a thread of its own, so that the cooperative pool stays free for what is tested.
func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
  }
}

/// Runs a task apart from the cooperative pool, whose threads other tests may hold for seconds: what it takes is then its own time.
private final class OwnQueue: TaskExecutor {
  private let queue = DispatchQueue(label: "input")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// Runs inputs while the body runs, then cancels them and gives how long it took until the last had ended.
@discardableResult func whileRunning(
  _ inputs: [any Input], into sink: any ObservationSink, _ body: @escaping @Sendable () throws -> Void
) async throws -> Duration {
  let ends = DispatchSemaphore(value: 0)
  let tasks = inputs.map { input in
    Task(executorPreference: OwnQueue()) {
      defer { ends.signal() }
      try await input.run(into: sink)
    }
  }
  let (outcome, duration) = try await onThread {
    let outcome = Result { try body() }
    let start = ContinuousClock.now
    for task in tasks { task.cancel() }
    for _ in tasks { ends.wait() }
    return (outcome, ContinuousClock.now - start)
  }
  for task in tasks { try await task.value }
  try outcome.get()
  return duration
}

func whileRunning(
  _ input: any Input, into sink: any ObservationSink, _ body: @escaping @Sendable () throws -> Void
) async throws -> Duration {
  try await whileRunning([input], into: sink, body)
}

/// What a test body on a thread of its own throws: `#expect` belongs to the test's task, of which such a thread is no part.
struct Unmet: Error, CustomStringConvertible {
  var description: String
}

func demand(_ condition: Bool, _ what: @autoclosure () -> String, line: Int = #line) throws {
  if !condition { throw Unmet(description: "line \(line): \(what())") }
}
