import Config
import Geo

extension YAMLNode {
  /// A place as `[longitude, latitude]`, in degrees and in the order of GeoJSON.
  func coordinate(_ what: String, diagnostics: inout Diagnostics) -> Coordinate? {
    guard case .sequence(let items) = content, items.count == 2 else {
      diagnostics.error(
        "wrong-type", "\(what) must be `[longitude, latitude]`, and this is \(description)", at: span,
        help: "write two numbers in brackets, longitude first: `[6.1432, 46.2044]`")
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

  /// `[[lon, lat], …]`, one ring, or a list of such rings of which the first is the outline and the others are holes. By hand a ring
  /// need not be closed: where the last point isn't the first, the first is taken once more.
  func outline(diagnostics: inout Diagnostics) -> Outline? {
    guard let items = sequence("`polygon`", count: 1...OutlineLimits.points, diagnostics: &diagnostics) else {
      return nil
    }
    let isListOfRings: Bool = {
      guard case .sequence(let first)? = items.first?.content, let inner = first.first else { return false }
      if case .sequence = inner.content { return true }
      return false
    }()
    var outline = Outline(span: span)
    var isWhole = true
    for node in isListOfRings ? items : [self] {
      guard let ring = node.ring(diagnostics: &diagnostics) else {
        isWhole = false
        continue
      }
      outline.rings.append(ring)
    }
    return isWhole ? outline : nil
  }

  private func ring(diagnostics: inout Diagnostics) -> Outline.Ring? {
    guard let items = sequence("a ring of a polygon", count: 3...OutlineLimits.points, diagnostics: &diagnostics) else {
      return nil
    }
    var ring = Outline.Ring(span: span)
    for item in items {
      guard let point = item.coordinate("a point", diagnostics: &diagnostics) else { continue }
      ring.points.append(point)
      ring.spans.append(item.span)
    }
    guard ring.points.count == items.count else { return nil }
    if let first = ring.points.first, ring.points.last != first {
      ring.points.append(first)
      ring.spans.append(ring.spans[0])
    }
    return ring
  }
}

/// How large an outline may be: a country's border at full detail has some hundred thousand points.
enum OutlineLimits {
  static let points = 1_000_000
}
