/// "Did you mean": the known word that somebody most likely meant.
public enum Suggestion {
  /// The candidate closest to `word`, or `nil` where none is close: at most a third of its letters may be wrong, missing, too many or
  /// swapped with their neighbour. Case and the choice of `_`, `-` or space don't count. Of equally close ones the first.
  ///
  /// Cheap for a few thousand candidates. Where there may be a hundred thousand and as many mistakes, see `Suggestions`.
  public static func closest(_ word: String, in candidates: some Sequence<String>) -> String? {
    let letters = folded(word)
    guard !letters.isEmpty, letters.count <= 64 else { return nil }
    let mask = letterMask(word)
    var best: (word: String, distance: Int)?
    for candidate in candidates {
      // Each kind of letter that only one of them has is one wrong at least.
      let (extra, missing) = (letterMask(candidate), mask)
      let strangers = max((extra & ~missing).nonzeroBitCount, (missing & ~extra).nonzeroBitCount)
      guard strangers <= (best.map { $0.distance - 1 } ?? letters.count / 2 + 1), candidate != word else { continue }
      let other = folded(candidate)
      guard !other.isEmpty, other.count <= 64 else { continue }
      let allowed = max(letters.count, other.count) < 3 ? 0 : max(1, max(letters.count, other.count) / 3)
      guard abs(letters.count - other.count) <= allowed else { continue }
      let found = distance(letters, other)
      if found <= allowed, found < best?.distance ?? .max { best = (candidate, found) }
    }
    return best?.word
  }

  /// A bit for each Latin letter, whatever its case, and each digit that the word has; others don't count.
  private static func letterMask(_ word: String) -> UInt64 {
    var mask: UInt64 = 0
    for byte in word.utf8.prefix(256) {
      switch byte {
      case 97...122: mask |= 1 << UInt64(byte - 97)
      case 65...90: mask |= 1 << UInt64(byte - 65)
      case 48...57: mask |= 1 << UInt64(byte - 22)
      default: break
      }
    }
    return mask
  }

  private static func folded(_ word: String) -> [Character] {
    word.prefix(65).lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " }.map { $0 }
  }

  /// Optimal string alignment: Levenshtein's distance with neighbouring letters swapped as one step.
  static func distance(_ a: [Character], _ b: [Character]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i]
      row.reserveCapacity(b.count + 1)
      for j in 1...b.count {
        let substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        var least = min(last[j] + 1, row[j - 1] + 1, substitution)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { least = min(least, beforeLast[j - 2] + 1) }
        row.append(least)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
