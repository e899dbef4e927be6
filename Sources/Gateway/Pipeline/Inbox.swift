import Inputs
import Synchronization

/// Where the inputs leave what they see, from any thread, without waiting: a bounded queue in front of the pipeline.
///
/// When it is full, because the journal can't take more, new arrivals are refused and counted; the inputs go on.
final class Inbox: ObservationSink {
  private struct State {
    var arrivals: [Arrival] = []
    var refused: UInt64 = 0
    var isClosed = false
  }

  private let state = Mutex(State())
  private let capacity: Int
  private let signal: AsyncStream<Void>.Continuation
  /// Yields when there is something to take; several arrivals may share one.
  let arrivals: AsyncStream<Void>

  init(capacity: Int = 10_000) {
    self.capacity = capacity
    (arrivals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  @discardableResult func submit(_ arrival: Arrival) -> Bool {
    let accepted = state.withLock { state in
      guard state.arrivals.count < capacity, !state.isClosed else {
        state.refused += 1
        return false
      }
      state.arrivals.append(arrival)
      return true
    }
    if accepted { signal.yield() }
    return accepted
  }

  /// The oldest that wait, at most `count`.
  func take(atMost count: Int) -> [Arrival] {
    state.withLock { state in
      defer { state.arrivals.removeFirst(min(count, state.arrivals.count)) }
      return Array(state.arrivals.prefix(count))
    }
  }

  var isEmpty: Bool { state.withLock { $0.arrivals.isEmpty } }

  /// How many arrivals were refused since the start.
  var refused: UInt64 { state.withLock { $0.refused } }

  /// Refuses everything from now on, and ends `arrivals`.
  func close() {
    state.withLock { $0.isClosed = true }
    signal.finish()
  }
}
