/// Finds what was probably meant by a name that is not there.
struct Suggestions {
  /// Beyond this no name is measured, so that a mistake in a large environment costs little.
  private static let longest = 64

  /// The candidate that differs from `name` by the fewest letters, capitals apart; `nil` where none is near.
  static func nearest(_ name: String, _ candidates: some Collection<String>) -> String? {
    let wanted = Array(name.lowercased().utf8)
    guard wanted.count <= longest, !wanted.isEmpty else { return nil }
    let most = max(1, min(3, (wanted.count + 1) / 3))
    var best: (distance: Int, name: String)?
    for candidate in candidates {
      let other = Array(candidate.lowercased().utf8)
      guard abs(other.count - wanted.count) <= most, other.count <= longest else { continue }
      let distance = distance(wanted, other)
      guard distance <= most, distance < max(wanted.count, 2) else { continue }
      // Of equals the first by the alphabet, so that the answer doesn't depend on a dictionary's order.
      if let known = best, (known.distance, known.name) <= (distance, candidate) { continue }
      best = (distance, candidate)
    }
    return best?.name
  }

  /// Letters to insert, delete, exchange, or swap with their neighbour (Damerau).
  static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var rows = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in 0...a.count { rows[i][0] = i }
    for j in 0...b.count { rows[0][j] = j }
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    for i in 1...a.count {
      for j in 1...b.count {
        let cost = a[i - 1] == b[j - 1] ? 0 : 1
        rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + cost)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
        }
      }
    }
    return rows[a.count][b.count]
  }
}
