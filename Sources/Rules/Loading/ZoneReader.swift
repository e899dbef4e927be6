import Config
import Geo
import Model

/// Reads one entry of `zones:` in a rule file.
struct ZoneReader {
  /// Reads a file beside the rule file.
  let readFile: (String) throws(Diagnostic) -> SourceFile

  static let idLimit = 64
  static let tagLimit = 64

  /// The zones that the entry makes: one, or with `file:` and `id:` as many as the file has features. What is wrong is told;
  /// a zone that cannot be made still counts as declared, so that the rules that name it aren't wrong as well.
  func zones(_ entry: YAMLNode.Entry, into found: inout ZoneCollection, diagnostics: inout Diagnostics) {
    let id = Self.checked(id: entry.name, at: entry.key.span, diagnostics: &diagnostics)
    guard var reader = MappingReader(entry.value, what: "a zone", diagnostics: &diagnostics) else {
      if let id { found.declare(id, at: entry.key.span, diagnostics: &diagnostics) }
      return
    }
    let isLater = LaterKeys.refuse(LaterKeys.zone, in: &reader, diagnostics: &diagnostics)
    let circle = reader.entry("circle")
    let radius = reader.optional("radius")
    let polygon = reader.entry("polygon")
    let file = reader.entry("file")
    let idPath = reader.optional("id")
    let nameNode = reader.optional("name")
    let tags = Self.tags(reader.optional("tags"), diagnostics: &diagnostics)
    let band = Self.band(&reader, diagnostics: &diagnostics)
    reader.finish(diagnostics: &diagnostics)

    for tag in tags { found.tags.insert(tag) }
    let kinds = [circle, polygon, file].compactMap(\.self)
    if idPath == nil, let id { found.declare(id, at: entry.key.span, diagnostics: &diagnostics) }
    guard kinds.count == 1 else {
      if kinds.count > 1 {
        diagnostics.error(
          "conflicting-keys", "a zone is a circle, a polygon or a file, and this has several of them",
          at: kinds[1].key.span,
          help: "keep one of `circle`, `polygon` and `file`")
      } else if !isLater {
        diagnostics.error(
          "missing-key", "a zone needs a shape", at: entry.key.span,
          help: "write `{ circle: [6.1432, 46.2044], radius: 250 m }`, or give `polygon:` or `file:`")
      }
      return
    }
    if let radius, circle == nil {
      diagnostics.error("conflicting-keys", "only a circle has a `radius`", at: radius.span, help: "take it out")
    }
    if let idPath, file == nil {
      diagnostics.error(
        "conflicting-keys", "`id` says where the zones of a file have their ids, and there is no `file`",
        at: idPath.span,
        help: "take it out; the zone's id is `\(entry.name)`")
    }
    if let file {
      readFile(
        file.value, id: id, idPath: idPath, nameNode: nameNode, tags: tags, band: band, into: &found,
        diagnostics: &diagnostics)
      return
    }
    let name = nameNode?.string("the name of a zone", limit: 256, diagnostics: &diagnostics)
    let shape: Shape? =
      if let circle {
        Self.circle(circle, radius: radius, diagnostics: &diagnostics)
      } else {
        polygon.flatMap { Self.polygon($0.value, diagnostics: &diagnostics) }
      }
    if let id, let shape { found.add(Zone(id: id, name: name, tags: tags, shape: shape, band: band)) }
  }

  private static func circle(
    _ circle: YAMLNode.Entry, radius: YAMLNode?, diagnostics: inout Diagnostics
  ) -> Shape? {
    let center = circle.value.coordinate("`circle`", diagnostics: &diagnostics)
    guard let radius else {
      diagnostics.error(
        "missing-key", "a circle needs a radius", at: circle.key.span, help: "add `radius: 250 m`")
      return nil
    }
    guard let metres = radius.length("the radius of a zone", in: 1...1_000_000, diagnostics: &diagnostics),
      let center
    else { return nil }
    return CircleReader.shape(center: center, radius: metres, at: circle.value.span, diagnostics: &diagnostics)
  }

  private static func polygon(_ node: YAMLNode, diagnostics: inout Diagnostics) -> Shape? {
    guard let polygon = node.outline(diagnostics: &diagnostics)?.polygon(diagnostics: &diagnostics) else { return nil }
    return shape([polygon], at: node.span, diagnostics: &diagnostics)
  }

  static func shape(_ polygons: [Polygon], at span: SourceSpan, diagnostics: inout Diagnostics) -> Shape? {
    do { return try .polygons(polygons) } catch {
      diagnostics.error("geometry", error.issue.message, at: span, help: error.issue.help)
      return nil
    }
  }

