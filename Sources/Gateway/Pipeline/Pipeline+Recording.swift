import Journal
import Model
import Rules

extension Pipeline {
  /// Begins a recording with the engine as it is now, in place of the one before.
  /// - Returns: False when one is on already.
  func startRecording(gateway: String) throws -> Bool {
    guard !isRecording else { return false }
    try commitAll()
    let started = try journal.startRecording(
      RecordingHeader(gateway: gateway, engine: journal.engineID, time: clock.last, state: engine.snapshot()))
    isRecording = journal.isRecording
    return started
  }

  /// Ends the recording; it can still be exported.
  /// - Returns: False when none was on.
  func stopRecording() throws -> Bool {
    guard isRecording else { return false }
    try commitAll()
    let stopped = try journal.stopRecording()
    isRecording = journal.isRecording
    return stopped
  }

  /// Begins an export of what is recorded until now.
  func beginExport() throws -> RecordingExport {
    try commitAll()
    return RecordingExport()
  }

  /// What the engine was fed so far belongs before the boundary, with all that came of it: else the recording would not give what was
  /// committed.
  func commitAll() throws {
    // Not `flushNow`: what comes in behind the commit isn't part of this moment.
    drain()
    let now = clocks.bootTime()
    retryAt = retryAt.map { _ in now }
    commit(at: now)
    guard batch.isEmpty else { throw NotNow(reason: commitError ?? "the gateway is ending") }
  }

  struct NotNow: Error, CustomStringConvertible {
    var reason: String
    var description: String { "the journal can't be written now, so nothing was changed: \(reason)" }
  }

  /// The next piece of an export; `nil` after the last.
  func nextPiece(of export: inout RecordingExport) throws -> [UInt8]? {
    try export.next(from: journal)
  }
}
