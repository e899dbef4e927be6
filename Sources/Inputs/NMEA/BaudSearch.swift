/// Finds the speed of a receiver whose speed nobody knows: each for so long that a receiver of one fix a second was heard whole, until
/// sentences with right checksums come.
struct BaudSearch: Hashable, Sendable {
  /// The likeliest first: what NMEA 0183 says is 4800, what most receivers have is 9600.
  static let speeds = [9600, 4800, 38400, 115_200, 57600, 19200]
  /// Nanoseconds for each.
  static let trial: Int64 = 2_500_000_000
  /// After so long without a sentence, though something came, the speed was changed, and the search begins again.
  static let patience: Int64 = 30_000_000_000
  /// A sentence is five bytes and a checksum at least; two in a row don't come by chance.
  private static let needed = 2

  private var index = 0
  private var good = 0
  private var isSettled = false
  private var since: Int64 = 0
  private var hasBabble = false

  var baud: Int { Self.speeds[index] }

  var deadline: Int64 { isSettled ? (hasBabble ? since + Self.patience : .max) : since + Self.trial }

  mutating func opened(at time: Int64) {
    since = time
    hasBabble = false
  }

  mutating func received() { hasBabble = true }

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
    isSettled = false
    good = 0
    since = time
    hasBabble = false
    index = (index + 1) % Self.speeds.count
    return true
  }
}