  private func readFile(
    _ node: YAMLNode, id: String?, idPath: YAMLNode?, nameNode: YAMLNode?, tags: [String], band: ZoneBand,
    into found: inout ZoneCollection, diagnostics: inout Diagnostics
  ) {
    let paths = (
      id: idPath.flatMap { FeaturePath($0, what: "`id`", diagnostics: &diagnostics) },
      name: idPath == nil ? nil : nameNode.flatMap { FeaturePath($0, what: "`name`", diagnostics: &diagnostics) }
    )
    let name =
      idPath == nil ? nameNode?.string("the name of a zone", limit: 256, diagnostics: &diagnostics) : nil
    guard let path = node.string("`file`", diagnostics: &diagnostics) else { return }
    let file: SourceFile
    do { file = try readFile(path) } catch {
      // What is wrong with the file itself stands at the place that names it: there is no line of it to show.
      let isPlaced = error.span.map { !$0.isWholeFile } ?? false
      diagnostics.append(
        isPlaced
          ? error
          : Diagnostic(
            severity: .error, code: error.code, message: "`\(path)`: \(error.message)", help: error.help,
            span: node.span))
      return
    }
    guard let features = GeoJSONReader.features(of: file, diagnostics: &diagnostics) else { return }
    guard idPath != nil else {
      let shapes = features.map { $0.shape(diagnostics: &diagnostics) }
      guard let id, let shape = Self.union(shapes, at: node.span, diagnostics: &diagnostics) else { return }
      found.add(Zone(id: id, name: name, tags: tags, shape: shape, band: band))
      return
    }
    guard let idPath = paths.id else { return }
    for feature in features {
      feature.zone(
        id: feature.text(at: idPath, isRequired: true, diagnostics: &diagnostics),
        name: paths.name.flatMap { feature.text(at: $0, isRequired: false, diagnostics: &diagnostics) }, tags: tags,
        band: band, into: &found, diagnostics: &diagnostics)
    }
  }

  /// One area of all features of a file; nil where one of them has none.
  private static func union(_ shapes: [Shape?], at span: SourceSpan, diagnostics: inout Diagnostics) -> Shape? {
    if shapes.count == 1 { return shapes[0] }
    var polygons: [Polygon] = []
    for shape in shapes {
      switch shape?.geometry {
      case nil: return nil
      case .polygons(let more)?: polygons += more
      case .circle?, .corridor?:
        diagnostics.error(
          "geojson", "the file has several features with a circle among them, which do not make one zone", at: span,
          help: "add `id: properties.id` to make a zone of each")
        return nil
      }
    }
    return Self.shape(polygons, at: span, diagnostics: &diagnostics)
  }

  private static func tags(_ node: YAMLNode?, diagnostics: inout Diagnostics) -> [String] {
    guard let node else { return [] }
    if case .scalar = node.content {
      return node.name("a tag", form: .label, diagnostics: &diagnostics).map { [$0] } ?? []
    }
    let items = node.sequence("`tags`", count: 0...tagLimit, diagnostics: &diagnostics) ?? []
    return items.compactMap { $0.name("a tag", form: .label, diagnostics: &diagnostics) }
  }

  private static func band(_ reader: inout MappingReader, diagnostics: inout Diagnostics) -> ZoneBand {
    var band = ZoneBand()
    band.enterMargin = reader.optional("enter_margin")?.length(
      "`enter_margin`", in: 0...10_000, diagnostics: &diagnostics)
    band.exitMargin = reader.optional("exit_margin")?.length("`exit_margin`", in: 0...10_000, diagnostics: &diagnostics)
    if let speed = reader.optional("max_speed")?.speed("`max_speed`", in: 1...10_000, diagnostics: &diagnostics) {
      band.maxSpeed = speed
    }
    if let after = reader.optional("lost_after")?.interval(
      "`lost_after`", in: .seconds(1) ... .days(1), diagnostics: &diagnostics)
    {
      band.lostAfter = after
    }
    if let initial = reader.optional("initial")?.boolean("`initial`", diagnostics: &diagnostics) {
      band.raisesInitial = initial
    }
    return band
  }

  /// Ids are any text, but they stand in messages and in `enter:`, where `tag:` means something else.
  static func checked(id: String, at span: SourceSpan, diagnostics: inout Diagnostics) -> String? {
    if id.isEmpty || id.unicodeScalars.count > idLimit
      || id.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
    {
      diagnostics.error(
        "name", "the id of a zone must have 1 to \(idLimit) characters and no control characters", at: span,
        help: id.isEmpty ? "give the zone an id" : "shorten it")
      return nil
    }
    if id.hasPrefix(ZoneSelector.tagPrefix) {
      diagnostics.error(
        "name", "the id of a zone cannot begin with `tag:`", at: span,
        help: "in `enter:` and `exit:` that means all zones with a tag; choose another id")
      return nil
    }
    return id
  }
}
