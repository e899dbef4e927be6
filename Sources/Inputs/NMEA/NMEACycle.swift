/// Gives each epoch of a live receiver as soon as it is whole, and once.
///
/// That the next one begins comes a second too late. So it learns what the receiver says in an epoch, and holds it for whole when the
/// same sentences have come again; or when the receiver pauses, as it does between two epochs. What comes later for an epoch that was
/// given is passed over, and what the receiver says is learned anew.
struct NMEACycle: Sendable {
  /// How long a receiver pauses between epochs at least, nanoseconds, and how long it is waited for while sentences that were learned
  /// are still to come: over TCP or Bluetooth they come in portions.
  static let pause: Int64 = 200_000_000
  static let longPause: Int64 = 500_000_000
  /// More sentences than any receiver has in an epoch.
  private static let sentenceLimit = 64
  /// How many epochs in a row must have been alike.
  private static let lessons = 3

  private var epochs = NMEAEpochs()
  /// The names of the sentences of this epoch, those that say something of the fix.
  private var names: [String] = []
  private var learned: [String] = []
  private var streak = 0
  private var isGiven = false
  private var bytesAt: Int64 = 0

  /// When the pause after what has come is long enough; `nil` while there is nothing to wait for.
  var deadline: Int64? {
    guard !isGiven, epochs.current.hasVerdict else { return nil }
    let isOnItsWay = streak >= Self.lessons && learned.starts(with: names)
    return bytesAt + (isOnItsWay ? Self.longPause : Self.pause)
  }

  /// Bytes came in, of whatever sentence: the receiver doesn't pause.
  mutating func received(at time: Int64) { bytesAt = time }

  /// Takes the next sentence. Gives the epochs that are whole now: none, one, or two.
  mutating func take(_ sentence: NMEASentence) -> [NMEAEpoch] {
    guard NMEAEpoch.types.contains(sentence.type) else { return [] }
    var whole: [NMEAEpoch] = []
    if let ended = epochs.take(sentence) {
      if !isGiven { whole.append(ended) }
      learn()
    }
    if names.count < Self.sentenceLimit { names.append(sentence.name) }
    if !isGiven, streak >= Self.lessons, names == learned { whole.append(give()) }
    return whole
  }

  /// Time has passed. Gives the epoch after which the receiver pauses.
  mutating func advance(to time: Int64) -> NMEAEpoch? {
    guard let deadline, time >= deadline else { return nil }
    return give()
  }

  private mutating func give() -> NMEAEpoch {
    isGiven = true
    return epochs.current
  }

  private mutating func learn() {
    streak = names == learned ? streak + 1 : 1
    learned = names
    names = []
    isGiven = false
  }
}
