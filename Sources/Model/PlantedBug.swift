#if PLANTED
  private import Glibc

  /// A mistake made on purpose, to show that the oracle of the end-to-end tests finds it. None of this is in what ships: it is compiled
  /// with `-D PLANTED` only (`make verify-oracle`), and the environment's `WAYPOST_PLANTED` chooses one of them for a process.
  public enum PlantedBug: String, CaseIterable, Sendable {
    /// What had no answer in time counts as delivered.
    case timeOutSettles = "time-out-settles"
    /// The rule engine's state goes with the commit after the one that its records were in.
    case stateApart = "state-apart"
    /// An answer settles the newest message on the way beside the one that it names.
    case answerSettlesAnother = "answer-settles-another"
    /// A restart renews the engine's id, and with it the ids of events that rules raise.
    case eventIDAnew = "event-id-anew"
    /// The oldest message without an answer is not sent again in the next connection.
    case batchDropped = "batch-dropped"
    /// After a crash the last block's numbers are given out again.
    case numbersReused = "numbers-reused"
    /// Of each stretch of the backlog the second record goes first.
    case lateDisorder = "late-disorder"
    /// Of what was appended while the link was up the newest two are exchanged.
    case liveDisorder = "live-disorder"
    /// What is given up is told by no `gap` record.
    case gapUntold = "gap-untold"
    /// What a server refused for good is let go without being kept.
    case deadLetterUnkept = "dead-letter-unkept"

    private static let chosen: PlantedBug? = getenv("WAYPOST_PLANTED").flatMap {
      PlantedBug(rawValue: String(cString: $0))
    }

    /// Whether this process makes it.
    public var isPlanted: Bool { Self.chosen == self }
  }
#endif
