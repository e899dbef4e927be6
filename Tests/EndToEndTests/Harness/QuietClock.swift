import Glibc

/// Seconds as a machine counts them that has nothing else to do, for what must be done in a given time: what a disk or a processor that
/// others keep busy takes longer isn't counted.
///
/// Every few milliseconds it asks the disk for a little itself. As long as that is done at once, its time is everybody's.
struct QuietClock {
  /// What asking the disk and looking around take at most.
  private static let step = 0.03

  private let descriptor: Int32

  init(in bench: Bench) throws {
    descriptor = open(bench.path("quiet-clock"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw lastError("open quiet-clock") }
    bench.atEnd { [descriptor] in close(descriptor) }
  }

  /// Waits until the condition holds, or `seconds` are over; gives what has gone by.
  func wait(atMost seconds: Double, _ condition: () throws -> Bool) rethrows -> Double {
    var counted = 0.0
    while try !condition(), counted < seconds {
      let began = Instant.now
      var byte: UInt8 = 0
      _ = pwrite(descriptor, &byte, 1, 0)
      fdatasync(descriptor)
      poll(nil, 0, 10)
      counted += min(Instant.now - began, Self.step)
    }
    return counted
  }
}
