import Config
import Geo

/// The rings of a polygon with the place of every point in its file, so that what is wrong with the outline is told where it stands.
struct Outline {
  struct Ring {
    var points: [Coordinate] = []
    var spans: [SourceSpan] = []
    /// The whole ring.
    var span: SourceSpan
  }

  var rings: [Ring] = []
  var span: SourceSpan

  /// The polygon, or nil after telling why there is none. What is odd but has a meaning is a warning.
  func polygon(diagnostics: inout Diagnostics) -> Polygon? {
    let coordinates = rings.map(\.points)
    for issue in Polygon.issues(in: coordinates) {
      tell(issue, diagnostics: &diagnostics)
    }
    do { return try Polygon(rings: coordinates) } catch {
      // Told already, unless it fell behind the limit of issues.
      if !diagnostics.hasErrors { tell(error.issue, diagnostics: &diagnostics) }
      return nil
    }
  }

  func tell(_ issue: GeometryIssue, diagnostics: inout Diagnostics) {
    let ring = rings.indices.contains(issue.ring) ? rings[issue.ring] : nil
    let place = ring.map { $0.spans.indices.contains(issue.point) ? $0.spans[issue.point] : $0.span } ?? span
    if issue.severity == .error {
      diagnostics.error("geometry", issue.message, at: place, help: issue.help)
    } else {
      diagnostics.warning("geometry", issue.message, at: place, help: issue.help)
    }
  }
}

/// What a fault of a circle is called where it stands in a file.
enum CircleReader {
  static func shape(
    center: Coordinate, radius: Double, at span: SourceSpan, diagnostics: inout Diagnostics
  ) -> Shape? {
    do { return try .circle(center: center, radius: radius) } catch {
      diagnostics.error("geometry", error.issue.message, at: span, help: error.issue.help)
      return nil
    }
  }
}
