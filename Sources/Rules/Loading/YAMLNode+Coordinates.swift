import Config
import Geo

extension YAMLNode {
  /// A place as `[longitude, latitude]`, in degrees and in the order of GeoJSON.
  func coordinate(_ what: String, diagnostics: inout Diagnostics) -> Coordinate? {
    guard case .sequence(let items) = content, items.count == 2 else {
      diagnostics.error(
        "wrong-type", "\(what) must be `[longitude, latitude]`, and this is \(description)", at: span,
        help: splitByCommas.map { "decimals come after a point: write `\($0)`" }
          ?? "write two numbers in brackets, longitude first: `[6.1432, 46.2044]`")
      return nil
    }
    if let angles = Sexagesimal.pair(items) {
      diagnostics.error(
        "wrong-type", "\(what) is in degrees and minutes, and must be in degrees with decimals", at: span,
        help: "write `\(angles)`: longitude first, south and west negative")
      return nil
    }
    let longitude = items[0].number("the longitude", in: -180...180, diagnostics: &diagnostics)
    guard let latitude = items[1].number("the latitude", diagnostics: &diagnostics) else { return nil }
    guard abs(latitude) <= 90 else {
      let isSwapped = longitude.map { abs($0) <= 90 } ?? false && abs(latitude) <= 180
      diagnostics.error(
        "out-of-range", "the latitude must be from -90 to 90, and this is \(items[1].description)", at: items[1].span,
        help: isSwapped ? "longitude stands first, then latitude; are they swapped?" : "write degrees, north positive")
      return nil
    }
    guard let longitude else { return nil }
    return Coordinate(latitude: latitude, longitude: longitude)
  }

  /// `[6.1432, 46.2044]` for `[6,1432, 46,2044]`, which is a list of four whole numbers.
  private var splitByCommas: String? {
    guard case .sequence(let items) = content, items.count == 4 else { return nil }
    let texts = items.compactMap { item -> String? in
      guard let scalar = item.scalar, case .integer = scalar.value else { return nil }
      return scalar.text
    }
    guard texts.count == 4, !texts[1].hasPrefix("-"), !texts[3].hasPrefix("-") else { return nil }
    return "[\(texts[0]).\(texts[1]), \(texts[2]).\(texts[3])]"
  }

  /// `[[lon, lat], …]`, one ring, or a list of such rings of which the first is the outline and the others are holes. By hand a ring
  /// need not be closed: where the last point isn't the first, the first is taken once more.
  func outline(diagnostics: inout Diagnostics) -> Outline? {
    lists("`polygon`", diagnostics: &diagnostics) { node, diagnostics in node.ring(diagnostics: &diagnostics) }
  }

  /// `[[lon, lat], …]`, one line, or a list of such lines, each as a ring of the outline, not closed.
  func lines(diagnostics: inout Diagnostics) -> Outline? {
    lists("`corridor`", diagnostics: &diagnostics) { node, diagnostics in
      node.line("a line of a corridor", least: 1, diagnostics: &diagnostics)
    }
  }

  /// One list of points, or a list of such lists.
  private func lists(
    _ what: String, diagnostics: inout Diagnostics, _ read: (YAMLNode, inout Diagnostics) -> Outline.Ring?
  ) -> Outline? {
    let example = "[6.15, 46.20], [6.16, 46.20], [6.16, 46.21]"
    guard let items = sequence(what, count: 1...OutlineLimits.points, item: example, diagnostics: &diagnostics) else {
      return nil
    }
    let isListOfLists: Bool = {
      guard case .sequence(let first)? = items.first?.content, let inner = first.first else { return false }
      return inner.isSequence
    }()
    var outline = Outline(span: span)
    var isWhole = true
    for node in isListOfLists ? items : [self] {
      if let ring = read(node, &diagnostics) { outline.rings.append(ring) } else { isWhole = false }
    }
    return isWhole ? outline : nil
  }

  var isSequence: Bool { if case .sequence = content { true } else { false } }

  private func ring(diagnostics: inout Diagnostics) -> Outline.Ring? {
    if case .sequence(let items) = content, items.count >= 6, items.count.isMultiple(of: 2),
      items.allSatisfy({ $0.scalar != nil })
    {
      diagnostics.error(
        "wrong-type", "the points of a polygon must be pairs, and this is a list of \(items.count) values", at: span,
        help: "put each point in brackets: `[[6.15, 46.20], [6.16, 46.20], [6.16, 46.21]]`")
      return nil
    }
    guard var ring = line("a ring of a polygon", least: 3, diagnostics: &diagnostics) else { return nil }
    if let first = ring.points.first, ring.points.last != first {
      ring.points.append(first)
      ring.spans.append(ring.spans[0])
    }
    return ring
  }

  private func line(_ what: String, least: Int, diagnostics: inout Diagnostics) -> Outline.Ring? {
    guard let items = sequence(what, count: least...OutlineLimits.points, diagnostics: &diagnostics) else { return nil }
    var line = Outline.Ring(span: span)
    for item in items {
      guard let point = item.coordinate("a point", diagnostics: &diagnostics) else { continue }
      line.points.append(point)
      line.spans.append(item.span)
    }
    return line.points.count == items.count ? line : nil
  }
}

/// How large an outline may be: a country's border at full detail has some hundred thousand points.
enum OutlineLimits {
  static let points = 1_000_000
}
