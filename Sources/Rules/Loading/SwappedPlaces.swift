import Config
import Geo

/// Finds places whose longitude and latitude were exchanged, as maps show them: far from every other place of the files, and near one of
/// them when they are exchanged back.
///
/// A lone place can't be told, nor one whose latitude would be beyond 90°, which is an error of its own.
struct SwappedPlaces {
  /// In degrees, along each axis: nearer than this is beside a known place, farther than `far` is elsewhere on earth.
  private static let near = 0.5
  private static let far = 9.0

  private var known: [Coordinate] = []

  init(zones: [YAMLNode.Entry], diagnostics: inout Diagnostics) {
    var straight: [(place: Coordinate, node: YAMLNode)] = []
    var strange: [(place: Coordinate, node: YAMLNode)] = []
    for entry in zones {
      guard let (place, node) = Self.place(of: entry.value) else { continue }
      known = straight.map(\.place)
      if isSwapped(place) { strange.append((place, node)) } else { straight.append((place, node)) }
    }
    // The first may be the one that is wrong: most are right.
    if strange.count > straight.count { swap(&straight, &strange) }
    known = straight.map(\.place)
    for (place, node) in strange { tell(place, node, diagnostics: &diagnostics) }
  }

  /// Tells of where the drives of tests begin.
  func check(tests: [YAMLNode], diagnostics: inout Diagnostics) {
    for test in tests {
      guard let drive = test.member("drive"), case .sequence(let stops) = drive.content,
        let node = stops.first?.member("position")
      else { continue }
      var unused = Diagnostics()
      if let place = node.coordinate("`position`", diagnostics: &unused) {
        tell(place, node, diagnostics: &diagnostics)
      }
    }
  }

  private func isSwapped(_ place: Coordinate) -> Bool {
    guard !known.isEmpty, abs(place.longitude) <= 90 else { return false }
    let swapped = Coordinate(latitude: place.longitude, longitude: place.latitude)
    return known.allSatisfy { Self.degrees($0, place) > Self.far }
      && known.contains { Self.degrees($0, swapped) < Self.near }
  }

  private func tell(_ place: Coordinate, _ node: YAMLNode, diagnostics: inout Diagnostics) {
    guard isSwapped(place) else { return }
    let swapped = Coordinate(latitude: place.longitude, longitude: place.latitude)
    diagnostics.warning(
      "swapped-place", "this is far from every other place, and near one with longitude and latitude exchanged",
      at: node.span,
      help: "longitude stands first: write `[\(swapped.longitude), \(swapped.latitude)]`, if that is meant")
  }

  /// The larger of the distances along the axes.
  private static func degrees(_ a: Coordinate, _ b: Coordinate) -> Double {
    max(abs(a.latitude - b.latitude), abs(a.longitude - b.longitude))
  }

  /// The centre of a circle, or a polygon's first corner. What is wrong with them is told where they are read.
  private static func place(of zone: YAMLNode) -> (Coordinate, YAMLNode)? {
    var unused = Diagnostics()
    if let node = zone.member("circle") { return node.coordinate("`circle`", diagnostics: &unused).map { ($0, node) } }
    guard var node = zone.member("polygon") else { return nil }
    // A ring, or a list of rings.
    for _ in 0..<2 {
      guard case .sequence(let items) = node.content, let first = items.first else { return nil }
      node = first
      if case .sequence(let parts) = node.content, parts.first?.scalar != nil { break }
    }
    return node.coordinate("a point", diagnostics: &unused).map { ($0, node) }
  }
}

extension YAMLNode {
  fileprivate func member(_ key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.name == key }?.value
  }
}
