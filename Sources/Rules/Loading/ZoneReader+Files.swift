import Config
import Geo
import Model

extension ZoneReader {
  /// An entry of `zones:` that names a GeoJSON file.
  struct FileEntry {
    /// `file:` or `corridor:`.
    var file: YAMLNode.Entry
    /// `nil` where what should become of the features was faulty.
    var use: GeoJSONFeature.Use?
    var id: String?
    var idPath: YAMLNode?
    var nameNode: YAMLNode?
    var tags: [String]
    var band: ZoneBand
  }

  /// The zones of the file: one of all its features, or with `id:` one of each.
  func read(_ entry: FileEntry, into found: inout ZoneCollection, diagnostics: inout Diagnostics) {
    let idPath = entry.idPath.flatMap { FeaturePath($0, what: "`id`", diagnostics: &diagnostics) }
    var namePath: FeaturePath?
    var name: String?
    if let node = entry.nameNode {
      if entry.idPath == nil {
        name = node.string("the name of a zone", limit: 256, diagnostics: &diagnostics)
      } else {
        namePath = FeaturePath(node, what: "`name`", diagnostics: &diagnostics)
      }
    }
    guard let file = open(entry.file, diagnostics: &diagnostics),
      var reader = GeoJSONReader(file, diagnostics: &diagnostics)
    else { return }
    guard let use = entry.use, entry.idPath == nil || idPath != nil else { return }
    guard let idPath else {
      let shape = union(of: &reader, use: use, at: entry.file.value.span, diagnostics: &diagnostics)
      if let id = entry.id, let shape {
        found.add(Zone(id: id, name: name, tags: entry.tags, shape: shape, band: entry.band))
      }
      return
    }
    while let feature = reader.next() {
      let tags = entry.tags + feature.tags(&reader.findings).filter { !entry.tags.contains($0) }
      for tag in tags { found.tags.insert(tag) }
      feature.zone(
        id: feature.id(at: idPath, &reader.findings),
        name: namePath.flatMap { feature.value(at: $0) }.flatMap { feature.text($0.value, $0.path, &reader.findings) },
        tags: tags, band: entry.band, as: use, map: reader.map, into: &found, &reader.findings)
    }
    reader.finish(into: &diagnostics)
  }

  private func open(_ entry: YAMLNode.Entry, diagnostics: inout Diagnostics) -> SourceFile? {
    guard let path = entry.value.string("`\(entry.name)`", diagnostics: &diagnostics) else { return nil }
    do { return try readFile(path) } catch {
      // What is wrong with the file itself stands at the place that names it: there is no line of it to show.
      let isPlaced = error.span.map { !$0.isWholeFile } ?? false
      diagnostics.append(
        isPlaced
          ? error
          : Diagnostic(
            severity: .error, code: error.code, message: "`\(path)`: \(error.message)", help: error.help,
            span: entry.value.span))
      return nil
    }
  }

  /// One zone of all features of a file: of polygons one area, of lines one corridor. Nil where one of them has no shape.
  private func union(
    of reader: inout GeoJSONReader, use: GeoJSONFeature.Use, at span: SourceSpan, diagnostics: inout Diagnostics
  ) -> Shape? {
    var shapes: [Shape] = []
    var isWhole = true
    while let feature = reader.next() {
      if let shape = feature.shape(as: use, &reader.findings) { shapes.append(shape) } else { isWhole = false }
    }
    isWhole = isWhole && !reader.findings.diagnostics.hasErrors
    reader.finish(into: &diagnostics)
    guard isWhole else { return nil }
    if shapes.count == 1 { return shapes[0] }
    var polygons: [Polygon] = []
    var lines: [[Coordinate]] = []
    for shape in shapes {
      switch shape.geometry {
      case .polygons(let more): polygons += more
      case .corridor(let more, _): lines += more
      case .circle: break
      }
    }
    if case .corridor(let width) = use {
      do throws(GeometryError) { return try .corridor(lines: lines, width: width) } catch {
        diagnostics.error("geometry", error.issue.message, at: span, help: error.issue.help)
        return nil
      }
    }
    guard shapes.allSatisfy({ if case .polygons = $0.geometry { true } else { false } }) else {
      diagnostics.error(
        "geojson", "the file has several features with a circle or a corridor among them, which do not make one zone",
        at: span, help: "add `id: properties.id` to make a zone of each")
      return nil
    }
    return Self.shape(polygons, at: span, diagnostics: &diagnostics)
  }
}
