import Model
struct PackedRecording {}
extension Transaction {
  mutating func packRecording(_ observations: [Observation]) throws(JournalError) -> PackedRecording? { nil }
  mutating func save(_ recording: PackedRecording?) throws(JournalError) {}
}
