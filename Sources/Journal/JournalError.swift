import CSQLite

/// Why the journal could not do what it was asked. The message names the remedy; nothing in it is a user's data.
public struct JournalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of trouble it is.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Value: String {
      case cannotOpen, locked, readOnly, foreign, newer, damaged, full, inputOutput, misuse, closed
    }
    private let value: Value
    private init(_ value: Value) { self.value = value }

    /// The path can't be opened: a directory, a missing folder, no permission.
    public static let cannotOpen = Code(.cannotOpen)
    /// Another process has the journal open.
    public static let locked = Code(.locked)
    /// The file or its file system can't be written.
    public static let readOnly = Code(.readOnly)
    /// A good SQLite database, but of another program.
    public static let foreign = Code(.foreign)
    /// Made by a newer Waypost.
    public static let newer = Code(.newer)
    /// The file's content is damaged; the next `open` sets it aside.
    public static let damaged = Code(.damaged)
    /// No room: the disk, or the journal's own limit with nothing left to give up.
    public static let full = Code(.full)
    /// The disk reported an error.
    public static let inputOutput = Code(.inputOutput)
    /// The caller broke a rule of this module.
    public static let misuse = Code(.misuse)
    /// The journal was closed.
    public static let closed = Code(.closed)

    public var description: String { value.rawValue }
  }

  public var code: Code
  /// What happened and what to do about it, one sentence or two.
  public var message: String
  /// What SQLite or the system said.
  public var cause: String?
  /// The file, and the step that failed.
  public var place: String
  /// True when the same call may succeed later: room is made, the disk answers again.
  public var isRetryable: Bool

  public var description: String {
    let reason = cause.map { " (\($0))" } ?? ""
    return "\(place): \(message)\(reason)"
  }
}

extension JournalError {
  init(_ code: Code, _ message: String, cause: String? = nil, place: String, isRetryable: Bool = false) {
    self.code = code
    self.message = message
    self.cause = cause
    self.place = place
    self.isRetryable = isRetryable
  }

  /// From an (extended) SQLite result code.
  init(sqlite status: Int32, detail: String, path: String, step: StaticString) {
    let primary = status & 0xff
    cause = "SQLite \(status): \(detail)"
    place = "\(path), \(step)"
    isRetryable = false
    switch primary {
    case SQLITE_BUSY, SQLITE_LOCKED:
      code = .locked
      message =
        "another process has the journal open; stop it (systemctl stop waypost), or ask the running gateway by `waypost status`"
      isRetryable = true
    case SQLITE_FULL:
      code = .full
      message = "no room for the journal; free space on its file system, or raise journal.limit"
      isRetryable = true
    case SQLITE_READONLY:
      code = .readOnly
      message = "the journal is read-only; check the file's owner and mode, and that the file system is mounted rw"
      isRetryable = true
    case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH:
      code = .cannotOpen
      message = "the journal can't be opened; check that its folder exists and that the daemon's user may write there"
    case SQLITE_CORRUPT, SQLITE_NOTADB:
      code = .damaged
      message = "the journal is damaged; restart the gateway: it sets the file aside and reports what is missing"
    case SQLITE_IOERR:
      code = .inputOutput
      message =
        "the disk reported an error; look at the kernel's log (dmesg), and replace the card or disk if it repeats"
      isRetryable = true
    case SQLITE_NOMEM:
      code = .inputOutput
      message = "out of memory"
      isRetryable = true
    default:
      code = .misuse
      message = "SQLite refused a statement; please report this"
    }
  }

  /// Whether the state on disk is in doubt, so that the file must be closed and read again.
  var needsReopening: Bool { code == .inputOutput || code == .damaged }
}
