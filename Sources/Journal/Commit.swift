public import Model

/// What goes into the journal in one transaction: all of it or nothing.
public struct Commit: Sendable {
  /// Engine time now; not before that of the last commit.
  public var time: EngineTime
  public var clock: JournalClock
  /// In the order in which they get their numbers.
  public var records: [Record]
  /// The engine state's rows that changed.
  public var state: [StateRow]
  /// What the engine was fed since the last commit; kept while the recording is on, else ignored.
  public var observations: [Observation]
  /// Cursors that moved. They are joined with what the journal has: a cursor never goes back.
  public var cursors: [(uplink: String, cursors: LaneCursors)]
  /// Actions that were decided, or that went on.
  public var actions: [ActionChange]
  /// Records that are to be sent once more; taken out of the cursors after `cursors` were joined to them.
  public var reopenings: [Reopening]
  /// The gateway's own rows that changed: see `Journal.notes(of:)`.
  public var notes: [StateRow]
  /// The engine goes on from here by other rules: a recording that is on goes on with a segment of its own, behind `observations`.
  public var segment: RecordingHeader?

  public init(
    time: EngineTime, clock: JournalClock, records: [Record] = [], state: [StateRow] = [],
    observations: [Observation] = [], cursors: [(uplink: String, cursors: LaneCursors)] = [],
    actions: [ActionChange] = [], reopenings: [Reopening] = [], notes: [StateRow] = [], segment: RecordingHeader? = nil
  ) {
    self.time = time
    self.clock = clock
    self.records = records
    self.state = state
    self.observations = observations
    self.cursors = cursors
    self.actions = actions
    self.reopenings = reopenings
    self.notes = notes
    self.segment = segment
  }
}
