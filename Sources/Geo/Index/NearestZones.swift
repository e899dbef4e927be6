/// How far the nearest of many zones is.
public struct NearestZones: Sendable {
  private let shapes: [Shape]
  private let tree: ZoneTree

  public init(_ shapes: [Shape]) {
    self.shapes = shapes
    tree = ZoneTree(shapes.map(\.boundingBox))
  }

  /// Metres to the border of the zone that it is least for, negative inside it: the least of all `-signedDistance(place)`, to the last bit. `nil` for no zones.
  public func distance(from place: Coordinate) -> Double? {
    var best: Double?
    if !tree.boxes.isEmpty { descend(tree.levels[tree.top]..<tree.levels[tree.top + 1], level: tree.top, place, &best) }
    return best
  }

  private func descend(_ places: Range<Int>, level: Int, _ place: Coordinate, _ best: inout Double?) {
    // The nearest first; of no more than a node's children.
    var order = places.map { (least: least(of: $0, from: place), place: $0) }
    order.sort { ($0.least, $0.place) < ($1.least, $1.place) }
    for (least, node) in order {
      // Outside a box, how far it is bounds how far the shapes in it are, but for the rounding of their own distances: within a centimetre it
      // decides nothing. Inside, they may be as deep as they like.
      if let best, least > 0, least > best + 0.05 { return }
      if level > 0 {
        descend(tree.children(of: node, level: level), level: level - 1, place, &best)
      } else {
        let distance = -shapes[Int(tree.leaves[node])].signedDistance(place)
        if distance < best ?? .infinity { best = distance }
      }
    }
  }

  /// Metres to the box at least; 0 inside it.
  private func least(of node: Int, from place: Coordinate) -> Double {
    let box = tree.boxes[node]
    return BoundingBox(
      south: FixedPoint.degrees(of: box.y), west: FixedPoint.degrees(of: box.x), north: FixedPoint.degrees(of: box.w),
      east: FixedPoint.degrees(of: box.z)
    ).leastDistance(to: place)
  }
}
