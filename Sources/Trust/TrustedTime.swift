import Glibc
import Synchronization

/// The time by which certificates are judged: the system's clock, until somebody knows better.
///
/// The gateway may not set the system's clock, and learns the time from GPS where no NTP is to be had. A box without a battery would
/// otherwise find no certificate valid, for ever. One for the process, as the clock itself is.
public enum TrustedTime {
  /// UTC when `CLOCK_BOOTTIME` was zero, milliseconds since 1970.
  private static let atBoot = Mutex<Int64?>(nil)

  /// From now on certificates are judged by this clock and not by the system's, whatever is done to that.
  /// - Parameter millisecondsAtBoot: UTC when `CLOCK_BOOTTIME` was zero, milliseconds since 1970; `nil`: by the system's again.
  public static func set(millisecondsAtBoot: Int64?) { atBoot.withLock { $0 = millisecondsAtBoot } }

  /// Seconds since 1970; `nil` where nobody knows better than the system's clock.
  public static var now: Int64? { atBoot.withLock { $0 }.map { ($0 &+ sinceBoot) / 1000 } }

  /// By how much the time that certificates are judged by is ahead of `CLOCK_BOOTTIME`, milliseconds: changes only where a clock is set.
  public static var offset: Int64 {
    if let known = atBoot.withLock({ $0 }) { return known }
    return milliseconds(CLOCK_REALTIME) &- sinceBoot
  }

  private static var sinceBoot: Int64 { milliseconds(CLOCK_BOOTTIME) }

  private static func milliseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
