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

/// Runs an input while the body runs, then cancels it and gives how long it took to end.
func whileRunning(
  _ input: any Input, into sink: any ObservationSink, _ body: @escaping @Sendable () throws -> Void
) async throws -> Duration {
  let task = Task { try await input.run(into: sink) }
  let outcome: Result<Void, any Error>
  do { outcome = .success(try await onThread(body)) } catch { outcome = .failure(error) }
  let start = ContinuousClock.now
  task.cancel()
  try await task.value
  let duration = ContinuousClock.now - start
  try outcome.get()
  return duration
}

/// What a test body on a thread of its own throws: `#expect` belongs to the test's task, of which such a thread is no part.
struct Unmet: Error, CustomStringConvertible {
  var description: String
}

func demand(_ condition: Bool, _ what: @autoclosure () -> String, line: Int = #line) throws {
  if !condition { throw Unmet(description: "line \(line): \(what())") }
}
