/// Something that a run did, with its moment on the drive's axis.
protocol Traced: Sendable {
  /// What must agree for two of two runs to be the same one.
  associatedtype Subject: Hashable

  var subject: Subject { get }
  /// On the drive's axis.
  var milliseconds: Int64 { get }
  /// Whether the other says the same of it, when it was and ids left aside.
  func says(theSameAs other: Self) -> Bool
}

/// The same deed by one rule set and by the other, or one that the other doesn't do.
enum Match<Deed: Traced>: Sendable {
  case both(Deed, Deed)
  case onlyA(Deed)
  case onlyB(Deed)

  /// Two of one subject further apart than this are two different ones, milliseconds.
  private static var window: UInt64 { 300_000 }

  /// When it was, by the first rule set where it was in both.
  var milliseconds: Int64 {
    switch self {
    case .both(let deed, _), .onlyA(let deed), .onlyB(let deed): deed.milliseconds
    }
  }

  /// By how much B has it later than A, milliseconds; 0 where only one has it.
  var shift: Int64 {
    if case .both(let a, let b) = self { b.milliseconds - a.milliseconds } else { 0 }
  }

  /// True where both have it but say different things of it: another severity, other data, another value.
  var isChanged: Bool {
    if case .both(let a, let b) = self { !a.says(theSameAs: b) } else { false }
  }

  var isDifference: Bool {
    guard case .both = self else { return true }
    return shift != 0 || isChanged
  }

  /// Pairs the deeds of two runs over one drive, nearest first within `window`, never across subjects.
  /// - Returns: All of them, in order of time.
  static func matches(_ a: [Deed], _ b: [Deed]) -> [Match] {
    var indices: [Deed.Subject: (a: [Int], b: [Int])] = [:]
    for (index, deed) in a.enumerated() { indices[deed.subject, default: ([], [])].a.append(index) }
    for (index, deed) in b.enumerated() { indices[deed.subject, default: ([], [])].b.append(index) }
    var partner = [Int?](repeating: nil, count: a.count)
    var taken = [Bool](repeating: false, count: b.count)
    for group in indices.values {
      var pairs: [(distance: UInt64, a: Int, b: Int)] = []
      for i in group.a {
        for j in group.b {
          let distance = (b[j].milliseconds - a[i].milliseconds).magnitude
          if distance <= window { pairs.append((distance, i, j)) }
        }
      }
      pairs.sort { ($0.distance, $0.a, $0.b) < ($1.distance, $1.a, $1.b) }
      for pair in pairs where partner[pair.a] == nil && !taken[pair.b] {
        partner[pair.a] = pair.b
        taken[pair.b] = true
      }
    }
    var matches: [Match] = []
    for index in a.indices { matches.append(partner[index].map { .both(a[index], b[$0]) } ?? .onlyA(a[index])) }
    for index in b.indices where !taken[index] { matches.append(.onlyB(b[index])) }
    // Stable, so that those of one instant keep the order in which they were decided.
    return matches.enumerated().sorted { ($0.element.milliseconds, $0.offset) < ($1.element.milliseconds, $1.offset) }
      .map(\.element)
  }
}
