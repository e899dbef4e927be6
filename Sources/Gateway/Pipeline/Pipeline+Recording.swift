import Journal
import Model
import Rules

extension Pipeline {
  /// Begins a recording with the engine as it is now, in place of the one before.
  /// - Returns: False when one is on already.
  func startRecording(gateway: String) throws -> Bool {
    // What the engine was fed so far belongs before the recording: it is committed first.
    flushNow()
    guard !isRecording else { return false }
    let started = try journal.startRecording(
      RecordingHeader(gateway: gateway, engine: journal.engineID, time: clock.last, state: engine.snapshot()))
    isRecording = journal.isRecording
    return started
  }

  /// Ends the recording; it can still be exported.
  /// - Returns: False when none was on.
  func stopRecording() throws -> Bool {
    flushNow()
    let stopped = try journal.stopRecording()
    isRecording = journal.isRecording
    return stopped
  }

  /// Begins an export of what is recorded until now.
  func beginExport() -> RecordingExport {
    flushNow()
    return RecordingExport()
  }

  /// The next piece of an export; `nil` after the last.
  func nextPiece(of export: inout RecordingExport) throws -> [UInt8]? {
    try export.next(from: journal)
  }
}
