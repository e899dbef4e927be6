import Glibc
import Synchronization

/// Ctrl-C, a hang-up or SIGTERM: noted, so that whoever has started processes and made files can clear up before the end.
enum Interruption {
  private static let flag = Atomic(false)

  /// From now on these signals no longer end the process at once; they only interrupt its waiting.
  static func watch() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      // Storing an atomic is all that a handler may safely do (signal-safety(7)).
      signal(number) { _ in Interruption.flag.store(true, ordering: .relaxed) }
    }
  }

  static var hasCome: Bool { flag.load(ordering: .relaxed) }
}
