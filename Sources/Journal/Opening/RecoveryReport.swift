/// What was wrong with the journal's file when it was opened, and what was done about it.
public struct RecoveryReport: Hashable, Sendable, CustomStringConvertible {
  /// What was wrong.
  public var reason: String
  /// Where the damaged file is now, and its write-ahead log if there was one.
  public var setAside: [String]
  /// How much was set aside, bytes.
  public var bytes: Int64
  /// What is in the new journal; `nil` when nothing was found that could be.
  public var salvaged: Salvaged?
  /// Files of earlier damage that were deleted, so that such files don't fill the disk.
  public var deleted: [String] = []

  /// How much was salvaged, and what is missing.
  public struct Salvaged: Hashable, Sendable {
    public var blocks = 0
    public var records = LaneCounts()
    /// Uplinks whose cursors were found.
    public var uplinks = 0
    /// False when an uplink's cursor may be lost: then it begins with the oldest record.
    public var hasAllCursors = false
    /// Rows of the rule engine's state; `nil` when it could not be relied on, and rules start anew.
    public var stateRows: Int?
    /// Open actions.
    public var actions = 0
    /// False when some may be missing, or may have been begun: none of those that are there is done then, and rules learn that nobody knows
    /// what became of it.
    public var areActionsCertain = true
    public var deadLetters = 0
    /// Parts of a recording.
    public var recordingParts = 0
    /// It was on, and can't go on.
    public var hasLostRecording = false
    /// Sequence numbers of records that are lost, ascending; each is told by a `gap` record.
    public var missing: [ClosedRange<UInt64>] = []

    /// How many records are lost.
    public var missingCount: UInt64 { missing.reduce(0) { $0 &+ ($1.upperBound - $1.lowerBound + 1) } }
  }

  public var description: String {
    var text = reason
    if !setAside.isEmpty { text += "; set aside as \(setAside.joined(separator: ", ")) (\(bytes) bytes)" }
    text += "; a new journal was begun"
    guard let salvaged else { return text }
    text += " with \(salvaged.records.total) records"
    if salvaged.missing.isEmpty {
      text += ", none is missing"
    } else {
      text += ", \(salvaged.missingCount) are missing"
      text += " (\(salvaged.missing.prefix(3).map { "\($0.lowerBound)–\($0.upperBound)" }.joined(separator: ", "))"
      text += salvaged.missing.count > 3 ? " and \(salvaged.missing.count - 3) ranges more)" : ")"
    }
    if !salvaged.hasAllCursors { text += ", uplinks without a cursor begin with the oldest" }
    if salvaged.stateRows == nil { text += ", rules start anew" }
    if salvaged.actions > 0 { text += ", \(salvaged.actions) open actions" }
    if !salvaged.areActionsCertain { text += ", actions may be missing or begun and aren't done again" }
    if salvaged.hasLostRecording { text += ", the recording ends here" }
    if salvaged.deadLetters > 0 { text += ", \(salvaged.deadLetters) dead letters" }
    if !deleted.isEmpty { text += "; \(deleted.count) files of earlier damage were deleted" }
    return text
  }
}
