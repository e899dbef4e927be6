import Config
import Geo
import Model

/// Reads zones from GeoJSON (RFC 7946): a FeatureCollection, one Feature, or a bare geometry.
enum GeoJSONReader {
  /// The features of a file; nil after telling why it has none.
  static func features(of file: SourceFile, diagnostics: inout Diagnostics) -> [GeoJSONFeature]? {
    guard let root = JSON.parse(file, diagnostics: &diagnostics) else { return nil }
    guard let type = root["type"]?.string else {
      diagnostics.error(
        "geojson", "this is no GeoJSON: its outermost object has no `type`", at: root.span,
        help: "the file should begin with `{ \"type\": \"FeatureCollection\", \"features\": [`")
      return nil
    }
    checkReferenceSystem(root, diagnostics: &diagnostics)
    switch type {
    case "FeatureCollection":
      guard let features = root["features"], let items = features.array else {
        diagnostics.error(
          "geojson", "a FeatureCollection needs a list of `features`", at: root["features"]?.span ?? root.span,
          help: "add `\"features\": […]`")
        return nil
      }
      if items.isEmpty {
        diagnostics.warning(
          "geojson", "the file has no features, and so no zones", at: features.span,
          help: "draw a zone or delete the file")
      }
      return items.compactMap { item in
        if item["type"]?.string == "Feature" { return GeoJSONFeature(node: item) }
        diagnostics.error(
          "geojson", "here must be a Feature, and this is \(item.description)", at: item["type"]?.span ?? item.span,
          help: "write `{ \"type\": \"Feature\", \"id\": …, \"properties\": {}, \"geometry\": … }`")
        return nil
      }
    case "Feature": return [GeoJSONFeature(node: root)]
    default: return [GeoJSONFeature(geometry: root)]
    }
  }

  /// RFC 7946 knows WGS 84 only; its forerunner let a file say otherwise, and some programs still do.
  private static func checkReferenceSystem(_ root: JSONNode, diagnostics: inout Diagnostics) {
    guard let name = root["crs"]?["properties"]?["name"] else { return }
    let text = name.string ?? ""
    guard !text.contains("CRS84"), !text.contains("4326") else { return }
    diagnostics.error(
      "geojson", "the coordinates are in another reference system, and zones are in WGS 84", at: name.span,
      help: "export the file again as WGS 84 (EPSG:4326)")
  }

  /// Reads a file of `zones.d`: each feature is a zone, with its id from `id`, `properties.id` or `properties.name`.
  static func readZones(of file: SourceFile, into found: inout ZoneCollection, diagnostics: inout Diagnostics) {
    for feature in features(of: file, diagnostics: &diagnostics) ?? [] {
      let id =
        feature.text(at: FeaturePath("id"), isRequired: false, diagnostics: &diagnostics)
        ?? feature.text(at: FeaturePath("properties", "id"), isRequired: false, diagnostics: &diagnostics)
        ?? feature.text(at: FeaturePath("properties", "name"), isRequired: false, diagnostics: &diagnostics)
      if id == nil, feature.hasNoID {
        diagnostics.error(
          "missing-key",
          "the feature has neither `id` nor `properties.id` nor `properties.name`, and a zone needs an id",
          at: feature.node.span, help: "add `\"id\": \"depot\"` to the feature")
      }
      let tags = feature.tags(diagnostics: &diagnostics)
      for tag in tags { found.tags.insert(tag) }
      feature.zone(
        id: id,
        name: feature.text(at: FeaturePath("properties", "name"), isRequired: false, diagnostics: &diagnostics),
        tags: tags, band: ZoneBand(), into: &found, diagnostics: &diagnostics)
    }
  }
}
