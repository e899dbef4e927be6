import Config
import Geo

extension JSONValue {
  /// False after telling that this is no array.
  func checkIsArray(_ wanted: String, _ findings: inout GeoJSONFindings) -> Bool {
    if isArray { return true }
    findings.error(
      "geojson", "here must be \(wanted), and this is \(description)", at: range, help: "look at a working file")
    return false
  }

  /// The item of that number, from 0.
  func item(_ number: Int) -> JSONValue? { items.dropFirst(number).first { _ in true } }

  /// `[lon, lat]` or `[lon, lat, altitude]`, of which the altitude doesn't count, nor a measure behind it. Whether the point is on the
  /// Earth is for the geometry to say.
  func coordinate(_ findings: inout GeoJSONFindings) -> Coordinate? {
    if let pair = pair(most: 4) { return Coordinate(latitude: pair.second, longitude: pair.first) }
    findings.error(
      "geojson", "a point must be `[longitude, latitude]`, and this is \(description)", at: range,
      help: "write two numbers, longitude first")
    return nil
  }

  /// A list of points; nil after telling which are none.
  func points(_ wanted: String, _ findings: inout GeoJSONFindings) -> [Coordinate]? {
    guard checkIsArray(wanted, &findings) else { return nil }
    var points: [Coordinate] = []
    var isWhole = true
    for item in items {
      if let point = item.coordinate(&findings) { points.append(point) } else { isWhole = false }
    }
    return isWhole ? points : nil
  }

  /// `[[[lon, lat], …], …]`: an outline and holes; nil after telling what is wrong with it. What is odd but has a meaning is a warning.
  func polygon(_ findings: inout GeoJSONFindings) -> Polygon? {
    guard checkIsArray("a list of rings", &findings) else { return nil }
    var rings: [[Coordinate]] = []
    var isWhole = true
    for item in items {
      if let ring = item.points("a ring, a list of points", &findings) { rings.append(ring) } else { isWhole = false }
    }
    guard isWhole else { return nil }
    let issues = Polygon.issues(in: rings)
    for issue in issues { findings.tell(issue, at: place(of: issue)) }
    do { return try Polygon(rings: rings) } catch {
      // Told already, unless it fell behind the limit of issues.
      if issues.isEmpty { findings.tell(error.issue, at: place(of: error.issue)) }
      return nil
    }
  }

  /// Of a list of rings: the point, or else the ring.
  private func place(of issue: GeometryIssue) -> Range<Int> {
    let ring = item(issue.ring)
    return (ring?.item(issue.point) ?? ring ?? self).range
  }
}
