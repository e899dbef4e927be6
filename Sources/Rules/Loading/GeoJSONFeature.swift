import Config
import Geo
import Model

/// One feature of a GeoJSON file.
struct GeoJSONFeature {
  let node: JSONValue
  let geometry: JSONValue?

  /// What becomes of its geometry.
  enum Use {
    /// What it is: an area, a Point with a `radius`, a LineString with a `width`.
    case itself
    /// A corridor that wide, in metres, along its lines.
    case corridor(width: Double)
  }

  /// A text of the file and where it stands.
  struct Text {
    var text: String
    var range: Range<Int>
  }

  init(node: JSONValue) {
    self.node = node
    geometry = node["geometry"]
  }

  /// A geometry that stands alone.
  init(geometry: JSONValue) {
    node = geometry
    self.geometry = geometry
  }

  /// What stands there; `null` counts as missing.
  func value(at path: FeaturePath) -> (value: JSONValue, path: FeaturePath)? {
    path.find(in: node).flatMap { $0.isNull ? nil : ($0, path) }
  }

  /// A text or number, as it is written.
  func text(_ value: JSONValue, _ path: FeaturePath, _ findings: inout GeoJSONFindings) -> Text? {
    if let text = value.string ?? value.numberText { return Text(text: text, range: value.range) }
    findings.error(
      "wrong-type", "`\(path.text)` must be a text or a number, and this is \(value.description)", at: value.range,
      help: "put it in quotes")
    return nil
  }

  /// The id that stands at a path that the rule file names.
  func id(at path: FeaturePath, _ findings: inout GeoJSONFindings) -> Text? {
    if let found = value(at: path) { return text(found.value, path, &findings) }
    findings.error(
      "missing-key", "the feature has no `\(path.text)`, from which its zone takes its id", at: node.range,
      help: "add it to the feature's properties, or name another property in the rule file")
    return nil
  }

  /// `properties.tags`: a list of labels, or one.
  func tags(_ findings: inout GeoJSONFindings) -> [String] {
    guard let tags = node["properties"]?["tags"], !tags.isNull else { return [] }
    let items = tags.isArray ? Array(tags.items.prefix(ZoneReader.tagLimit)) : [tags]
    var labels: [String] = []
    for item in items {
      if let tag = item.string, Names.isLabel(tag) {
        labels.append(tag)
      } else {
        findings.error(
          "name", "a tag must be a text of letters, digits, `_`, `.` and `-`, and this is \(item.description)",
          at: item.range, help: "write `\"tags\": [\"site\"]`")
      }
    }
    return labels
  }

  /// Adds the zone that the feature is, where it has an id and a shape.
  func zone(
    id: Text?, name: Text?, tags: [String], band: ZoneBand, as use: Use, map: SourceMap,
    into found: inout ZoneCollection, _ findings: inout GeoJSONFindings
  ) {
    var isNew = false
    if let id {
      if let fault = ZoneReader.fault(ofID: id.text) {
        findings.error("name", fault.message, at: id.range, help: fault.help)
      } else if let refusal = found.declare(id.text, at: .bytes(id.range.lowerBound, map)) {
        findings.error(refusal.code, refusal.message, at: id.range, help: refusal.help)
      } else {
        isNew = true
      }
    }
    guard let shape = shape(as: use, &findings), let id, isNew else { return }
    found.add(
      Zone(id: id.text, name: name.map { String($0.text.prefix(256)) }, tags: tags, shape: shape, band: band))
  }

  /// The feature's area, or nil after telling why it has none.
  func shape(as use: Use, _ findings: inout GeoJSONFindings) -> Shape? {
    guard let geometry, !geometry.isNull else {
      findings.error(
        "geojson", "the feature has no geometry", at: geometry?.range ?? node.range,
        help: "draw its outline or take it out")
      return nil
    }
    return GeoJSONGeometry(node: geometry, properties: node["properties"]).shape(as: use, &findings)
  }
}
