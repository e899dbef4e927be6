import Config
import Journal
import Model

extension JournalStatistics {
  /// Writes the members of `journal` that the journal itself knows.
  func write(to writer: inout JSONWriter, now: EngineTime) {
    writer.member("id", journalID)
    writer.member("first", Int(clamping: firstSequence ?? 0))
    writer.member("last", Int(clamping: lastSequence))
    if let oldest { writer.member("oldest", seconds: max(.zero, now - oldest)) }
    writer.member("bytes", Int(clamping: bytes))
    writer.member("used_bytes", Int(clamping: usedBytes))
    writer.member("limit", Int(clamping: limit))
    writer.key("recording")
    writer.beginObject()
    writer.member("on", recording.isOn)
    writer.member("full", recording.isFull)
    writer.member("observations", Int(clamping: recording.observations))
    writer.member("bytes", Int(clamping: recording.bytes))
    writer.endObject()
    writer.key("given_up")
    writer.beginObject()
    for cause in DropCause.allCases { writer.member(cause.name, Int(clamping: drops[cause].total)) }
    writer.endObject()
    writer.key("dead_letters")
    writer.beginObject()
    writer.member("kept", Int(clamping: deadLetters.kept))
    writer.member("bytes", Int(clamping: deadLetters.bytes))
    writer.member("dropped", Int(clamping: deadLetters.dropped))
    writer.endObject()
  }

  /// How many records wait for an uplink, or `nil` where the journal doesn't know it.
  func waiting(for uplink: String) -> LaneCounts? {
    uplinks.first { $0.name == uplink }?.depth
  }
}
