import Model

extension Transaction {
  /// What of the observations goes into the recording, and behind them the beginning of another segment; nothing while it is off.
  func packRecording(_ observations: [Observation], segment: RecordingHeader?) -> [RecordingBlock] {
    guard memory.head.recording.isOn else { return [] }
    return RecordingBlock.observations(observations, by: deflater)
      + (segment.map { RecordingBlock.segment($0, by: deflater) } ?? [])
  }

  /// A recording may take a quarter of the journal; then it ends by itself, at the boundary of a commit, so that what is there can be
  /// replayed to its end.
  mutating func save(_ recording: [RecordingBlock]) throws(JournalError) {
    guard !recording.isEmpty, memory.head.recording.isOn else { return }
    let bytes = recording.reduce(0) { $0 + UInt64($1.packed.data.count) }
    guard memory.head.recording.bytes + bytes <= UInt64(options.limit / 4) else {
      memory.head.recording.isOn = false
      memory.head.recording.stop = .limit
      return
    }
    try RecordingTable(database: database).append(recording, state: &memory.head.recording)
  }
}

/// The table `recording`.
struct RecordingTable {
  let database: Database

  func append(_ blocks: [RecordingBlock], state: inout RecordingState) throws(JournalError) {
    for block in blocks {
      state.position += 1
      state.bytes += UInt64(block.packed.data.count)
      if block.kind == .observations { state.observations += UInt64(block.count) }
      try database.run(
        "INSERT INTO recording (position,kind,count,raw,crc,data) VALUES (?,?,?,?,?,?)",
        [
          .integer(state.position), .integer(Int64(block.kind.rawValue)), .integer(Int64(block.count)),
          .integer(Int64(block.packed.rawCount)), .integer(Int64(block.checksum)), .blob(block.packed.data),
        ], step: "record")
    }
  }

  func clear() throws(JournalError) { try database.run("DELETE FROM recording", step: "clear the recording") }

  /// The first block behind `position`; `block` is `nil` when it is damaged.
  func next(after position: UInt64) throws(JournalError) -> (position: UInt64, block: RecordingBlock?)? {
    let statement = try database.statement(
      "SELECT position,kind,count,raw,crc,data FROM recording WHERE position>? ORDER BY position LIMIT 1",
      step: "read the recording")
    statement.bind([.integer(position)])
    defer { statement.reset() }
    guard try statement.step() else { return nil }
    guard let kind = RecordingBlock.Kind(rawValue: UInt8(clamping: statement.integer(1))) else {
      return (statement.unsigned(0), nil)
    }
    let block = RecordingBlock(
      kind: kind, count: Int(clamping: statement.unsigned(2)),
      packed: PackedBytes(data: statement.blob(5), rawCount: Int(clamping: statement.unsigned(3))))
    return (statement.unsigned(0), Int64(block.checksum) == statement.integer(4) ? block : nil)
  }
}
