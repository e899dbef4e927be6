import Model

/// Names signals: `gps.position`, `reefer.*`, `*.temperature`, `door_*.open`. A star stands for any run of characters within one
/// side of the dot; `*` alone for every signal.
struct SignalPattern: Hashable, Sendable {
  let text: String
  private let device: [UInt8]
  private let metric: [UInt8]

  private static let star = UInt8(ascii: "*")

  /// `nil` where the text is no pattern: a name on each side of one dot, of `[a-z0-9_*]`.
  init?(_ text: String) {
    self.text = text
    let sides = (text == "*" ? "*.*" : text).utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard sides.count == 2,
      sides.allSatisfy({ side in
        !side.isEmpty && side.count <= 64
          && side.allSatisfy { $0 == Self.star || $0 == 95 || (97...122).contains($0) || (48...57).contains($0) }
      })
    else { return nil }
    device = Array(sides[0])
    metric = Array(sides[1])
  }

  /// True where there is a star, so that it may well match nothing today.
  var isWildcard: Bool { device.contains(Self.star) || metric.contains(Self.star) }

  /// True where the device is written out.
  func namesDevice(_ name: String) -> Bool { device.elementsEqual(name.utf8) }

  func matches(_ signal: SignalName) -> Bool {
    Self.matches(device[...], Array(signal.device.utf8)[...])
      && Self.matches(metric[...], Array(signal.metric.utf8)[...])
  }

  /// Greedy with one point of return, the last star: linear in practice, and never exponential.
  private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    var p = pattern.startIndex
    var t = text.startIndex
    var retry: (p: Int, t: Int)?
    while t < text.endIndex {
      if p < pattern.endIndex, pattern[p] == star {
        retry = (p + 1, t)
        p += 1
      } else if p < pattern.endIndex, pattern[p] == text[t] {
        p += 1
        t += 1
      } else if let last = retry {
        p = last.p
        t = last.t + 1
        retry = (last.p, t)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == star }
  }
}
