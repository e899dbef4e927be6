import Inputs
import Model

/// The clocks that the pipeline looks at; a test has its own.
struct Clocks: Sendable {
  /// `CLOCK_BOOTTIME`, nanoseconds.
  var bootTime: @Sendable () -> Int64 = { BootClock.now }
  /// `CLOCK_REALTIME`, whatever it is worth.
  var wallTime: @Sendable () -> Timestamp = { WallClock.now }
  /// Whether NTP has synchronised the wall clock.
  var isSynchronised: @Sendable () -> Bool
  /// Told whenever the time is known anew: UTC when `bootTime` was zero.
  var trusted: @Sendable (_ utcAtBoot: Timestamp) -> Void = { _ in }

  /// The longest that looking at both clocks may take, nanoseconds: a tenth of what counts as a step of the wall clock.
  static let moment: Int64 = ClockTrust.step.nanoseconds / 10

  /// Both clocks at one moment; `nil` where this thread was put aside in between again and again. Readings from before and after a pause
  /// would look like a wall clock that has stepped.
  func together() -> (bootTime: Int64, wall: Timestamp)? {
    for _ in 0..<8 {
      let before = bootTime()
      let wall = wallTime()
      if bootTime() - before <= Self.moment { return (before, wall) }
    }
    return nil
  }
}
