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
    let circle = reader.entry("circle")
    let radius = reader.optional("radius")
    let polygon = reader.entry("polygon")
    let file = reader.entry("file")
    let corridor = reader.entry("corridor")
    let width = reader.optional("width")
    let idPath = reader.optional("id")
    let nameNode = reader.optional("name")
    let tags = Self.tags(reader.optional("tags"), diagnostics: &diagnostics)
    let band = Self.band(&reader, diagnostics: &diagnostics)
    reader.explain(
      ["lat", "lon", "lng", "long", "latitude", "longitude", "x", "y"],
      "write `circle: [longitude, latitude]` in one, longitude first")
    let hasStrangers = reader.finish(diagnostics: &diagnostics)

    for tag in tags { found.tags.insert(tag) }
    let kinds = [circle, polygon, corridor, file].compactMap(\.self)
    if idPath == nil, let id { found.declare(id, at: entry.key.span, diagnostics: &diagnostics) }
    guard kinds.count == 1 else {
      if kinds.count > 1 {
        diagnostics.error(
          "conflicting-keys", "a zone is a circle, a polygon, a corridor or a file, and this has several of them",
          at: kinds[1].key.span,
          help: "keep one of `circle`, `polygon`, `corridor` and `file`")
      } else if !hasStrangers {
        diagnostics.error(
          "missing-key", "a zone needs a shape", at: entry.key.span,
          help: "write `{ circle: [6.1432, 46.2044], radius: 250 m }`, or give `polygon:`, `corridor:` or `file:`")
      }
      return
    }
    if let radius, circle == nil {
      diagnostics.error("conflicting-keys", "only a circle has a `radius`", at: radius.span, help: "take it out")
    }
    if let width, corridor == nil {
      diagnostics.error("conflicting-keys", "only a corridor has a `width`", at: width.span, help: "take it out")
    }
    let isDrawn = corridor?.value.isSequence == true
    if let idPath, file == nil, corridor == nil || isDrawn {
      diagnostics.error(
        "conflicting-keys", "`id` says where the zones of a file have their ids, and there is no `file`",
        at: idPath.span,
        help: "take it out; the zone's id is `\(entry.name)`")
    }
    var use: GeoJSONFeature.Use? = .itself
    if let corridor {
      use = Self.width(width, of: corridor, diagnostics: &diagnostics).map { .corridor(width: $0) }
    }
    if let file = file ?? (isDrawn ? nil : corridor) {
      let entry = FileEntry(
        file: file, use: use, id: id, idPath: idPath, nameNode: nameNode, tags: tags, band: band)
      read(entry, into: &found, diagnostics: &diagnostics)
      return
    }
    let name = nameNode?.string("the name of a zone", limit: 256, diagnostics: &diagnostics)
    let shape: Shape? =
      if let circle {
        Self.circle(circle, radius: radius, diagnostics: &diagnostics)
      } else if let corridor {
        Self.corridor(corridor.value, use, diagnostics: &diagnostics)
      } else {
        polygon.flatMap { Self.polygon($0.value, diagnostics: &diagnostics) }
      }
    if let id, let shape { found.add(Zone(id: id, name: name, tags: tags, shape: shape, band: band)) }
  }

  private static func circle(
    _ circle: YAMLNode.Entry, radius: YAMLNode?, diagnostics: inout Diagnostics
  ) -> Shape? {
    let center = circle.value.coordinate("`circle`", diagnostics: &diagnostics)
    if case .mapping = circle.value.content { return nil }
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

  /// Metres; nil after telling that there is none.
  private static func width(_ node: YAMLNode?, of corridor: YAMLNode.Entry, diagnostics: inout Diagnostics) -> Double? {
    guard let node else {
      diagnostics.error("missing-key", "a corridor needs a width", at: corridor.key.span, help: "add `width: 30 m`")
      return nil
    }
    return node.length("the width of a corridor", in: 0.1...100_000, diagnostics: &diagnostics)
  }

  private static func corridor(_ node: YAMLNode, _ use: GeoJSONFeature.Use?, diagnostics: inout Diagnostics) -> Shape? {
    guard let outline = node.lines(diagnostics: &diagnostics), case .corridor(let width) = use else { return nil }
    do throws(GeometryError) {
      let shape = try Shape.corridor(lines: outline.rings.map(\.points), width: width)
      for issue in shape.issues { outline.tell(issue, diagnostics: &diagnostics) }
      return shape
    } catch {
      outline.tell(error.issue, diagnostics: &diagnostics)
      return nil
    }
  }

  static func shape(_ polygons: [Polygon], at span: SourceSpan, diagnostics: inout Diagnostics) -> Shape? {
    do throws(GeometryError) {
      let shape = try Shape.polygons(polygons)
      for issue in shape.issues { Outline(span: span).tell(issue, diagnostics: &diagnostics) }
      return shape
    } catch {
      Outline(span: span).tell(error.issue, diagnostics: &diagnostics)
      return nil
    }
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

  static func checked(id: String, at span: SourceSpan, diagnostics: inout Diagnostics) -> String? {
    let quotes = "“”„‟‘’‚«»".unicodeScalars
    if let first = id.unicodeScalars.first, quotes.contains(first) {
      let bare = String(String.UnicodeScalarView(id.unicodeScalars.filter { !quotes.contains($0) }))
      diagnostics.error(
        "name", "the id of a zone begins with a typographic quote, which would belong to it", at: span,
        help: "write `\(bare)`, without quotes or with straight ones")
      return bare.isEmpty ? nil : bare
    }
    guard let fault = fault(ofID: id) else { return id }
    diagnostics.error("name", fault.message, at: span, help: fault.help)
    return nil
  }

  /// Ids are any text, but they stand in messages and in `enter:`, where `tag:` means something else.
  static func fault(ofID id: String) -> (message: String, help: String)? {
    if id.isEmpty || id.unicodeScalars.count > idLimit
      || id.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
    {
      return (
        "the id of a zone must have 1 to \(idLimit) characters and no control characters",
        id.isEmpty ? "give the zone an id" : "shorten it"
      )
    }
    guard id.hasPrefix(ZoneSelector.tagPrefix) else { return nil }
    return (
      "the id of a zone cannot begin with `tag:`",
      "in `enter:` and `exit:` that means all zones with a tag; choose another id"
    )
  }
}
