import Config
import Geo
import Model

/// Reads zones from GeoJSON (RFC 7946), a feature at a time: a FeatureCollection, one Feature, or a bare geometry.
struct GeoJSONReader {
  var findings: GeoJSONFindings
  /// For the places of what was read.
  let map: SourceMap

  private var stream: JSONStream
  /// What the outermost object says that it is, and its place.
  private var type: (name: String?, range: Range<Int>)?
  /// The place of `features`, once they have begun.
  private var list: Range<Int>?
  private var root = 0..<0
  private var count = 0

  /// `nil` after telling why the file can't be read.
  init?(_ file: SourceFile, diagnostics: inout Diagnostics) {
    if let refusal = ForeignFormat.refusal(of: file) {
      diagnostics.append(refusal)
      return nil
    }
    guard let stream = JSONStream(file, list: "features", diagnostics: &diagnostics) else { return nil }
    self.stream = stream
    map = stream.map
    findings = GeoJSONFindings(map)
  }

  /// The next feature; what is none is told and left out.
  mutating func next() -> GeoJSONFeature? {
    while let part = findings.next(of: &stream) {
      switch part {
      case .whole(let root): return whole(root)
      case .list(let head, let name):
        root = head.range
        list = name
        for member in head.members { note(member.name, member.value) }
      case .member(let name, let value): note(name, value)
      case .item(let item):
        count += 1
        if type != nil, type?.name != "FeatureCollection" { continue }
        if item["type"]?.string == "Feature" { return GeoJSONFeature(node: item) }
        findings.error(
          "geojson", "here must be a Feature, and this is \(item.description)", at: item["type"]?.range ?? item.range,
          help: "write `{ \"type\": \"Feature\", \"id\": …, \"properties\": {}, \"geometry\": … }`")
      }
    }
    return nil
  }

  /// Tells what only the whole file shows, and hands over all findings.
  mutating func finish(into diagnostics: inout Diagnostics) {
    if let list, !findings.diagnostics.hasErrors {
      if type == nil { noType(root) }
      if count == 0 {
        findings.warning(
          "geojson", "the file has no features, and so no zones", at: list, help: "draw a zone or delete the file")
      }
    }
    findings.finish(into: &diagnostics)
  }

  private mutating func note(_ name: String, _ value: JSONValue) {
    switch name {
    case "type":
      type = (value.string, value.range)
      guard value.string != "FeatureCollection" else { return }
      findings.error(
        "geojson", "what has `features` must be a FeatureCollection, and this is \(value.description)",
        at: value.range, help: "write `\"type\": \"FeatureCollection\"`")
    case "crs": checkReferenceSystem(value)
    default: return
    }
  }

  private mutating func noType(_ range: Range<Int>) {
    findings.error(
      "geojson", "this is no GeoJSON: its outermost object has no `type`", at: range,
      help: "the file should begin with `{ \"type\": \"FeatureCollection\", \"features\": [`")
  }

  /// A file that is no collection, or claims to be one and has no list.
  private mutating func whole(_ root: JSONValue) -> GeoJSONFeature? {
    guard let type = root["type"], let name = type.string else {
      noType(root.range)
      return nil
    }
    if let system = root["crs"] { checkReferenceSystem(system) }
    switch name {
    case "FeatureCollection":
      findings.error(
        "geojson", "a FeatureCollection needs a list of `features`", at: root["features"]?.range ?? root.range,
        help: "add `\"features\": […]`")
    case "Topology":
      findings.error(
        "geojson", "this is TopoJSON, in which shapes share their borders, and zones are read from GeoJSON",
        at: type.range, help: "convert it, as with `mapshaper zones.topojson -o format=geojson zones.geojson`")
    case "Feature": return GeoJSONFeature(node: root)
    default: return GeoJSONFeature(geometry: root)
    }
    return nil
  }

  /// RFC 7946 knows WGS 84 only; its forerunner let a file say otherwise, and some programs still do.
  private mutating func checkReferenceSystem(_ system: JSONValue) {
    guard let name = system["properties"]?["name"] else { return }
    let text = name.string ?? ""
    // EPSG:4326 and 4979 are WGS 84, the latter with altitudes; CRS84 is the former with longitude first.
    guard !text.contains("CRS84"), !text.hasSuffix(":4326"), !text.hasSuffix(":4979") else { return }
    findings.error(
      "geojson", "the coordinates are in another reference system, and zones are in WGS 84", at: name.range,
      help: "export the file again as WGS 84, as with `ogr2ogr -t_srs EPSG:4326 new.geojson old.geojson`")
  }

  /// Reads a file of `zones.d`: each feature is a zone, with its id from `id`, `properties.id` or `properties.name`.
  static func readZones(of file: SourceFile, into found: inout ZoneCollection, diagnostics: inout Diagnostics) {
    guard var reader = GeoJSONReader(file, diagnostics: &diagnostics) else { return }
    while let feature = reader.next() {
      let id = [FeaturePath("id"), FeaturePath("properties", "id"), FeaturePath("properties", "name")].lazy
        .compactMap { feature.value(at: $0) }.first
      if id == nil {
        reader.findings.error(
          "missing-key",
          "the feature has neither `id` nor `properties.id` nor `properties.name`, and a zone needs an id",
          at: feature.node.range, help: "add `\"id\": \"depot\"` to the feature")
      }
      let tags = feature.tags(&reader.findings)
      for tag in tags { found.tags.insert(tag) }
      feature.zone(
        id: id.flatMap { feature.text($0.value, $0.path, &reader.findings) },
        name: feature.value(at: FeaturePath("properties", "name")).flatMap {
          feature.text($0.value, $0.path, &reader.findings)
        },
        tags: tags, band: ZoneBand(), as: .itself, map: reader.map, into: &found, &reader.findings)
    }
    reader.finish(into: &diagnostics)
  }
}
