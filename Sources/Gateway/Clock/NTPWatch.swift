import Glibc
import Inputs
import Model
import Synchronization
import Threads

/// Whether NTP has synchronised the wall clock, whichever daemon does it.
///
/// The kernel knows, but under `ProtectClock=yes` it may not be asked. Then systemd is: by timesyncd's marker where timesyncd runs and
/// has none yet, else by `TimeDateControl`, on a thread of its own. See docs/adr/0008.
final class NTPWatch: Sendable {
  /// Who is asked; a test has its own. Each is called from one thread at a time.
  struct Sources: Sendable {
    /// The kernel's own word, or `nil` where it may not be asked.
    var kernel: @Sendable () -> Bool? = { KernelClock.isSynchronised }
    /// timesyncd's: `nil` where it doesn't run.
    var timesyncd: @Sendable () -> Bool? = { Timesyncd.hasSynchronised }
    /// systemd's, asked for at most so many milliseconds; `nil` where it has no answer.
    var systemd: @Sendable (_ milliseconds: Int) -> Bool? = { TimeDateControl.isSynchronised(within: $0) }
    /// `CLOCK_BOOTTIME`, nanoseconds.
    var now: @Sendable () -> Int64 = { BootClock.now }
    /// The wall clock, whatever it is worth.
    var wall: @Sendable () -> Timestamp = { WallClock.now }

    /// The wall clock when the boot clock was zero: what a step of the wall clock moves.
    var offset: Timestamp { wall() + Interval(nanoseconds: -now()) }
  }

  /// How often systemd is asked at most. timedated ends itself after 30 s without a question, and each start of it is some lines in
  /// the system's log.
  static let askInterval: Int64 = 20_000_000_000
  /// How long an answer holds. Whoever looks every 10 s, as the pipeline does, sees each answer.
  static let answerHolds: Int64 = 15_000_000_000
  /// The longest wait for an answer, milliseconds: while the gateway starts, and later.
  static let startPatience = 1000
  static let patience = 10_000

  private struct State {
    var answer = false
    /// Of the clock that was asked about; where the clock has stepped since, the answer is about another.
    var offset: Timestamp?
    var answeredAt: Int64?
    var askedAt: Int64?
    var isAsking = false
  }

  private let sources: Sources
  private let state = Mutex(State())

  init(sources: Sources = Sources()) { self.sources = sources }

  /// What the gateway starts with. Blocks, for `startPatience` at most.
  func askAtStart() -> Bool {
    if let known = sources.kernel() { return known }
    // The marker alone is enough here: it is of this boot, and nobody has set the clock since without a step, which is asked about.
    let offset = sources.offset
    let answer = sources.timesyncd() ?? sources.systemd(Self.startPatience) ?? false
    note(answer, offset)
    return answer
  }

  /// Whether the clock is synchronised as far as is known now. Never waits: where systemd must be asked, what it answers is there at a
  /// later call.
  var isSynchronised: Bool {
    if let known = sources.kernel() { return known }
    let marked = sources.timesyncd()
    if marked == false { return false }
    let (now, offset) = (sources.now(), sources.offset)
    let (answer, ask) = state.withLock { state in
      let isOfThisClock = state.offset.map { abs((offset - $0).nanoseconds) <= ClockTrust.step.nanoseconds } ?? false
      let isFresh = isOfThisClock && state.answeredAt.map { now - $0 <= Self.answerHolds } ?? false
      let isDue = state.askedAt.map { now - $0 >= Self.askInterval } ?? true
      let ask = isDue && !state.isAsking
      if ask {
        state.isAsking = true
        state.askedAt = now
      }
      return (isFresh && state.answer, ask)
    }
    if ask { self.ask(orElse: marked ?? false) }
    return answer
  }

  /// - Parameter fallback: What holds where systemd has no answer.
  private func ask(orElse fallback: Bool) {
    do {
      try DedicatedThread.start(name: "ntp-watch") { [self] in
        let offset = sources.offset
        note(sources.systemd(Self.patience) ?? fallback, offset)
      }
    } catch {
      // Without a thread there is no answer this time; the next question is asked in `askInterval`.
      note(false, sources.offset)
    }
  }

  private func note(_ answer: Bool, _ offset: Timestamp) {
    let now = sources.now()
    state.withLock { state in
      state.answer = answer
      state.offset = offset
      state.answeredAt = now
      state.askedAt = state.askedAt ?? now
      state.isAsking = false
    }
  }
}
