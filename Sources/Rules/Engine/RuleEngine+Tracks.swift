import Model

extension RuleEngine {
  /// The receiver lost its fix: what is known of the track goes now.
  mutating func endTrack(of device: String, _ effects: inout [Effect]) {
    for report in reports.endTrack(of: .position(of: device), at: now, in: situation(at: now)) {
      send(report, &effects)
    }
  }

  /// After a stop of unknown length no line leads on from what was before it.
  mutating func endTracks(_ effects: inout [Effect]) {
    for report in reports.endTracks(at: now, in: situation(at: now)) { send(report, &effects) }
  }

  /// What report policies hold back, as it goes when nothing more comes: the last fix of a track as when the fix is lost, all else when it
  /// is due. For the end of a recorded drive: rules are not asked, since what they would say of a silence that nobody recorded is
  /// invention.
  public mutating func sendHeldBack() -> [Effect] {
    var effects: [Effect] = []
    endTracks(&effects)
    while let due = reports.nextDeadline {
      now = max(now, due)
      for report in reports.fire(at: due, in: situation(at: due)) { send(report, &effects) }
    }
    return effects
  }

  /// Where the vehicle was left is worth more than any other fix, and the next start may be weeks away.
  mutating func sendTracksBeforeShutdown(at time: EngineTime, _ effects: inout [Effect]) {
    guard isShuttingDown else { return }
    isShuttingDown = false
    for report in reports.keepLast(at: time, in: situation(at: time)) { send(report, &effects) }
  }
}
