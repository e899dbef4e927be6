extension Shape {
  /// Square metres; the land of Asia, Europe and Africa is 85 million km².
  private static let absurdArea = 1e14
  /// Metres: of ρ, so that a zone is twice as wide.
  private static let absurdRadius = 0.5

  /// What is odd about the size of the whole; what is odd about rings is for `Polygon.issues(in:)`.
  public var issues: [GeometryIssue] {
    var kinds: [GeometryIssue.Kind] = []
    if area > Self.absurdArea { kinds.append(.tooLarge) }
    // Where rings cross, or a hole lies beside, parts of the area count against each other.
    if characteristicRadius < Self.absurdRadius, case .polygons(let polygons) = geometry,
      polygons.allSatisfy({ Crossings.issues(in: $0.rings).isEmpty && HolePlaces.issues(in: $0.rings).isEmpty })
    {
      kinds.append(.tooNarrow)
    }
    if case .corridor(let lines, let width) = geometry {
      let length = (perimeter - .pi * width * Double(lines.count)) / 2
      if width > 10_000 || (width > 1000 && width > length) { kinds.append(.wideCorridor) }
    }
    return kinds.map { GeometryIssue($0) }
  }
}
