import Foundation
import Glibc
import Model

/// The wall clock of the processes that a test lets see it, in place of the machine's: gateway and gpsd together, as on one box. It says
/// whatever it is set to and goes on from there, steps under running processes, and NTP vouches for it or doesn't. Clocks that no one can
/// set, since boot and monotonic, stay true.
final class WallClock: @unchecked Sendable {
  /// Who vouches for it, as the kernel says it.
  enum Synchronisation: Int64 {
    case no = 0
    case yes = 1
    /// The kernel may not be asked, as in the service's sandbox.
    case unknown = -1
  }

  private let library: String
  private let file: String
  private let control: UnsafeMutablePointer<Int64>

  /// Builds the library. The clock begins as the machine's, and nobody vouches for it.
  init(in bench: Bench) throws {
    library = bench.path("wall_clock.so")
    file = bench.path("wall-clock")
    guard let compiler = Environment.program("cc") else { throw Failure("no C compiler") }
    let built = try bench.run(
      compiler,
      ["-shared", "-fPIC", "-O1", "-o", library, "\(Environment.packageRoot)/Tests/Preload/wall_clock.c", "-ldl"],
      name: "cc")
    guard built.exit == .code(0) else { throw Failure("cc: \(built.errors)") }
    try Data(count: 16).write(to: URL(fileURLWithPath: file))
    let descriptor = open(file, O_RDWR | O_CLOEXEC)
    defer { close(descriptor) }
    guard descriptor >= 0, let place = mmap(nil, 16, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      place != UnsafeMutableRawPointer(bitPattern: -1)
    else { throw lastError("map the clock") }
    // Stays mapped: a test has a few of them.
    control = place.bindMemory(to: Int64.self, capacity: 2)
  }

  /// For the processes that are to see it: all that are started while it is the bench's `clock`.
  var environment: [String: String] { ["LD_PRELOAD": library, "WAYPOST_WALL_CLOCK": file] }

  /// What it says now.
  var now: Timestamp { Self.machine + Interval(nanoseconds: control[0]) }

  /// How far it is ahead of the machine's clock.
  var ahead: Interval { Interval(nanoseconds: control[0]) }

  /// Sets it, as `date -s` or a daemon of NTP does.
  func set(_ time: Timestamp) { control[0] = (time - Self.machine).nanoseconds }

  /// Sets it relative to the machine's.
  func set(ahead interval: Interval) { control[0] = interval.nanoseconds }

  func step(by interval: Interval) { control[0] += interval.nanoseconds }

  /// Makes it right.
  func restore() { control[0] = 0 }

  func vouch(_ synchronisation: Synchronisation) { control[1] = synchronisation.rawValue }

  private static var machine: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}

extension Bench {
  /// A wall clock that every process sees that is started from now on.
  func wallClock() throws -> WallClock {
    let made = try WallClock(in: self)
    clock = made
    return made
  }
}
