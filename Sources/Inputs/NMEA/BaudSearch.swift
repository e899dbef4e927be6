/// Finds the speed of a receiver whose speed nobody knows: each is tried until as much came as holds sentences, or for so long that a
/// receiver of one fix a second was heard whole; the one at which sentences with right checksums come is it.
struct BaudSearch: Hashable, Sendable {
  /// The likeliest first: what NMEA 0183 says is 4800, what most receivers have is 9600.
  static let speeds = [9600, 4800, 38400, 115_200, 57600, 19200]
  /// Nanoseconds for each.
  static let trial: Int64 = 2_500_000_000
  /// After so long without a sentence, though something came, the speed was changed, and the search begins again.
  static let patience: Int64 = 30_000_000_000
  /// A sentence is five bytes and a checksum at least; two in a row don't come by chance.
  private static let needed = 2
  /// In so many bytes there are sentences, if they are any.
  private static let enough = 300

  private var index = 0
  private var good = 0
  private var isSettled = false
  private var since: Int64 = 0
  private var hasBabble = false
  /// Bytes of this trial.
  private var bytes = 0

  var baud: Int { Self.speeds[index] }

  var deadline: Int64 {
    if isSettled { return hasBabble ? since + Self.patience : .max }
    return good == 0 && bytes >= Self.enough ? since : since + Self.trial
  }

  mutating func opened(at time: Int64) {
    since = time
    hasBabble = false
    bytes = 0
  }

  mutating func received(_ count: Int) {
    hasBabble = true
    bytes = min(bytes + count, Self.enough)
  }

  /// A sentence was good.
  mutating func heard(at time: Int64) {
    good = min(good + 1, Self.needed)
    hasBabble = false
    isSettled = good >= Self.needed
    if isSettled { since = time }
  }

  /// Time has passed. True when it is to be tried with another speed.
  mutating func advance(to time: Int64) -> Bool {
    guard time >= deadline else { return false }
    opened(at: time)
    next()
    return true
  }

  /// On with the next, as after one that the port can't do.
  mutating func next() {
    isSettled = false
    good = 0
    index = (index + 1) % Self.speeds.count
  }
}
