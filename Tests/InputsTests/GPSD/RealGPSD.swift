import Foundation
import Glibc

/// gpsd itself, watching a pseudo-terminal that the test writes to.
final class RealGPSD: @unchecked Sendable {
  static let path = "/usr/sbin/gpsd"
  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

  /// Logs of real receivers.
  static var logs: String {
    let data = ProcessInfo.processInfo.environment["WAYPOST_TEST_DATA"] ?? "../shared/data"
    return data + "/gps"
  }
  static var hasLogs: Bool { FileManager.default.fileExists(atPath: logs) }

  let port: UInt16
  private let master: Int32
  private let slave: Int32
  private let terminal: String
  private var process = Process()

  init() throws {
    port = try LoopbackSocket.freePort()
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    // TIOCSPTLCK and TIOCGPTN of tty_ioctl(4): Swift's Glibc has no unlockpt() and ptsname().
    var unlocked: Int32 = 0
    var number: Int32 = 0
    guard master >= 0, ioctl(master, 0x4004_5431, &unlocked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
      throw SocketTrouble("pty")
    }
    terminal = "/dev/pts/\(number)"
    // gpsd gives up being root before it opens the terminal.
    chmod(terminal, 0o666)
    // Kept open, so that the terminal outlives a gpsd that is stopped.
    slave = open(terminal, O_RDWR | O_NOCTTY | O_CLOEXEC)
    var settings = termios()
    tcgetattr(slave, &settings)
    cfmakeraw(&settings)
    tcsetattr(slave, TCSANOW, &settings)
  }

  deinit {
    stop()
    close(slave)
    close(master)
  }

  func start() throws {
    process = Process()
    process.executableURL = URL(fileURLWithPath: Self.path)
    process.arguments = ["-N", "-n", "-S", String(port), terminal]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  /// Waits until it answers, and gives a connection that watches.
  func watch(seconds: Double = 90) throws -> LoopbackSocket {
    let limit = Date(timeIntervalSinceNow: seconds)
    while Date() < limit {
      do {
        let client = try LoopbackSocket.connect(port: port)
        client.send("?WATCH={\"enable\":true,\"json\":true};\n")
        while let line = client.line(seconds: seconds) {
          if line.contains(#""class":"WATCH""#) { return client }
        }
      } catch {
        // Not yet: waits for what never comes, 20 ms at most.
        var none = pollfd(fd: -1, events: 0, revents: 0)
        poll(&none, 1, 20)
      }
    }
    throw SocketTrouble("gpsd doesn't answer")
  }

  func stop() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Writes to the receiver's side, as fast as gpsd reads.
  func feed(_ bytes: some Collection<UInt8>) throws {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      var poller = pollfd(fd: master, events: Int16(POLLOUT), revents: 0)
      guard poll(&poller, 1, 90_000) > 0 else { throw SocketTrouble("gpsd doesn't read") }
      let count = rest.withUnsafeBytes { write(master, $0.baseAddress!, min($0.count, 512)) }
      if count > 0 { rest = rest.dropFirst(count) } else if errno != EAGAIN { throw SocketTrouble("pty") }
    }
  }

  /// A sentence with its checksum and line feed.
  static func sentence(_ text: String) -> [UInt8] {
    let sum = text.utf8.reduce(0) { $0 ^ $1 }
    let hex = String(sum, radix: 16, uppercase: true)
    return Array("$\(text)*\(hex.count < 2 ? "0" : "")\(hex)\r\n".utf8)
  }
}
