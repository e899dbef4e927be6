/// The checks that go point by point.
enum RingFaults {
  /// The first fault that leaves the polygon without a meaning.
  static func fatal(in rings: [[Coordinate]]) -> GeometryIssue? {
    guard !rings.isEmpty else { return GeometryIssue(.empty) }
    for (index, ring) in rings.enumerated() {
      if let issue = fatal(in: ring, index: index) { return issue }
    }
    return nil
  }

  static func fatal(in ring: [Coordinate], index: Int) -> GeometryIssue? {
    guard let first = ring.first, let last = ring.last else { return GeometryIssue(.empty, ring: index) }
    for (number, point) in ring.enumerated() {
      if let kind = fault(of: point) { return GeometryIssue(kind, ring: index, point: number) }
    }
    guard ring.count >= 3 else { return GeometryIssue(.tooFewPoints, ring: index) }
    guard first == last else { return GeometryIssue(.openRing, ring: index, point: ring.count - 1) }
    let distinct = Ring.withoutDuplicates(ring)
    guard distinct.count >= 4 else { return GeometryIssue(.tooFewPoints, ring: index) }
    let (a, b) = (distinct[0], distinct[1])
    let isLine = distinct.allSatisfy { c in
      Orientation.sign(
        ax: a.longitude, ay: a.latitude, bx: b.longitude, by: b.latitude, cx: c.longitude, cy: c.latitude) == 0
    }
    return isLine ? GeometryIssue(.noArea, ring: index) : nil
  }

  static func fault(of point: Coordinate) -> GeometryIssue.Kind? {
    guard point.latitude.isFinite, point.longitude.isFinite else { return .notFinite }
    if point.isValid { return nil }
    if max(abs(point.latitude), abs(point.longitude)) > 1000 { return .projected }
    return abs(point.latitude) > 90 && abs(point.latitude) <= 180 && abs(point.longitude) <= 90
      ? .swappedAxes : .outOfRange
  }

  /// What is odd but has a meaning.
  static func odd(in ring: [Coordinate], index: Int) -> [GeometryIssue] {
    var issues: [GeometryIssue] = []
    if let beyond = ring.firstIndex(where: { abs($0.longitude) > 180 }) {
      issues.append(GeometryIssue(.longitudeBeyond180, ring: index, point: beyond))
    }
    let isUnrolled = Ring.unrolled(ring) != ring
    for number in 0..<max(0, ring.count - 1) {
      let (a, b) = (ring[number], ring[number + 1])
      if a == b { issues.append(GeometryIssue(.duplicatePoint, ring: index, point: number + 1)) }
      if isUnrolled, Ring.isRolledOver(a, b) {
        issues.append(GeometryIssue(.acrossAntimeridian, ring: index, point: number))
      }
      if issues.count >= Polygon.issueLimit { break }
    }
    return issues
  }
}

extension Polygon {
  /// No more than so many issues are told of one polygon.
  public static let issueLimit = 100

  /// Everything wrong or odd in the rings, errors first, otherwise in the order of rings and points. At most `issueLimit`; of crossings only
  /// one for each ring, or pair of rings, is told. O(*n* log *n*), whatever the rings look like; a quarter of a millisecond for a thousand points.
  public static func issues(in rings: [[Coordinate]]) -> [GeometryIssue] {
    guard !rings.isEmpty else { return [GeometryIssue(.empty)] }
    let fatal = rings.enumerated().compactMap { RingFaults.fatal(in: $0.element, index: $0.offset) }
    guard fatal.isEmpty else { return Array(fatal.prefix(issueLimit)) }
    var issues = rings.enumerated().flatMap { RingFaults.odd(in: $0.element, index: $0.offset) }
    let crossings = Crossings.issues(in: rings)
    issues += crossings
    // Where rings cross, what is inside of which has no answer.
    if crossings.isEmpty { issues += HolePlaces.issues(in: rings) }
    issues.sort { ($0.ring, $0.point) < ($1.ring, $1.point) }
    return Array(issues.prefix(issueLimit))
  }
}
