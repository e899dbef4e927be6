import Foundation
import Glibc

/// A program at a terminal of its own, with somebody who reads and types.
final class Terminal {
  private let process = Process()
  private let descriptor: Int32
  /// What it has printed.
  private(set) var shown = ""

  init(_ program: String, _ arguments: [String]) throws {
    var ends: (ours: Int32, its: Int32) = (0, 0)
    guard openpty(&ends.ours, &ends.its, nil, nil, nil) == 0 else { throw lastError("openpty") }
    descriptor = ends.ours
    _ = fcntl(ends.ours, F_SETFD, FD_CLOEXEC)
    let its = FileHandle(fileDescriptor: ends.its, closeOnDealloc: true)
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: Environment.packageRoot)
    process.standardInput = its
    process.standardOutput = its
    process.standardError = its
    try process.run()
    try its.close()
  }

  deinit {
    if process.isRunning { process.terminate() }
    close(descriptor)
  }

  func type(_ key: UInt8) {
    var key = key
    _ = write(descriptor, &key, 1)
  }

  /// Reads on until `text` stands in what was shown since the last call that found something.
  func reads(_ text: String, within seconds: Double) throws {
    try Wait.until("\"\(text)\" on the terminal, which shows: \(shown)", within: seconds) {
      take()
      guard let found = shown.range(of: text, range: seen..<shown.endIndex) else { return false }
      seen = found.upperBound
      return true
    }
  }

  private lazy var seen = shown.startIndex

  /// The exit code, once it has ended.
  func ends(within seconds: Double) throws -> Int32 {
    try Wait.until("the end; the terminal shows: \(shown)", within: seconds) {
      take()
      return !process.isRunning
    }
    take()
    return process.terminationStatus
  }

  private func take() {
    var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    var bytes = [UInt8](repeating: 0, count: 65536)
    while poll(&watched, 1, 0) > 0, watched.revents & Int16(POLLIN) != 0 {
      let count = read(descriptor, &bytes, bytes.count)
      guard count > 0 else { return }
      let place = shown.distance(from: shown.startIndex, to: seen)
      shown += String(decoding: bytes[..<count], as: UTF8.self)
      seen = shown.index(shown.startIndex, offsetBy: place)
    }
  }
}
