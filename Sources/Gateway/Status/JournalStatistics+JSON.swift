import Config
import Journal
import Model

extension JournalStatistics {
  /// Writes the members of `journal` that the journal itself knows.
  func write(to writer: inout JSONWriter, now: EngineTime) {
    writer.member("id", journalID)
    writer.member("first", firstSequence ?? 0)
    writer.member("last", lastSequence)
    if let oldest { writer.member("oldest", seconds: max(.zero, now - oldest)) }
    writer.member("bytes", bytes)
    writer.member("used_bytes", usedBytes)
    writer.member("limit", limit)
    writer.key("recording")
    writer.beginObject()
    writer.member("on", recording.isOn)
    writer.member("full", recording.isFull)
    writer.member("observations", recording.observations)
    writer.member("bytes", recording.bytes)
    writer.endObject()
    writer.key("given_up")
    writer.beginObject()
    for cause in DropCause.allCases { writer.member(cause.name, drops[cause].total) }
    writer.endObject()
    writer.key("dead_letters")
    writer.beginObject()
    writer.member("kept", deadLetters.kept)
    writer.member("bytes", deadLetters.bytes)
    writer.member("dropped", deadLetters.dropped)
    writer.endObject()
  }

  /// How many records wait for an uplink, or `nil` where the journal doesn't know it.
  func waiting(for uplink: String) -> LaneCounts? {
    uplinks.first { $0.name == uplink }?.depth
  }
}
