import Glibc

/// A moment on the monotonic clock, in seconds; only differences mean something.
struct Instant: Hashable, Comparable, Sendable {
  var seconds: Double

  static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(seconds: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
  }

  static func < (a: Instant, b: Instant) -> Bool { a.seconds < b.seconds }
  static func + (a: Instant, seconds: Double) -> Instant { Instant(seconds: a.seconds + seconds) }
  static func - (a: Instant, b: Instant) -> Double { a.seconds - b.seconds }
}

/// What went wrong in the harness itself or in a process under test, in words.
struct Failure: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

enum Wait {
  /// Looks again every few milliseconds (by `poll(2)` without descriptors) until the condition holds.
  ///
  /// The limit only says when to give up, so it is generous: a machine that does other things besides is slow, and nothing is lost by
  /// patience.
  static func until(
    _ what: @autoclosure () -> String, within seconds: Double = 60, every milliseconds: Int32 = 5,
    _ condition: () throws -> Bool
  ) throws {
    let deadline = Instant.now + seconds
    while try !condition() {
      guard Instant.now < deadline else { throw Failure("waited \(seconds) s in vain: \(what())") }
      poll(nil, 0, milliseconds)
    }
  }

  /// Lets real time go by: for the length of an outage, where there is no condition to wait for.
  static func pass(_ seconds: Double) {
    let end = Instant.now + seconds
    while Instant.now < end { poll(nil, 0, Int32(max(1, min(50, (end - .now) * 1000)))) }
  }
}

/// The last error of the C library, in words.
func lastError(_ call: String) -> Failure { Failure("\(call): \(String(cString: strerror(errno)))") }
