import CLinux
import Glibc

/// What the kernel says of its clock.
enum KernelClock {
  /// Whether it is synchronised, by adjtimex(2); `nil` where a sandbox keeps that call from us.
  static var isSynchronised: Bool? {
    switch waypost_clock_is_synchronised() {
    case 0: false
    case 1...: true
    default: nil
    }
  }
}

/// What systemd-timesyncd leaves to be seen (systemd-timesyncd.service(8)).
enum Timesyncd {
  /// Whether it has synchronised the clock since it was started; `nil` where it doesn't run: its folder ends with it.
  static var hasSynchronised: Bool? {
    guard access("/run/systemd/timesync", F_OK) == 0 else { return nil }
    return access("/run/systemd/timesync/synchronized", F_OK) == 0
  }
}

/// systemd's `timedatectl`, which asks timedated (org.freedesktop.timedate1(5), `NTPSynchronized`), which asks the kernel. It is right for
/// every daemon that sets the clock: chrony, ntpsec, timesyncd.
enum TimeDateControl {
  static let command = ["/usr/bin/timedatectl", "show", "--property=NTPSynchronized", "--value"]
  /// It says `yes` or `no`; whatever says more is not it.
  private static let outputLimit = 64

  /// Runs it and waits for its end, at most so long. `nil` where it isn't there, fails or is late: then nobody knows.
  static func isSynchronised(within milliseconds: Int, command: [String] = command) -> Bool? {
    switch output(of: command, within: milliseconds) {
    case "yes\n": true
    case "no\n": false
    default: nil
    }
  }

  private static func output(of command: [String], within milliseconds: Int) -> String? {
    var ends: [Int32] = [0, 0]
    guard waypost_pipe(&ends) == 0 else { return nil }
    defer { close(ends[0]) }
    guard let pid = start(command, output: ends[1]) else { return nil }
    var bytes: [UInt8] = []
    let hasEnded = read(ends[0], into: &bytes, until: deadline(in: milliseconds))
    // It may have closed its output and hang still.
    kill(pid, SIGKILL)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return hasEnded ? String(decoding: bytes, as: UTF8.self) : nil
  }

  /// Starts the program with nothing of ours but its output; closes `output` here.
  private static func start(_ command: [String], output: Int32) -> pid_t? {
    defer { close(output) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    waypost_spawn_close_from(&actions, STDERR_FILENO + 1)
    // The threads that start it block signals; it should be one that can be ended.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var vector = command.map { strdup($0) }
    vector.append(nil)
    defer { for pointer in vector { free(pointer) } }
    // Not ours: it needs neither credentials nor the watchdog's address.
    var environment = [strdup("LC_ALL=C"), nil]
    defer { free(environment[0]) }
    var pid = pid_t()
    guard posix_spawn(&pid, command[0], &actions, &attributes, vector, &environment) == 0 else { return nil }
    return pid
  }

  /// Reads to the end; false where that doesn't come in time, or too much does.
  private static func read(_ descriptor: Int32, into bytes: inout [UInt8], until deadline: Int64) -> Bool {
    var chunk = [UInt8](repeating: 0, count: outputLimit)
    while bytes.count <= outputLimit {
      let left = deadline - self.deadline(in: 0)
      guard left > 0 else { return false }
      var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&watched, 1, Int32(clamping: left))
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { return false }
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count == 0 }
      bytes += chunk[..<count]
    }
    return false
  }

  /// So many milliseconds from now, on the monotonic clock, in milliseconds.
  private static func deadline(in milliseconds: Int) -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000 + Int64(milliseconds)
  }
}
