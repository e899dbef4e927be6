import Model

typealias WriteMatch = Match<ReplayTrace.TracedWrite>

extension ReplayTrace {
  /// A write with its place in the drive.
  struct TracedWrite: Sendable {
    var write: ActuatorWrite
    /// On the drive's axis.
    var milliseconds: Int64
  }
}

extension ReplayTrace.TracedWrite: Traced {
  struct Subject: Hashable {
    var rule: String
    var signal: String
    var state: GeneralEvent.State
  }

  var subject: Subject { Subject(rule: write.rule, signal: write.signal, state: write.state) }

  func says(theSameAs other: Self) -> Bool { write.value == other.write.value }
}
