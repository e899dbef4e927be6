import Glibc

/// A program that the demonstration starts and ends: an argument vector, no shell; its standard output can be read line by line.
final class ChildProcess {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// A line longer than this is cut.
  private static let lineLimit = 1 << 20

  private let pid: pid_t
  private let output: Int32
  private var buffered: [UInt8] = []
  private var hasEnded = false
  private var ended: Int32 = 0

  /// Starts `arguments[0]`, looked for in `$PATH`.
  /// - Parameter errors: Where its standard error goes.
  init(_ arguments: [String], errors: String = "/dev/null") throws(Failure) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Failure(description: "no pipe to be had (errno \(errno))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    // In a process group of their own, so that Ctrl-C in the terminal ends this process, which then ends them in order.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
    var vector = arguments.map { strdup($0) }
    vector.append(nil)
    defer { for pointer in vector { free(pointer) } }
    var pid = pid_t()
    let result = posix_spawnp(&pid, arguments[0], &actions, &attributes, vector, environ)
    close(ends[1])
    guard result == 0 else {
      close(ends[0])
      throw Failure(
        description: "\(arguments[0]) can't be started: \(String(cString: strerror(result)))"
          + (result == ENOENT ? "; install it by `sudo apt install mosquitto mosquitto-clients`" : ""))
    }
    self.pid = pid
    output = ends[0]
  }

  deinit {
    if !hasEnded {
      kill(pid, SIGKILL)
      _ = reap(0)
    }
    close(output)
  }

  /// The complete lines that come within `milliseconds`; returns early once there are some. `nil` when it has closed its output.
  func lines(within milliseconds: Int32) -> [String]? {
    var watched = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    guard poll(&watched, 1, milliseconds) > 0 else { return [] }
    var chunk = [UInt8](repeating: 0, count: 65536)
    let count = read(output, &chunk, chunk.count)
    guard count > 0 else { return nil }
    buffered += chunk[..<count]
    var lines = buffered.split(separator: 10, omittingEmptySubsequences: false)
    buffered = lines.popLast().map { Array($0.suffix(Self.lineLimit)) } ?? []
    return lines.map { String(decoding: $0, as: UTF8.self) }
  }

  /// How it ended, as `stop` has it; `nil` while it runs.
  func exitCode() -> Int32? { hasEnded ? ended : reap(WNOHANG) }

  func signal(_ signal: Int32) { kill(pid, signal) }

  /// Sends a signal and waits up to `seconds` for the end, which the closing of its output shows.
  /// - Returns: The exit code; 128 and the signal where one ended it; `nil` when it goes on.
  func stop(_ signal: Int32, within seconds: Int) -> Int32? {
    guard !hasEnded else { return ended }
    kill(pid, signal)
    var left = seconds * 10
    while left > 0, lines(within: 100) != nil { left -= 1 }
    return reap(left > 0 ? 0 : WNOHANG)
  }

  private func reap(_ options: Int32) -> Int32? {
    var status: Int32 = 0
    var result: pid_t
    repeat { result = waitpid(pid, &status, options) } while result < 0 && errno == EINTR
    guard result == pid else { return nil }
    hasEnded = true
    let signal = status & 0x7f
    ended = signal == 0 ? (status >> 8) & 0xff : 128 + signal
    return ended
  }
}
