import Foundation
import Glibc

/// A process of the test's own, in a process group of its own, its output in files.
final class Child: @unchecked Sendable {
  enum Exit: Hashable, CustomStringConvertible {
    case code(Int32)
    case signal(Int32)
    var description: String {
      switch self {
      case .code(let code): "exit \(code)"
      case .signal(let signal): "signal \(signal)"
      }
    }
  }

  let name: String
  let pid: pid_t
  let outputFile: String
  let errorFile: String
  private let lock = NSLock()
  private var ended: Exit?
  /// Nobody is left of its process group, whose number may be another's soon.
  private var isAlone = false

  /// Starts `program`. `environment` adds to the test's own; `input` becomes its standard input, which otherwise is empty.
  init(
    _ program: String, _ arguments: [String], name: String, in bench: Bench, environment: [String: String] = [:],
    input: Int32? = nil
  ) throws {
    self.name = name
    outputFile = bench.path("\(name).out")
    errorFile = bench.path("\(name).err")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_addopen(&actions, 1, outputFile, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, errorFile, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var merged = ProcessInfo.processInfo.environment
    merged["NOTIFY_SOCKET"] = nil
    // What it leaves, as a browser does, goes with the bench.
    merged["TMPDIR"] = bench.directory
    merged.merge(bench.clock?.environment ?? [:]) { $1 }
    for (key, value) in environment { merged[key] = value }
    let argv = ([program] + arguments).map { strdup($0) } + [nil]
    let envp = merged.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    let status = posix_spawn(&pid, program, &actions, &attributes, argv, envp)
    guard status == 0 else { throw Failure("cannot start \(program): \(String(cString: strerror(status)))") }
    self.pid = pid
    bench.atEnd { [self] in kill() }
  }

  /// How it ended, or `nil` while it runs.
  var exit: Exit? {
    lock.withLock {
      if let ended { return ended }
      var status: Int32 = 0
      guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
      ended = status & 0x7f == 0 ? .code(status >> 8 & 0xff) : .signal(status & 0x7f)
      isAlone = Glibc.kill(-pid, 0) != 0
      return ended
    }
  }

  /// Sends a signal to the process alone.
  func signal(_ signal: Int32) {
    if exit == nil { Glibc.kill(pid, signal) }
  }

  @discardableResult func wait(within seconds: Double = 60) throws -> Exit {
    try Wait.until("\(name) (pid \(pid)) to end; \(tail)", within: seconds, every: 1) { exit != nil }
    return exit ?? .code(-1)
  }

  /// Ends the process and all that it started, at once, and waits until it is gone.
  func kill() {
    if exit == nil || !lock.withLock({ isAlone }) { Glibc.kill(-pid, SIGKILL) }
    let deadline = Instant.now + 60
    while exit == nil, Instant.now < deadline { poll(nil, 0, 1) }
  }

  var output: String { Self.read(outputFile) }
  /// The lines of `output` that are whole.
  var outputLines: [Substring] { Self.lines(of: output) }
  /// The lines of `errors` that are whole.
  var errorLines: [Substring] { Self.lines(of: errors) }
  var errors: String { Self.read(errorFile) }
  /// The end of what it said, for messages.
  var tail: String { "it said: …\((output + errors).suffix(2000))" }

  /// Of the last one the beginning alone may have come.
  private static func lines(of text: String) -> [Substring] {
    text[..<(text.lastIndex(of: "\n") ?? text.startIndex)].split(separator: "\n")
  }

  private static func read(_ path: String) -> String {
    guard let bytes = FileManager.default.contents(atPath: path) else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Bench {
  /// Runs a program to its end.
  @discardableResult func run(
    _ program: String, _ arguments: [String], name: String, within seconds: Double = 120,
    environment: [String: String] = [:]
  ) throws -> (exit: Child.Exit, output: String, errors: String) {
    // Output of an earlier run of that name isn't this run's.
    unlink(path("\(name).out"))
    unlink(path("\(name).err"))
    let child = try Child(program, arguments, name: name, in: self, environment: environment)
    let exit = try child.wait(within: seconds)
    return (exit, child.output, child.errors)
  }
}
