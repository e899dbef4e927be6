import Synchronization

/// Something that happens once, and for which others wait: the first commit, the listening socket.
final class Milestone: Sendable {
  private struct State {
    var isReached = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Lets everybody go on, now and later. Further calls change nothing.
  func reach() {
    let waiters = state.withLock { state in
      state.isReached = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Returns once it is reached.
  func wait() async {
    await withCheckedContinuation { waiter in
      let isReached = state.withLock { state in
        if !state.isReached { state.waiters.append(waiter) }
        return state.isReached
      }
      if isReached { waiter.resume() }
    }
  }
}
