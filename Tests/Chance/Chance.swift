/// SplitMix64 (Steele, Lea, Flood 2014) with what tests draw by chance: the same on every machine.
public struct Chance: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Once in `number`.
  public mutating func once(in number: Int) -> Bool { Int.random(in: 0..<number, using: &self) == 0 }

  /// One of several, of which there is at least one.
  public mutating func pick<T>(_ items: [T]) -> T { items[Int.random(in: items.indices, using: &self)] }

  public mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  public mutating func fraction(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &self) }
}
