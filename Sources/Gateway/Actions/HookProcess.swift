import CLinux
import Glibc
import Model

/// One program at work, from its start to its end. Blocks: for a thread of its own.
///
/// It gets its argument vector, without any shell, the JSON on standard input, and nothing else of ours: no descriptor, a small
/// environment, the folder of hooks as working directory, a process group of its own. What it says on standard output and standard error
/// becomes lines in the log, up to `lineLimit` of at most `lineLength` bytes. At its time limit the whole group gets SIGTERM, and
/// `grace` later SIGKILL; whatever of the group is left when the program itself has ended is killed, too.
struct HookProcess {
  static let lineLimit = 100
  static let lineLength = 1000
  /// Between SIGTERM and SIGKILL.
  static let grace = Interval.seconds(2)

  enum Ending: Hashable {
    case exit(Int32)
    case signal(Int32)
    /// It was still running at its time limit.
    case timeout
    /// The gateway ends.
    case stopped
    case notStarted(String)
  }

  var program: String
  var arguments: [String]
  var folder: String
  var environment: [String]
  var input: [UInt8]
  var timeout: Interval
  /// Becomes readable when the gateway ends.
  var stopDescriptor: Int32 = -1

  func run(line: (String) -> Void) -> Ending {
    var pipes = Pipes()
    guard pipes.open() else { return .notStarted("no pipe to be had: \(Self.words(errno))") }
    defer { pipes.close() }
    let pid: pid_t
    switch spawn(pipes) {
    case .success(let started): pid = started
    case .failure(let failure): return .notStarted(failure.text)
    }
    pipes.closeChildEnds()
    var output = Lines(limit: Self.lineLimit, length: Self.lineLength)
    let ending = serve(pid, &pipes, &output, line)
    output.finish(line)
    return ending
  }

  private struct Failure: Error { var text: String }

  private func spawn(_ pipes: Pipes) -> Result<pid_t, Failure> {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipes.input.child, 0)
    posix_spawn_file_actions_adddup2(&actions, pipes.output.child, 1)
    posix_spawn_file_actions_adddup2(&actions, pipes.output.child, 2)
    waypost_spawn_close_from(&actions, 3)
    waypost_spawn_change_folder(&actions, folder)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var argv = ([program] + arguments).map { strdup($0) } + [nil]
    var envp = environment.map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    var code = posix_spawn(&pid, program, &actions, &attributes, &argv, &envp)
    // Somebody is just writing it, or has let another program inherit the file: that is over in a moment.
    for _ in 0..<50 where code == ETXTBSY {
      poll(nil, 0, 20)
      code = posix_spawn(&pid, program, &actions, &attributes, &argv, &envp)
    }
    guard code == 0 else {
      let hint = code == ENOEXEC ? "; does its first line say `#!` and what runs it?" : ""
      return .failure(Failure(text: "can't be started: \(Self.words(code))\(hint)"))
    }
    return .success(pid)
  }

  /// Feeds and hears it until it has ended and said all.
  private func serve(_ pid: pid_t, _ pipes: inout Pipes, _ output: inout Lines, _ line: (String) -> Void) -> Ending {
    var rest = input[...]
    var deadline = Self.now() + max(0, timeout.nanoseconds)
    var stage = Stage.running
    var why: Ending?
    func escalate(_ reason: Ending) {
      why = why ?? reason
      kill(-pid, stage == .running ? SIGTERM : SIGKILL)
      stage = stage == .running ? .asked : .killed
      // A gateway that ends waits less.
      deadline = Self.now() + (why == .stopped ? Self.grace.nanoseconds / 4 : Self.grace.nanoseconds)
    }
    while true {
      if Self.hasEnded(pid) {
        // Children that it left behind hold the pipe, and would run on unseen. Until it is reaped its group's number is nobody else's.
        kill(-pid, SIGKILL)
        let status = Self.reap(pid)
        hear(&pipes, &output, line)
        if let why { return why }
        return status & 0x7f == 0 ? .exit(status >> 8 & 0xff) : .signal(status & 0x7f)
      }
      let left = deadline - Self.now()
      if left <= 0 { escalate(.timeout) }
      var descriptors = [
        pollfd(fd: pipes.output.own, events: Int16(POLLIN), revents: 0),
        pollfd(fd: rest.isEmpty ? -1 : pipes.input.own, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: stage == .running ? stopDescriptor : -1, events: Int16(POLLIN), revents: 0),
      ]
      // A program's end wakes nobody here, unless it was the last to hold the pipe: so look every 20 ms.
      guard poll(&descriptors, 3, 20) > 0 else { continue }
      if descriptors[2].revents != 0 { escalate(.stopped) }
      if descriptors[1].revents != 0 {
        let count = rest.withUnsafeBytes { write(pipes.input.own, $0.baseAddress, $0.count) }
        rest = count > 0 ? rest.dropFirst(count) : errno == EAGAIN || errno == EINTR ? rest : []
        if rest.isEmpty { pipes.closeInput() }
      } else if rest.isEmpty {
        pipes.closeInput()
      }
      if descriptors[0].revents != 0 { hear(&pipes, &output, line) }
    }
  }

  private enum Stage { case running, asked, killed }

  /// Takes what it has said by now.
  private func hear(_ pipes: inout Pipes, _ output: inout Lines, _ line: (String) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 4096)
    // So much at a time, so that one that never stops talking is held to its time limit.
    for _ in 0..<16 where pipes.output.own >= 0 {
      let count = read(pipes.output.own, &buffer, buffer.count)
      if count > 0 { output.take(buffer[..<count], line) }
      if count == 0 { pipes.closeOutput() }
      guard count == buffer.count else { return }
    }
  }

  private static func hasEnded(_ pid: pid_t) -> Bool {
    var info = siginfo_t()
    return waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo == SIGCHLD
  }

  private static func reap(_ pid: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status
  }

  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  private static func words(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }
}

