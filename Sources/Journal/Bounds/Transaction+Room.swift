import Model
extension Transaction {
  mutating func giveUpDamaged() throws(JournalError) {}
  mutating func giveUpForKeep() throws(JournalError) {}
  mutating func sweepHistory() throws(JournalError) {}
  mutating func makeRoom(for blocks: [Block], recording: PackedRecording?, state: [StateRow]) throws(JournalError) {}
}
