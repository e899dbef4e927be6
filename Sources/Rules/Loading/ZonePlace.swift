import Config

/// Where a zone is declared. A place in a GeoJSON file becomes a line only when somebody asks, since there may be 100,000.
enum ZonePlace {
  case span(SourceSpan)
  case bytes(Int, SourceMap)

  var span: SourceSpan {
    switch self {
    case .span(let span): span
    case .bytes(let offset, let map): map.span(offset..<offset)
    }
  }

  /// `zones.d/sites.geojson:17`.
  var text: String { "\(span.file):\(span.start.line)" }
}
