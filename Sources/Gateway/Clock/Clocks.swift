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
}
