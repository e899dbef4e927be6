import Config
import Geo

/// The geometry of a feature.
struct GeoJSONGeometry {
  let node: JSONValue
  let properties: JSONValue?

  /// The area, or nil after telling why there is none.
  func shape(as use: GeoJSONFeature.Use, _ findings: inout GeoJSONFindings) -> Shape? {
    guard let type = node["type"], let name = type.string else {
      findings.error("geojson", "the geometry has no `type`", at: node.range, help: "add `\"type\": \"Polygon\"`")
      return nil
    }
    guard let coordinates = node["coordinates"] else {
      findings.error(
        "geojson", "the geometry has no `coordinates` that a zone could be made of", at: node.range,
        help: name == "GeometryCollection" ? "use a MultiPolygon" : "add `\"coordinates\": […]`")
      return nil
    }
    let isLine = name == "LineString" || name == "MultiLineString"
    if case .corridor(let width) = use {
      guard isLine else {
        findings.error(
          "geojson", "a corridor is made along lines, and this is a `\(name)`", at: type.range,
          help: "use a LineString or a MultiLineString, or `file:` instead of `corridor:` for areas")
        return nil
      }
      return corridor(coordinates, isOne: name == "LineString", width: width, &findings)
    }
    switch name {
    case "Polygon":
      guard let polygon = coordinates.polygon(&findings) else { return nil }
      return made([polygon], coordinates, &findings)
    case "MultiPolygon":
      guard coordinates.checkIsArray("a list of polygons", &findings) else { return nil }
      var polygons: [Polygon] = []
      var isWhole = true
      for item in coordinates.items {
        if let polygon = item.polygon(&findings) { polygons.append(polygon) } else { isWhole = false }
      }
      guard isWhole else { return nil }
      tellOverlaps(polygons, coordinates, &findings)
      return made(polygons, coordinates, &findings)
    case "Point": return circle(coordinates, &findings)
    case _ where isLine:
      guard let width = metres("width", of: "a \(name)", in: 0.1...100_000, at: coordinates, &findings) else {
        return nil
      }
      return corridor(coordinates, isOne: name == "LineString", width: width, &findings)
    default:
      findings.error(
        "geojson", "a zone cannot be made of a `\(name)`", at: type.range,
        help:
          "use a Polygon, a MultiPolygon, a LineString with `\"width\"` or a Point with `\"radius\"` in its properties")
      return nil
    }
  }

  private func made(_ polygons: [Polygon], _ place: JSONValue, _ findings: inout GeoJSONFindings) -> Shape? {
    made(place, &findings) { () throws(GeometryError) in try .polygons(polygons) }
  }

  /// Polygons of one zone that cover a place twice, at a point of theirs.
  private func tellOverlaps(_ polygons: [Polygon], _ coordinates: JSONValue, _ findings: inout GeoJSONFindings) {
    for (number, point) in Polygon.overlaps(in: polygons) {
      guard let polygon = coordinates.item(number) else { continue }
      // As the file has it: a turn of longitude more or less is the same point.
      func isIt(_ value: JSONValue) -> Bool {
        guard let pair = value.pair(most: 4) else { return false }
        return pair.second == point.latitude && (pair.first - point.longitude).remainder(dividingBy: 360) == 0
      }
      let place = polygon.items.lazy.flatMap { Array($0.items) }.first(where: isIt) ?? polygon
      findings.warning(
        "geometry", "two polygons of the zone overlap, or share a border", at: place.range,
        help: "join them to one outline: near a border within the zone nobody counts as surely inside")
    }
  }

  /// The shape, its size looked at.
  private func made(
    _ place: JSONValue, _ findings: inout GeoJSONFindings, _ make: () throws(GeometryError) -> Shape
  ) -> Shape? {
    do throws(GeometryError) {
      let shape = try make()
      for issue in shape.issues { findings.tell(issue, at: place.range) }
      return shape
    } catch {
      findings.tell(error.issue, at: place.range)
      return nil
    }
  }

  private func corridor(
    _ coordinates: JSONValue, isOne: Bool, width: Double, _ findings: inout GeoJSONFindings
  ) -> Shape? {
    guard coordinates.checkIsArray(isOne ? "a line, a list of points" : "a list of lines", &findings) else {
      return nil
    }
    let items = isOne ? [coordinates] : Array(coordinates.items)
    var lines: [[Coordinate]] = []
    for item in items {
      guard let line = item.points("a line, a list of points", &findings) else { return nil }
      lines.append(line)
    }
    do throws(GeometryError) {
      let shape = try Shape.corridor(lines: lines, width: width)
      for issue in shape.issues { findings.tell(issue, at: coordinates.range) }
      return shape
    } catch {
      let issue = error.issue
      let line = items.indices.contains(issue.ring) ? items[issue.ring] : coordinates
      let isOfPoint = issue.kind != .empty && issue.kind != .lineTooShort && issue.kind != .badWidth
      findings.tell(issue, at: (isOfPoint ? line.item(issue.point) ?? line : line).range)
      return nil
    }
  }

  private func circle(_ coordinates: JSONValue, _ findings: inout GeoJSONFindings) -> Shape? {
    guard let metres = metres("radius", of: "a Point", in: 1...1_000_000, at: coordinates, &findings),
      let center = coordinates.coordinate(&findings)
    else { return nil }
    return made(coordinates, &findings) { () throws(GeometryError) in
      try .circle(center: center, radius: metres)
    }
  }

  /// A length in the feature's properties, without which its geometry is no area.
  private func metres(
    _ key: String, of what: String, in range: ClosedRange<Double>, at coordinates: JSONValue,
    _ findings: inout GeoJSONFindings
  ) -> Double? {
    let example = key == "radius" ? "250" : "30"
    guard let length = properties?[key] else {
      findings.error(
        "geojson", "\(what) is a zone only with a `\(key)`, in metres, in the feature's properties",
        at: coordinates.range, help: "add `\"properties\": { \"\(key)\": \(example) }`")
      return nil
    }
    guard let metres = length.number, range.contains(metres) else {
      let least = range.lowerBound == 1 ? "1" : "\(range.lowerBound)"
      findings.error(
        "wrong-type",
        "the \(key) must be a number of metres from \(least) to \(Int(range.upperBound)), and this is \(length.description)",
        at: length.range, help: "write `\(example)`")
      return nil
    }
    return metres
  }
}

extension GeoJSONFindings {
  /// A fault or an oddity of a geometry.
  mutating func tell(_ issue: GeometryIssue, at range: Range<Int>) {
    if issue.severity == .error {
      error("geometry", issue.message, at: range, help: issue.help)
    } else {
      warning("geometry", issue.message, at: range, help: issue.help)
    }
  }
}
