import Model

/// Everything of the journal that is kept in memory. A value, so that a commit works on a copy and a failed one changes nothing.
struct Memory {
  var head = Head()
  var engineID = ""
  var machineID = ""
  /// Journal ids by ordinal, ascending; the last is the current one.
  var runs: [(ordinal: Int64, id: String)] = []
  /// By ordinal, ascending; the last is the current one.
  var boots: [Boot] = []
  var uplinks: [String: UplinkCursor] = [:]
  /// A mapping that goes with the next commit.
  var pendingMapping: Timestamp?
  /// First numbers of blocks that were found damaged; given up with the next commit.
  var damaged: Set<UInt64> = []
  var deadLetters = DeadLetterBook()
  /// What is to be sent to an uplink once more, by its name.
  var redeliveries: [String: Redelivery] = [:]
  /// Uplinks for which the next commit gives up everything that waits.
  var givingUp: Set<String> = []
  /// See `JournalHead`; of this process.
  var revision: UInt64 = 0
  var thinning = ThinningBook()
  var sweep = Sweep()

  /// Uplinks in an order that doesn't depend on hashing.
  var uplinkNames: [String] { uplinks.keys.sorted() }

  func journalID(_ run: Int64) -> String { runs.last { $0.ordinal == run }?.id ?? "000000" }

  func boot(_ ordinal: Int64) -> Boot? { boots.last { $0.ordinal == ordinal } }
}

/// How far the search for blocks that need not be kept has come.
struct Sweep {
  /// The next begins at this time.
  var due = EngineTime.zero
  /// Under way behind this number.
  var position: UInt64?
}
