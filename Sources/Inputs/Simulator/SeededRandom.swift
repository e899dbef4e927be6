import Glibc

/// Numbers that look random and are the same for one seed, on every machine: SplitMix64 (Steele, Lea, Flood, "Fast Splittable
/// Pseudorandom Number Generators", OOPSLA 2014).
struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// 0 ≤ x < 1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }

  /// Normally distributed, mean 0, deviation 1 (Box and Muller 1958).
  mutating func normal() -> Double {
    let radius = (-2 * log(1 - unit())).squareRoot()
    return radius * cos(2 * .pi * unit())
  }

  /// How long until something that happens every `mean` on average.
  mutating func exponential(mean: Double) -> Double { -mean * log(1 - unit()) }
}

/// A first-order Gauss–Markov process of mean 0: noise that remembers itself for about `correlation` seconds (Brown and Hwang,
/// *Introduction to Random Signals and Applied Kalman Filtering*, section 3.6).
struct GaussMarkov: Sendable {
  private let correlation: Double
  private let deviation: Double
  private(set) var value: Double

  init(correlation: Double, deviation: Double, _ random: inout SeededRandom) {
    self.correlation = correlation
    self.deviation = deviation
    value = deviation * random.normal()
  }

  mutating func step(_ seconds: Double, _ random: inout SeededRandom) {
    let kept = exp(-seconds / correlation)
    value = kept * value + deviation * (1 - kept * kept).squareRoot() * random.normal()
  }
}
