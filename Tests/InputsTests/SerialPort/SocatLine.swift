import Foundation
import Glibc

/// A serial line of two pseudo-terminals, held together by socat, which we didn't write: one end is the gateway's, under the lasting
/// name `path`, the other the device's. Each wait has a limit.
final class SocatLine: @unchecked Sendable {
  static let program = "/usr/bin/socat"
  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

  /// What the gateway opens: a link, as those in /dev/serial/by-id.
  let path: String
  private let folder: String
  private var process: Process?
  private var device: Int32 = -1
  private var count = 0
  private var rest: [UInt8] = []

  /// - Parameter isPlugged: whether it is there already.
  init(isPlugged: Bool = true) throws {
    folder = NSTemporaryDirectory() + "waypost-line-\(UUID().uuidString)"
    path = folder + "/by-id"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if isPlugged { try plug() }
  }

  deinit {
    unplug()
    do {
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      print("\(folder) stays: \(error)")
    }
  }

  /// Plugs it in, each time under another name, to which the lasting name then leads.
  func plug() throws {
    count += 1
    let (near, far) = ("\(folder)/ttyUSB\(count)", "\(folder)/device\(count)")
    let socat = Process()
    socat.executableURL = URL(fileURLWithPath: Self.program)
    socat.arguments = ["pty,raw,echo=0,link=\(near)", "pty,raw,echo=0,link=\(far)"]
    socat.standardError = FileHandle.nullDevice
    try socat.run()
    process = socat
    try until("socat makes the line") { access(near, F_OK) == 0 && access(far, F_OK) == 0 }
    device = open(far, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard device >= 0 else { throw SocketTrouble("pty") }
    unlink(path)
    guard symlink(near, path) == 0 else { throw SocketTrouble("symlink") }
  }

  /// Both terminals and the name are gone when it returns.
  func unplug() {
    if device >= 0 { close(device) }
    device = -1
    rest = []
    // The name first: the terminals' numbers are another test's as soon as they are free.
    unlink(path)
    guard let process, process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    self.process = nil
  }

  /// The device says something.
  func send(_ bytes: some Collection<UInt8>) throws {
    var left = Array(bytes)[...]
    while !left.isEmpty {
      var poller = pollfd(fd: device, events: Int16(POLLOUT), revents: 0)
      guard poll(&poller, 1, 30_000) > 0 else { throw SocketTrouble("nobody reads the line") }
      let sent = left.withUnsafeBytes { write(device, $0.baseAddress!, min($0.count, 512)) }
      if sent > 0 { left = left.dropFirst(sent) } else if errno != EAGAIN { throw SocketTrouble("pty") }
    }
  }

  func send(_ text: String) throws { try send(text.utf8) }

  /// The next `count` bytes that the gateway says; `nil` when they don't come within the limit.
  func receive(_ count: Int, seconds: Double = 120) -> [UInt8]? {
    while rest.count < count {
      var poller = pollfd(fd: device, events: Int16(POLLIN), revents: 0)
      guard poll(&poller, 1, Int32(seconds * 1000)) > 0 else { return nil }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let got = read(device, &buffer, buffer.count)
      guard got > 0 else { return nil }
      rest += buffer[..<got]
    }
    defer { rest.removeFirst(count) }
    return Array(rest.prefix(count))
  }

  /// Asks again and again, 10 ms apart.
  private func until(_ what: String, seconds: Double = 120, _ isSo: () -> Bool) throws {
    let limit = Date(timeIntervalSinceNow: seconds)
    while !isSo() {
      guard Date() < limit else { throw SocketTrouble(what) }
      var none = pollfd(fd: -1, events: 0, revents: 0)
      poll(&none, 1, 10)
    }
  }
}
