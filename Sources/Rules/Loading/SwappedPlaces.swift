import Config
public import Geo

/// Finds places whose longitude and latitude were exchanged, as maps show them: far from every other place of the files, and near one of
/// them when they are exchanged back.
///
/// Zones that lie together are judged together, since a whole file may be exchanged: all of them must fall beside zones of a larger group.
/// So a branch in another part of the world isn't taken for a mistake unless each of its places mirrors one of the others, to half a degree.
/// A lone place can't be told, nor one whose latitude would be beyond 90°, which is an error of its own.
struct SwappedPlaces {
  /// In degrees, along each axis: nearer than this is beside a known place.
  private static let near = 0.5
  /// Places farther apart than this, in degrees along an axis, lie elsewhere on Earth; nearer ones may be of one group.
  private static let far = 9.0
  /// So many of a group are told.
  private static let limit = 20

  private struct Cell: Hashable {
    var row: Int
    var column: Int
  }

  private let zones: [Zone]
  private let places: [Coordinate]
  /// The zones in each square of `far` degrees.
  private var squares: [Cell: [Int]] = [:]
  /// The same, of `near` degrees; only where there are several groups, or a drive asks.
  private var corners: [Cell: [Int]] = [:]
  /// By zone; −1 for one too large to be at a place.
  private var groups: [Int]
  private var members: [[Int]] = []

  init(_ zones: [Zone]) {
    self.zones = zones
    places = zones.map { zone in
      let box = zone.shape.boundingBox
      return Coordinate(latitude: (box.south + box.north) / 2, longitude: ((box.west + box.east) / 2).wrapped)
    }
    groups = Array(repeating: -1, count: zones.count)
    for (index, zone) in zones.enumerated() where isAtAPlace(zone) {
      squares[Self.cell(places[index], Self.far), default: []].append(index)
    }
    group()
  }

  private func isAtAPlace(_ zone: Zone) -> Bool {
    let box = zone.shape.boundingBox
    return max(box.north - box.south, box.east - box.west) < Self.far / 2
  }

  /// Squares that touch make one group.
  private mutating func group() {
    var seen: Set<Cell> = []
    // In the order of the zones, whatever the dictionary's.
    for index in zones.indices where groups[index] < 0 {
      let first = Self.cell(places[index], Self.far)
      guard isAtAPlace(zones[index]), seen.insert(first).inserted else { continue }
      var waiting = [first]
      var found: [Int] = []
      while let cell = waiting.popLast() {
        found += squares[cell] ?? []
        for next in Self.around(cell, Self.far) where squares[next] != nil && seen.insert(next).inserted {
          waiting.append(next)
        }
      }
      for zone in found { groups[zone] = members.count }
      members.append(found.sorted())
    }
  }

  // MARK: Zones

  /// Tells of zones.
  /// - Parameters:
  ///   - entries: of the rule files, for the places of coordinates that stand there.
  ///   - found: for the places of all others.
  mutating func tell(entries: [YAMLNode.Entry], in found: ZoneCollection, diagnostics: inout Diagnostics) {
    guard members.count > 1 else { return }
    noteCorners()
    var nodes: [String: (place: Coordinate, node: YAMLNode)] = [:]
    for entry in entries { nodes[entry.name] = Self.place(of: entry.value) }
    for group in members.indices {
      guard members[group].allSatisfy({ isSwapped($0, of: group) }) else { continue }
      for zone in members[group].prefix(Self.limit) {
        let id = zones[zone].id
        if let (place, node) = nodes[id] {
          Self.tell(place, node, diagnostics: &diagnostics)
        } else {
          diagnostics.warning(
            "swapped-place",
            "the zone `\(id)` is far from every other, and near one with longitude and latitude exchanged",
            at: found.places[id]?.span, help: "longitude stands first; exchange the two, if that is meant")
        }
      }
      let more = members[group].count - Self.limit
      guard more > 0 else { continue }
      let first = zones[members[group][0]].id
      diagnostics.warning(
        "swapped-place",
        "\(more) more zones around `\(first)` are like it: far from every other, and near one when exchanged",
        at: found.places[first]?.span, help: "longitude stands first; exchange the two, if that is meant")
    }
  }

  private func isSwapped(_ zone: Int, of group: Int) -> Bool {
    guard let swapped = places[zone].swapped else { return false }
    return neighbours(of: swapped).contains { other in
      let its = groups[other]
      guard its != group else { return false }
      // Most are right; of as many those that come first.
      let (mine, others) = (members[group].count, members[its].count)
      return others > mine || others == mine && its < group
    }
  }

