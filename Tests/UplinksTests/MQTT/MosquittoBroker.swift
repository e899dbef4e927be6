import Certificates
import Foundation
import Glibc

/// Debian's mosquitto on a free loopback port, with a configuration and a folder of its own.
///
/// It is started, killed and started again by the test; what it must remember (sessions with their subscriptions) it saves at each change.
final class MosquittoBroker {
  static let executable = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  let port: Int
  let folder: URL
  private var process: Process?

  /// - Parameters:
  ///   - users: names with their passwords; none: anyone may come.
  ///   - acl: lines of an access list.
  ///   - options: more lines of mosquitto.conf(5).
  ///   - listener: more lines about the listener, such as its certificate.
  init(
    users: [String: String] = [:], acl: [String] = [], options: [String] = [], listener: [String] = []
  ) throws {
    port = ServerPort.next()
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("waypost-mosquitto-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var lines = ["listener \(port) 127.0.0.1"] + listener
    lines += [
      "user \(NSUserName())", "persistence true", "persistence_location \(folder.path)/",
      "autosave_on_changes true", "autosave_interval 1", "max_queued_messages 0", "set_tcp_nodelay true",
      "allow_anonymous \(users.isEmpty)", "log_dest file \(folder.path)/log", "log_type all",
    ]
    if !users.isEmpty {
      let file = folder.appendingPathComponent("passwd")
      try users.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)\n" }.joined()
        .write(to: file, atomically: true, encoding: .utf8)
      try Self.run("/usr/bin/mosquitto_passwd", ["-U", file.path])
      lines.append("password_file \(file.path)")
    }
    if !acl.isEmpty {
      let file = folder.appendingPathComponent("acl")
      try (acl.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
      lines.append("acl_file \(file.path)")
    }
    try ((lines + options).joined(separator: "\n") + "\n")
      .write(to: folder.appendingPathComponent("conf"), atomically: true, encoding: .utf8)
    try start()
  }

  deinit {
    if let process, process.isRunning {
      Glibc.kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    try? FileManager.default.removeItem(at: folder)
  }

  /// Starts it and waits until it accepts connections.
  func start() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.executable ?? "/usr/sbin/mosquitto")
    process.arguments = ["-c", folder.appendingPathComponent("conf").path]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    // A child inherits the mask of the thread that starts it; with SIGTERM blocked it could never be stopped.
    var term = sigset_t()
    sigemptyset(&term)
    sigaddset(&term, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &term, nil)
    try process.begin()
    self.process = process
    guard LoopbackPort.waitUntilOpen(port, while: { process.isRunning }) else { throw CocoaError(.executableLoad) }
  }

  /// As a power cut does it.
  func kill() { end(SIGKILL) }

  /// As systemd does it.
  func stop() { end(SIGTERM) }

  /// A half-open link: the kernel takes what is sent, and nobody answers. Returns when it stands still.
  func freeze() {
    guard let process else { return }
    Glibc.kill(process.processIdentifier, SIGSTOP)
    let state = "/proc/\(process.processIdentifier)/stat"
    while process.isRunning, (try? String(contentsOfFile: state, encoding: .utf8))?.contains(") T ") != true {
      poll(nil, 0, 1)
    }
  }
  func thaw() { if let process { Glibc.kill(process.processIdentifier, SIGCONT) } }

  private func end(_ signal: Int32) {
    guard let process else { return }
    Glibc.kill(process.processIdentifier, signal)
    process.waitUntilExit()
    self.process = nil
  }

  var log: String { Log(folder: folder).text }

  /// What it has logged, for waiting on.
  struct Log: Sendable {
    let folder: URL
    var text: String { (try? String(contentsOf: folder.appendingPathComponent("log"), encoding: .utf8)) ?? "" }

    /// When it first said so, in seconds of the epoch.
    func second(of words: String) -> Int? {
      let line = text.split(separator: "\n").first { $0.contains(words) }
      return line.flatMap { Int($0.prefix { $0.isNumber }) }
    }
  }

  var saved: Saved { Saved(folder: folder) }

  /// Its sessions on disk, which it writes when they have changed, for waiting on.
  struct Saved: Sendable {
    let folder: URL

    /// A client's subscription is among them: in mosquitto.db(5) its name and its topic stand one behind the other.
    func knows(subscriber: String, of topic: String) -> Bool {
      let file = try? Data(contentsOf: folder.appendingPathComponent("mosquitto.db"))
      return file?.range(of: Data((subscriber + topic).utf8)) != nil
    }
  }

  private static func run(_ path: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    try process.begin()
    process.waitUntilExit()
  }
}

/// Ports of 127.0.0.1.
enum LoopbackPort {
  static func address(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return address
  }

  /// A socket bound to a free port, or to the one given, and the port.
  static func bound(_ port: Int = 0) -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4)
    var address = address(port)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, size)
        _ = getsockname(descriptor, $0, &size)
      }
    }
    return (descriptor, Int(in_port_t(bigEndian: address.sin_port)))
  }

  /// Waits until something listens there; false after a minute, or when it isn't worth it any more.
  static func waitUntilOpen(_ port: Int, while isWorthIt: () -> Bool = { true }) -> Bool {
    let end = Date().addingTimeInterval(60)
    while isWorthIt(), Date() < end {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      defer { close(descriptor) }
      var address = address(port)
      let size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let code = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
      }
      if code == 0 { return true }
      poll(nil, 0, 5)
    }
    return false
  }
}

/// Waits for a condition, off the cooperative pool, looking every few milliseconds; false when it didn't come true in time, which is long: an
/// uplink shares the pool with tests that reckon for minutes where many share a core.
func eventually(within seconds: Double = 300, _ condition: @escaping @Sendable () -> Bool) async -> Bool {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread {
      let end = Date().addingTimeInterval(seconds)
      var isTrue = condition()
      while !isTrue, Date() < end {
        poll(nil, 0, 5)
        isTrue = condition()
      }
      continuation.resume(returning: isTrue)
    }
  }
}
