/// Sorts sentences into epochs: one is what comes from one time of day to the next. Sentences without a time (VTG, GSA) belong to the
/// epoch in which they stand.
struct NMEAEpochs: Sendable {
  /// The epoch to which the last sentence belongs.
  private(set) var current = NMEAEpoch(timeOfDay: nil)
  /// Those of its sentences that a receiver says once in each.
  private var rounds: Set<String> = []

  private static let roundTypes: Set<String> = ["RMC", "GGA", "GNS"]

  /// Takes the next sentence. Gives the epoch that it put an end to, if any.
  mutating func take(_ sentence: NMEASentence) -> NMEAEpoch? {
    var ended: NMEAEpoch?
    let isRound = Self.roundTypes.contains(sentence.type)
    if let time = sentence.timeOfFix {
      if time != current.timeOfDay { ended = begin(time) }
    } else if isRound, rounds.contains(sentence.name) {
      // A receiver that doesn't know the time, not yet or no more: what it says once in an epoch has come again.
      ended = begin(nil)
    }
    if isRound { rounds.insert(sentence.name) }
    current.take(sentence)
    return ended
  }

  private mutating func begin(_ time: Int?) -> NMEAEpoch {
    defer {
      current = NMEAEpoch(timeOfDay: time)
      rounds = []
    }
    return current
  }
}