  // MARK: Drives

  /// Tells of where the drives of tests begin.
  mutating func check(tests: [YAMLNode], diagnostics: inout Diagnostics) {
    for test in tests {
      guard let drive = test.member("drive"), case .sequence(let stops) = drive.content,
        let node = stops.first?.member("position")
      else { continue }
      var unused = Diagnostics()
      guard let place = node.coordinate("`position`", diagnostics: &unused), let swapped = place.swapped else {
        continue
      }
      let cell = Self.cell(place, Self.far)
      guard ([cell] + Self.around(cell, Self.far)).allSatisfy({ squares[$0] == nil }) else { continue }
      noteCorners()
      if !neighbours(of: swapped).isEmpty { Self.tell(place, node, diagnostics: &diagnostics) }
    }
  }

  private static func tell(_ place: Coordinate, _ node: YAMLNode, diagnostics: inout Diagnostics) {
    guard let swapped = place.swapped else { return }
    diagnostics.warning(
      "swapped-place", "this is far from every other place, and near one with longitude and latitude exchanged",
      at: node.span,
      help: "longitude stands first: write `[\(swapped.longitude), \(swapped.latitude)]`, if that is meant")
  }

  /// The ids of zones that are far from all of a drive, and near it with longitude and latitude exchanged; at most `limit`.
  static func zones(_ zones: [Zone], mirroredBy drive: [Coordinate]) -> [String] {
    guard let first = drive.first else { return [] }
    func isWithin(_ size: Double, _ a: Coordinate, _ b: Coordinate) -> Bool {
      abs(a.latitude - b.latitude) < size && abs((a.longitude - b.longitude).wrapped) < size
    }
    let mirrored = zones.lazy.filter { zone in
      let box = zone.shape.boundingBox
      let place = Coordinate(
        latitude: (box.south + box.north) / 2, longitude: ((box.west + box.east) / 2).wrapped)
      guard !isWithin(far, place, first), let swapped = place.swapped, isWithin(far, swapped, first) else {
        return false
      }
      return drive.contains { isWithin(near, swapped, $0) } && !drive.contains { isWithin(far, place, $0) }
    }
    return mirrored.prefix(limit).map(\.id)
  }

  // MARK: Squares

  private mutating func noteCorners() {
    guard corners.isEmpty else { return }
    for index in zones.indices where groups[index] >= 0 {
      corners[Self.cell(places[index], Self.near), default: []].append(index)
    }
  }

  /// Zones nearer than `near` along both axes.
  private func neighbours(of place: Coordinate) -> [Int] {
    let cell = Self.cell(place, Self.near)
    return ([cell] + Self.around(cell, Self.near)).flatMap { corners[$0] ?? [] }.filter { index in
      abs(places[index].latitude - place.latitude) < Self.near
        && abs((places[index].longitude - place.longitude).wrapped) < Self.near
    }
  }

  private static func cell(_ place: Coordinate, _ size: Double) -> Cell {
    Cell(row: Int(((place.latitude + 90) / size).rounded(.down)), column: column(place.longitude, size))
  }

  private static func column(_ longitude: Double, _ size: Double) -> Int {
    let columns = Int(360 / size)
    let column = Int(((longitude + 180) / size).rounded(.down)) % columns
    return column < 0 ? column + columns : column
  }

  private static func around(_ cell: Cell, _ size: Double) -> [Cell] {
    let columns = Int(360 / size)
    return (-1...1).flatMap { row in
      (-1...1).compactMap { column in
        row == 0 && column == 0
          ? nil : Cell(row: cell.row + row, column: (cell.column + column + columns) % columns)
      }
    }
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

extension RuleSet {
  /// The ids of zones that are far from all of a drive, and on its way with longitude and latitude exchanged; at most 20.
  public func zones(mirroredBy drive: [Coordinate]) -> [String] { SwappedPlaces.zones(zones, mirroredBy: drive) }
}

extension Coordinate {
  /// With longitude and latitude exchanged, where that is a place.
  fileprivate var swapped: Coordinate? {
    abs(longitude) <= 90 ? Coordinate(latitude: longitude, longitude: latitude) : nil
  }
}

extension Double {
  /// A longitude in −180…180.
  fileprivate var wrapped: Double { remainder(dividingBy: 360) }
}

extension YAMLNode {
  fileprivate func member(_ key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.name == key }?.value
  }
}
