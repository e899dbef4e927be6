import Glibc

/// A program that the demonstration starts and ends: an argument vector, no shell.
final class ChildProcess {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let pid: pid_t
  private var ended: Int32?

  /// Starts `arguments[0]`.
  /// - Parameter log: Where its standard output and error are added to.
  init(_ arguments: [String], log: String) throws(Failure) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    // In a process group of its own, so that Ctrl-C in the terminal ends this process, which then ends it in order.
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
    let result = posix_spawn(&pid, arguments[0], &actions, &attributes, vector, environ)
    guard result == 0 else {
      throw Failure(description: "\(arguments[0]) can't be started: \(String(cString: strerror(result)))")
    }
    self.pid = pid
  }

  deinit { if exitCode() == nil { _ = stop(SIGKILL, within: 10) } }

  /// How it ended: the exit code, or 128 and the signal that ended it; `nil` while it runs.
  func exitCode() -> Int32? {
    if let ended { return ended }
    var status: Int32 = 0
    var result: pid_t
    repeat { result = waitpid(pid, &status, WNOHANG) } while result < 0 && errno == EINTR
    guard result == pid else { return nil }
    let signal = status & 0x7f
    ended = signal == 0 ? (status >> 8) & 0xff : 128 + signal
    return ended
  }

  /// Sends a signal and waits up to `seconds` for the end.
  /// - Returns: As `exitCode`; `nil` when it goes on.
  func stop(_ signal: Int32, within seconds: Int) -> Int32? {
    guard exitCode() == nil else { return ended }
    kill(pid, signal)
    for _ in 0..<seconds * 50 where exitCode() == nil { poll(nil, 0, 20) }
    return ended
  }
}
