import Glibc
public import Logging
import Synchronization

/// Writes log lines to standard error: constant message, then `key=value` metadata, sorted.
///
/// Under systemd (`$JOURNAL_STREAM` is set) each line begins with the syslog level in angle brackets, as sd-daemon(3) describes, and
/// has no time, since the journal keeps its own; elsewhere it begins with the level's name.
public struct JournaldLogHandler: LogHandler {
  private static let output = Mutex(())

  /// Lines below it are left out.
  public var logLevel: Logger.Level = .info
  /// What each line says besides its own.
  public var metadata: Logger.Metadata = [:]
  private let label: String
  private let isUnderSystemd: Bool

  /// - Parameter isUnderSystemd: Whether systemd reads standard error.
  public init(label: String, isUnderSystemd: Bool = Environment.variable("JOURNAL_STREAM") != nil) {
    self.label = label
    self.isUnderSystemd = isUnderSystemd
  }

  /// One entry of `metadata`.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes the line, in one piece.
  public func log(event: LogEvent) {
    var line = isUnderSystemd ? "<\(event.level.syslog)>" : "\(event.level): "
    line += label + ": " + Self.singleLine("\(event.message)")
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    for (key, value) in all.sorted(by: { $0.key < $1.key }) {
      line += " \(key)=" + Self.quoted("\(value)")
    }
    line += "\n"
    var bytes = Array(line.utf8)
    Self.output.withLock { _ in
      // A log that can't be written has nowhere to be reported.
      _ = write(STDERR_FILENO, &bytes, bytes.count)
    }
  }

  private static func singleLine(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }

  private static func quoted(_ text: String) -> String {
    let line = singleLine(text)
    guard line.contains(where: { $0 == " " || $0 == "\"" }) || line.isEmpty else { return line }
    return "\"" + line.map { $0 == "\"" ? "\\\"" : String($0) }.joined() + "\""
  }
}

extension Logger.Level {
  /// The level's number in syslog(3).
  fileprivate var syslog: Int {
    switch self {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
