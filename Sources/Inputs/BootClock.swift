import Glibc

/// `CLOCK_BOOTTIME` (clock_gettime(2)): monotonic, goes on while the box is suspended, knows nothing of the wall clock.
public enum BootClock {
  /// Nanoseconds since the boot.
  public static var now: Int64 {
    var time = timespec()
    // It can fail for an unknown clock id or a bad pointer only; Linux has had this one since 2.6.39.
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
