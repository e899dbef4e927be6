import Glibc

/// A pipe into a process's standard input, a line at a time.
final class InputPipe: @unchecked Sendable {
  /// To be handed to the process, and closed here once it runs.
  let reading: Int32
  private let writing: Int32

  init() throws {
    // A reader that is gone is an error of `send`, not the end of the tests.
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw lastError("pipe") }
    ends.forEach(Socket.closeOnExec)
    (reading, writing) = (ends[0], ends[1])
  }

  deinit { close(writing) }

  func closeReading() { close(reading) }

  /// Writes a line; one that nobody reads any more is an error.
  func send(_ line: String) throws {
    let bytes = Array((line + "\n").utf8)
    guard write(writing, bytes, bytes.count) == bytes.count else { throw lastError("write to a pipe") }
  }
}
