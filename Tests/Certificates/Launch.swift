public import Foundation

/// Begins processes one at a time.
///
/// Foundation's pipes, and the socket by which it hears of a process's end, are open in every process that another thread begins in the
/// same moment. A server's end would be noticed when that one ends, too, and a pipe's end likewise.
public enum Launch {
  private static let lock = NSRecursiveLock()

  /// For pipes, and for whatever else must not be open in another process.
  public static func alone<T>(_ body: () throws -> T) rethrows -> T { try lock.withLock(body) }

  public static func pipe() -> Pipe { alone { Pipe() } }
}

extension Process {
  /// `run`, while no other thread begins a process.
  public func begin() throws { try Launch.alone { try run() } }
}
