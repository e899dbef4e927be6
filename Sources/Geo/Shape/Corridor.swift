/// A road, a pipeline, a route: everything within half a width of some lines.
struct Corridor {
  /// Without consecutive duplicates, and with longitudes that run on past ±180 where a line goes across the antimeridian.
  let lines: [[Coordinate]]
  /// Metres.
  let width: Double
  let boundingBox: BoundingBox

  init(lines: [[Coordinate]], width: Double) throws(GeometryError) {
    guard !lines.isEmpty else { throw GeometryError(issue: GeometryIssue(.empty)) }
    var boxes: BoundingBox?
    var normalised: [[Coordinate]] = []
    for (index, line) in lines.enumerated() {
      guard !line.isEmpty else { throw GeometryError(issue: GeometryIssue(.empty, ring: index)) }
      for (number, point) in line.enumerated() {
        if let kind = RingFaults.fault(of: point) {
          throw GeometryError(issue: GeometryIssue(kind, ring: index, point: number))
        }
      }
      let line = Self.unrolled(Ring.withoutDuplicates(line))
      guard line.count > 1, let box = BoundingBox(line) else {
        throw GeometryError(issue: GeometryIssue(.lineTooShort, ring: index))
      }
      boxes = boxes?.union(box) ?? box
      normalised.append(line)
    }
    guard let boxes else { throw GeometryError(issue: GeometryIssue(.empty)) }
    self.lines = normalised
    self.width = width
    boundingBox = boxes.expanded(by: width / 2)
  }

  /// Metres along all of the lines.
  var length: Double {
    lines.reduce(0) { sum, line in zip(line, line.dropFirst()).reduce(sum) { $0 + Measure.length($1.0, $1.1) } }
  }

  private static func unrolled(_ line: [Coordinate]) -> [Coordinate] {
    guard zip(line, line.dropFirst()).contains(where: Ring.isRolledOver) else { return line }
    var result = [line[0]]
    var turns = 0.0
    for (a, b) in zip(line, line.dropFirst()) {
      if Ring.isRolledOver(a, b) { turns += b.longitude < a.longitude ? 1 : -1 }
      result.append(Coordinate(latitude: b.latitude, longitude: b.longitude + 360 * turns))
    }
    return result
  }

  /// Metres to the nearest place of the lines; above `limit` anything that is above it too.
  static func distance(from point: Coordinate, to lines: PackedRings, limit: Double) -> Double {
    let point = point.canonical
    if abs(point.latitude) <= NearSearch.northernmost {
      // A little farther than the limit, since what lies just at the search's reach isn't found.
      let reach = min(limit * 1.001 + 0.001, NearSearch.farthest)
      var search = NearSearch(from: point, reach: reach, isOfArea: false)
      for line in 0..<lines.ringCount { lines.withRing(line) { $0.search(&search) } }
      if search.best < reach { return search.best }
      if limit < NearSearch.farthest { return max(limit.nextUp, search.best) }
    }
    var search = FarSearch(from: point)
    for line in lines.rings { for (a, b) in zip(line, line.dropFirst()) { search.look(at: a, b) } }
    return search.distance
  }
}
