extension Journal {
  /// Begins a recording, in place of the one before. Call it when everything that the engine was fed is committed: `header` must be the
  /// engine at that point, since what comes with the next commits is what it is fed from there.
  ///
  /// - Returns: false, and nothing changes, when a recording is on already.
  public func startRecording(_ header: RecordingHeader) throws(JournalError) -> Bool {
    guard !isRecording else { return false }
    let database = try connection()
    var head = memory.head
    head.recording = RecordingState(
      isOn: true, position: head.recording.position, gateway: header.gateway)
    let blocks = RecordingBlock.segment(header, by: deflater)
    let table = RecordingTable(database: database)
    memory.head = try database.transaction(step: "begin a recording") { () throws(JournalError) in
      try table.clear()
      try table.append(blocks, state: &head.recording)
      try StateTable(database: database).save(head)
      return head
    }
    return true
  }

  /// Ends the recording; it can still be exported. False when none was on.
  public func stopRecording() throws(JournalError) -> Bool {
    guard isRecording else { return false }
    let database = try connection()
    var head = memory.head
    head.recording.isOn = false
    head.recording.stop = .asked
    let final = head
    try database.transaction(step: "end a recording") { () throws(JournalError) in
      try StateTable(database: database).save(final)
    }
    memory.head = final
    return true
  }
}

/// Gives a recording's file piece by piece, so that a large one never lies in memory. Commits may go on in between; what they add
/// isn't in it.
public struct RecordingExport: Sendable {
  private var position: UInt64 = 0
  private var end: UInt64?
  private var observations: UInt64 = 0
  private var isFinished = false

  public init() {}

  /// The next piece, of at most about `byteLimit` bytes; `nil` when all was given.
  /// - Throws: `JournalError`, also when there is no recording, or a new one was begun since the first piece.
  public mutating func next(from journal: Journal, byteLimit: Int = 256 << 10) throws(JournalError) -> [UInt8]? {
    guard !isFinished else { return nil }
    let table = RecordingTable(database: try journal.connection())
    var bytes: [UInt8] = []
    let last = end ?? journal.memory.head.recording.position
    if end == nil {
      bytes = RecordingFile.magic
      end = last
      guard let first = try table.next(after: 0) else {
        throw JournalError(.misuse, "there is no recording; begin one by `waypost record on`", place: journal.path)
      }
      position = first.position - 1
    }
    while position < last, bytes.count < byteLimit {
      guard let (found, block) = try table.next(after: position), found == position + 1 else {
        throw JournalError(.misuse, "the recording was begun anew meanwhile; export it again", place: journal.path)
      }
      guard let block else {
        throw JournalError(.damaged, "the recording is damaged; begin a new one", place: journal.path)
      }
      bytes += block.frame
      if block.kind == .observations { observations += UInt64(block.count) }
      position = found
    }
    if position == last {
      isFinished = true
      bytes += RecordingBlock.end(observations: observations, by: journal.deflater).frame
    }
    return bytes
  }
}
