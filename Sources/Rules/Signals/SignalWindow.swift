import Model

/// The readings of a signal over a length of time, in at most 64 buckets, so that memory doesn't grow with their number.
///
/// Buckets are a 63rd of the length wide and stand at whole multiples of that in engine time. A window holds the bucket of now and
/// the 63 before it, so that it reaches back by its length, and by up to a 63rd more.
struct SignalWindow: Hashable, Sendable {
  static let bucketCount = 64

  /// By the bucket's number modulo 64; what is too old is passed over, and overwritten in its time.
  private(set) var buckets: [Bucket?]
  let width: Int64

  struct Bucket: Hashable, Sendable {
    /// Which multiple of the width it begins at.
    var number: Int64
    var count: UInt64
    var sum: Double
    var least: Double
    var greatest: Double
    var firstAt: EngineTime
    var first: Double
    var lastAt: EngineTime
    var last: Double
  }

  init(length: Interval) {
    width = max(1, (length.nanoseconds + 62) / 63)
    buckets = Array(repeating: nil, count: Self.bucketCount)
  }

  private func number(at time: EngineTime) -> Int64 { max(0, time.nanoseconds) / width }

  /// Adds a reading; returns the index of the bucket that changed.
  mutating func add(_ value: Double, at time: EngineTime) -> Int {
    let number = number(at: time)
    let index = Int(number % Int64(Self.bucketCount))
    if var bucket = buckets[index], bucket.number == number {
      bucket.count += 1
      bucket.sum += value
      bucket.least = min(bucket.least, value)
      bucket.greatest = max(bucket.greatest, value)
      bucket.lastAt = time
      bucket.last = value
      buckets[index] = bucket
    } else {
      buckets[index] = Bucket(
        number: number, count: 1, sum: value, least: value, greatest: value, firstAt: time, first: value, lastAt: time,
        last: value)
    }
    return index
  }

  mutating func restore(_ bucket: Bucket, at index: Int) { buckets[index] = bucket }

  mutating func clear() { buckets = Array(repeating: nil, count: Self.bucketCount) }

  /// `nil` where the window has no reading; for a rate, where it has none that are apart in time.
  func value(_ function: WindowFunction, at time: EngineTime) -> Double? {
    let newest = number(at: time)
    var count: UInt64 = 0
    var sum = 0.0
    var least = Double.infinity
    var greatest = -Double.infinity
    var first: (at: EngineTime, value: Double)?
    var last: (at: EngineTime, value: Double)?
    // From old to new, so that a sum is the same however the ring lies.
    for number in (newest - Int64(Self.bucketCount) + 1)...newest where number >= 0 {
      guard let bucket = buckets[Int(number % Int64(Self.bucketCount))], bucket.number == number else { continue }
      count += bucket.count
      sum += bucket.sum
      least = min(least, bucket.least)
      greatest = max(greatest, bucket.greatest)
      if first == nil { first = (bucket.firstAt, bucket.first) }
      last = (bucket.lastAt, bucket.last)
    }
    guard count > 0, let first, let last else { return nil }
    switch function {
    case .mean: return sum / Double(count)
    case .min: return least
    case .max: return greatest
    case .rate:
      let seconds = (last.at - first.at).seconds
      return seconds > 0 ? (last.value - first.value) / seconds : nil
    }
  }
}

/// How many events of a type there were, by the same buckets.
struct EventWindow: Hashable, Sendable {
  private(set) var buckets: [Bucket?]
  let width: Int64

  struct Bucket: Hashable, Sendable {
    var number: Int64
    var count: UInt64
    /// The last instant of the bucket that had events, and how many: they don't count at that instant yet.
    var lastAt: EngineTime
    var atLast: UInt64
  }

  init(length: Interval) {
    width = max(1, (length.nanoseconds + 62) / 63)
    buckets = Array(repeating: nil, count: SignalWindow.bucketCount)
  }

  mutating func add(at time: EngineTime) -> Int {
    let number = max(0, time.nanoseconds) / width
    let index = Int(number % Int64(SignalWindow.bucketCount))
    if var bucket = buckets[index], bucket.number == number {
      bucket.count += 1
      bucket.atLast = bucket.lastAt == time ? bucket.atLast + 1 : 1
      bucket.lastAt = time
      buckets[index] = bucket
    } else {
      buckets[index] = Bucket(number: number, count: 1, lastAt: time, atLast: 1)
    }
    return index
  }

  mutating func restore(_ bucket: Bucket, at index: Int) { buckets[index] = bucket }

  /// Those of earlier instants.
  func count(before time: EngineTime) -> Double {
    let newest = max(0, time.nanoseconds) / width
    var count: UInt64 = 0
    for number in (newest - Int64(SignalWindow.bucketCount) + 1)...newest where number >= 0 {
      guard let bucket = buckets[Int(number % Int64(SignalWindow.bucketCount))], bucket.number == number else {
        continue
      }
      count += bucket.count - (bucket.lastAt == time ? bucket.atLast : 0)
    }
    return Double(count)
  }
}