/// The pipes of a program: its ends and ours; −1 once closed.
private struct Pipes {
  var input: (child: Int32, own: Int32) = (-1, -1)
  var output: (child: Int32, own: Int32) = (-1, -1)

  mutating func open() -> Bool {
    var ends: [Int32] = [-1, -1]
    guard waypost_pipe(&ends) == 0 else { return false }
    input = (ends[0], ends[1])
    guard waypost_pipe(&ends) == 0 else {
      close()
      return false
    }
    output = (ends[1], ends[0])
    for end in [input.own, output.own] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    return true
  }

  mutating func closeChildEnds() {
    Self.close(&input.child)
    Self.close(&output.child)
  }

  mutating func closeInput() { Self.close(&input.own) }
  mutating func closeOutput() { Self.close(&output.own) }

  mutating func close() {
    closeChildEnds()
    closeInput()
    closeOutput()
  }

  private static func close(_ end: inout Int32) {
    if end >= 0 { Glibc.close(end) }
    end = -1
  }
}

/// Cuts what a program says into lines, bounded in number and length.
struct Lines {
  private let limit: Int
  private let length: Int
  private var line: [UInt8] = []
  private var isCut = false
  private var count = 0
  private var dropped = 0

  init(limit: Int, length: Int) {
    self.limit = limit
    self.length = length
  }

  mutating func take(_ bytes: some Sequence<UInt8>, _ give: (String) -> Void) {
    for byte in bytes {
      if byte == 10 {
        end(give)
      } else if line.count < length {
        line.append(byte)
      } else {
        isCut = true
      }
    }
  }

  /// The last line needs no end; then how many were left out.
  mutating func finish(_ give: (String) -> Void) {
    if !line.isEmpty { end(give) }
    if dropped > 0 { give("… \(dropped) more lines") }
  }

  private mutating func end(_ give: (String) -> Void) {
    defer {
      line.removeAll(keepingCapacity: true)
      isCut = false
    }
    count += 1
    guard count <= limit else {
      dropped += 1
      return
    }
    give(String(decoding: line, as: UTF8.self) + (isCut ? "…" : ""))
  }
}
