import Model
import Synchronization

/// What an uplink's loop waits for: events of its link, news from the journal, the wish to stop, or a moment.
///
/// Bounded: a link has no more events than messages in flight, the rest is flags, and of commands so many wait and no more.
final class Mailbox: Sendable {
  struct Mail: Sendable {
    var events: [(link: UInt64, event: LinkEvent)] = []
    /// Commands that found no room; the server asks again.
    var droppedCommands = 0
    var hasNewRecords = false
    /// What the status says has changed.
    var wantsStatus = false
    /// Until when the uplink may drain.
    var stopBy: BootTime?
  }

  private struct State: Sendable {
    var mail = Mail()
    var isEmpty = true
    var waiter: CheckedContinuation<Void, Never>?
    var timer: Task<Void, Never>?
    var timerAt: BootTime?
  }

  private let state = Mutex(State())

  /// Commands that may wait; a server has no reason to send more at once.
  static let mostCommands = 64

  func post(_ event: LinkEvent, from link: UInt64) {
    put { mail in
      if event.isCommand {
        guard mail.events.count(where: { $0.event.isCommand }) < Self.mostCommands else {
          mail.droppedCommands += 1
          return
        }
      }
      mail.events.append((link, event))
    }
  }
  func newRecords() { put { $0.hasNewRecords = true } }
  func wantStatus() { put { $0.wantsStatus = true } }
  func stop(by deadline: BootTime) { put { $0.stopBy = min($0.stopBy ?? deadline, deadline) } }

  private func put(_ change: @Sendable (inout Mail) -> Void) {
    state.withLock { state in
      change(&state.mail)
      state.isEmpty = false
      defer { state.waiter = nil }
      return state.waiter
    }?.resume()
  }

  /// Waits until there is something, or for the deadline. To be called by one task.
  func next(until deadline: BootTime?) async -> Mail {
    if let deadline {
      guard deadline > .now() else { return take() }
      arm(for: deadline)
    }
    await withCheckedContinuation { continuation in
      let isReady = state.withLock { state in
        guard state.isEmpty else { return true }
        state.waiter = continuation
        return false
      }
      if isReady { continuation.resume() }
    }
    return take()
  }

  private func take() -> Mail {
    state.withLock { state in
      defer {
        state.mail = Mail()
        state.isEmpty = true
      }
      return state.mail
    }
  }

  /// One timer, moved only when the new deadline is earlier: deadlines mostly move later, and a wake-up too many does no harm.
  private func arm(for deadline: BootTime) {
    let old: Task<Void, Never>? = state.withLock { state in
      if let at = state.timerAt, at <= deadline { return nil }
      defer {
        state.timerAt = deadline
        state.timer = Task { [self] in
          do {
            try await Task.sleep(for: (deadline - .now()).duration, clock: .continuous)
          } catch {
            // Cancelled: another timer has taken over.
            return
          }
          wake(deadline)
        }
      }
      return state.timer
    }
    old?.cancel()
  }

  private func wake(_ deadline: BootTime) {
    state.withLock { state in
      if state.timerAt == deadline {
        state.timer = nil
        state.timerAt = nil
      }
      state.isEmpty = false
      defer { state.waiter = nil }
      return state.waiter
    }?.resume()
  }

  func close() {
    state.withLock { state in
      defer { state.timer = nil }
      return state.timer
    }?.cancel()
  }
}

extension LinkEvent {
  fileprivate var isCommand: Bool {
    switch self {
    case .command, .unreadableCommand: true
    default: false
    }
  }
}
