import Config
import Geo
import Model

/// One feature of a GeoJSON file.
struct GeoJSONFeature {
  let node: JSONNode
  private let geometry: JSONNode?

  init(node: JSONNode) {
    self.node = node
    geometry = node["geometry"]
  }

  /// A geometry that stands alone.
  init(geometry: JSONNode) {
    node = geometry
    self.geometry = geometry
  }

  /// True where there is nothing that could have been meant as an id.
  var hasNoID: Bool {
    [FeaturePath("id"), FeaturePath("properties", "id"), FeaturePath("properties", "name")].allSatisfy {
      $0.find(in: node).map { $0.content == .null } ?? true
    }
  }

  /// A text or number with its place. `null` counts as missing.
  func text(
    at path: FeaturePath, isRequired: Bool, diagnostics: inout Diagnostics
  ) -> (text: String, span: SourceSpan)? {
    let value = path.find(in: node)
    switch value?.content {
    case .string(let text)?: return value.map { (text, $0.span) }
    case .number(_, let text)?: return value.map { (text, $0.span) }
    case nil, .null?:
      if isRequired {
        diagnostics.error(
          "missing-key", "the feature has no `\(path.text)`, from which its zone takes its id", at: node.span,
          help: "add it to the feature's properties, or name another property in the rule file")
      }
    default:
      diagnostics.error(
        "wrong-type", "`\(path.text)` must be a text or a number, and this is \(value?.description ?? "nothing")",
        at: value?.span ?? node.span, help: "put it in quotes")
    }
    return nil
  }

  /// `properties.tags`: a list of labels, or one.
  func tags(diagnostics: inout Diagnostics) -> [String] {
    guard let tags = node["properties"]?["tags"], tags.content != .null else { return [] }
    let items = tags.string == nil ? tags.array ?? [tags] : [tags]
    return items.prefix(ZoneReader.tagLimit).compactMap { item in
      guard let tag = item.string, Names.isLabel(tag) else {
        diagnostics.error(
          "name", "a tag must be a text of letters, digits, `_`, `.` and `-`, and this is \(item.description)",
          at: item.span,
          help: "write `\"tags\": [\"site\"]`")
        return nil
      }
      return tag
    }
  }

  /// Adds the zone that the feature is, where it has an id and a shape.
  func zone(
    id: (text: String, span: SourceSpan)?, name: (text: String, span: SourceSpan)?, tags: [String], band: ZoneBand,
    into found: inout ZoneCollection, diagnostics: inout Diagnostics
  ) {
    let checked = id.flatMap { ZoneReader.checked(id: $0.text, at: $0.span, diagnostics: &diagnostics) }
    let isNew = id.map { id in
      checked.map { found.declare($0, at: id.span, diagnostics: &diagnostics) } ?? false
    }
    guard let shape = shape(diagnostics: &diagnostics), let checked, isNew == true else { return }
    found.add(Zone(id: checked, name: name.map { String($0.text.prefix(256)) }, tags: tags, shape: shape, band: band))
  }

  /// The feature's area, or nil after telling why it has none.
  func shape(diagnostics: inout Diagnostics) -> Shape? {
    guard let geometry, geometry.content != .null else {
      diagnostics.error(
        "geojson", "the feature has no geometry", at: geometry?.span ?? node.span,
        help: "draw its outline or take it out")
      return nil
    }
    guard let type = geometry["type"]?.string else {
      diagnostics.error("geojson", "the geometry has no `type`", at: geometry.span, help: "add `\"type\": \"Polygon\"`")
      return nil
    }
    guard let coordinates = geometry["coordinates"] else {
      diagnostics.error(
        "geojson", "the geometry has no `coordinates` that a zone could be made of", at: geometry.span,
        help: type == "GeometryCollection" ? "use a MultiPolygon" : "add `\"coordinates\": […]`")
      return nil
    }
    let polygons: [Polygon]?
    switch type {
    case "Polygon": polygons = coordinates.polygon(diagnostics: &diagnostics).map { [$0] }
    case "MultiPolygon":
      guard let items = coordinates.items("a list of polygons", diagnostics: &diagnostics) else { return nil }
      let read = items.map { $0.polygon(diagnostics: &diagnostics) }
      polygons = read.contains { $0 == nil } ? nil : read.compactMap(\.self)
    case "Point": return circle(coordinates, diagnostics: &diagnostics)
    default:
      diagnostics.error(
        "geojson", "a zone cannot be made of a `\(type)`", at: geometry["type"]?.span ?? geometry.span,
        help: type.hasSuffix("LineString")
          ? "corridors along a line are not supported by this version of Waypost; draw the area as a Polygon"
          : "use a Polygon, a MultiPolygon, or a Point with `\"radius\"` in its properties")
      return nil
    }
    return polygons.flatMap { ZoneReader.shape($0, at: coordinates.span, diagnostics: &diagnostics) }
  }

  private func circle(_ coordinates: JSONNode, diagnostics: inout Diagnostics) -> Shape? {
    guard let radius = node["properties"]?["radius"] else {
      diagnostics.error(
        "geojson", "a Point is a zone only with a `radius`, in metres, in the feature's properties",
        at: coordinates.span,
        help: "add `\"properties\": { \"radius\": 250 }`")
      return nil
    }
    guard let metres = radius.number, (1...1_000_000).contains(metres) else {
      diagnostics.error(
        "wrong-type", "the radius must be a number of metres from 1 to 1000000, and this is \(radius.description)",
        at: radius.span, help: "write `250`")
      return nil
    }
    guard let center = coordinates.coordinate(diagnostics: &diagnostics) else { return nil }
    return CircleReader.shape(center: center, radius: metres, at: coordinates.span, diagnostics: &diagnostics)
  }
}

extension JSONNode {
  func items(_ wanted: String, diagnostics: inout Diagnostics) -> [JSONNode]? {
    if let array { return array }
    diagnostics.error(
      "geojson", "here must be \(wanted), and this is \(description)", at: span, help: "look at a working file")
    return nil
  }

  /// `[[[lon, lat], …], …]`: an outline and holes.
  fileprivate func polygon(diagnostics: inout Diagnostics) -> Polygon? {
    guard let rings = items("a list of rings", diagnostics: &diagnostics) else { return nil }
    var outline = Outline(span: span)
    var isWhole = true
    for node in rings {
      guard let points = node.items("a ring, a list of points", diagnostics: &diagnostics) else {
        isWhole = false
        continue
      }
      var ring = Outline.Ring(span: node.span)
      ring.points.reserveCapacity(points.count)
      for point in points {
        guard let coordinate = point.coordinate(diagnostics: &diagnostics) else {
          isWhole = false
          continue
        }
        ring.points.append(coordinate)
        ring.spans.append(point.span)
      }
      outline.rings.append(ring)
    }
    return isWhole ? outline.polygon(diagnostics: &diagnostics) : nil
  }

  /// `[lon, lat]` or `[lon, lat, altitude]`; whether it is on the Earth is for the geometry to say.
  fileprivate func coordinate(diagnostics: inout Diagnostics) -> Coordinate? {
    guard let items = array, items.count >= 2, let longitude = items[0].number, let latitude = items[1].number else {
      diagnostics.error(
        "geojson", "a point must be `[longitude, latitude]`, and this is \(description)", at: span,
        help: "write two numbers, longitude first")
      return nil
    }
    return Coordinate(latitude: latitude, longitude: longitude)
  }
}
