/// A stretch of time inside a zone.
public struct Stay: Sendable, Hashable {
  /// Seconds since 1970, UTC; −∞ and ∞ where nobody told of the beginning or the end.
  public var from: Double
  public var to: Double
  /// Metres, at the deepest; 0 where it isn't known.
  public var depth: Double

  public init(from: Double, to: Double, depth: Double = 0) {
    self.from = from
    self.to = to
    self.depth = depth
  }

  public func isNear(_ other: Stay, within seconds: Double) -> Bool {
    from - seconds <= other.to && other.from - seconds <= to
  }
}

extension [Stay] {
  /// Adds what a gateway told: that the vehicle entered, or left, at a time.
  public mutating func tell(entry: Bool, at time: Double) {
    if entry {
      append(Stay(from: time, to: .infinity))
    } else if isEmpty {
      append(Stay(from: -.infinity, to: time))
    } else {
      self[count - 1].to = time
    }
  }
}
