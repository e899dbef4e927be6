/// Many zones, and which of them hold a place.
public struct ZoneIndex: Sendable {
  public let shapes: [Shape]
  let tree: ZoneTree
  /// Where the rings of ordinary polygons lie, which `shapes` keeps alive: looking at them there costs no count of references.
  private let outlines: Outlines

  /// A zone is known by its place in the list. Takes 45 bytes a zone beside the shapes, and some hundred nanoseconds.
  public init(_ shapes: [Shape]) {
    self.shapes = shapes
    tree = ZoneTree(shapes.map(\.boundingBox))
    outlines = Outlines(shapes)
  }

  /// Appends the zones that hold the place, in no particular order. For places that have nothing to do with one another; for the fixes of a
  /// vehicle see `ZoneWatch`.
  public func zones(containing place: Coordinate, into found: inout [Int32]) {
    let place = place.canonical
    let packed = PackedRing.Place(x: place.longitude, y: place.latitude, isCoarse: false)
    visit(tree.levels[tree.top]..<tree.levels[tree.top + 1], level: tree.top, place, packed, &found)
  }

  /// Appends the zones whose boxes meet the given one, in no particular order; a few more at the antimeridian.
  public func zones(meeting box: BoundingBox, into found: inout [Int32]) { tree.meeting(box, into: &found) }

  private func visit(
    _ places: Range<Int>, level: Int, _ place: Coordinate, _ packed: PackedRing.Place, _ found: inout [Int32]
  ) {
    // Boxes are whole numbers, and so a place that rounds down into one may lie just beyond; the shapes decide. First all are compared
    // without a branch, since it is hard to foresee which hold the place.
    var held: UInt32 = 0
    tree.boxes.withUnsafeBufferPointer { boxes in
      for (bit, number) in places.enumerated() {
        let box = boxes[number]
        let isHeld: UInt32 =
          (box.x <= packed.column ? 1 : 0) & (box.z >= packed.column ? 1 : 0) & (box.y <= packed.row ? 1 : 0)
          & (box.w >= packed.row ? 1 : 0)
        held |= isHeld &<< UInt32(truncatingIfNeeded: bit)
      }
    }
    while held != 0 {
      let number = places.lowerBound + held.trailingZeroBitCount
      held &= held &- 1
      if level > 0 {
        visit(tree.children(of: number, level: level), level: level - 1, place, packed, &found)
      } else {
        let zone = tree.leaves[number]
        if outlines.contains(packed, Int(zone)) ?? shapes[Int(zone)].contains(place) { found.append(zone) }
      }
    }
  }

  /// Whether a zone holds a place (of canonical longitude).
  @inline(__always)
  func contains(_ place: Coordinate, _ zone: Int) -> Bool {
    outlines.contains(PackedRing.Place(x: place.longitude, y: place.latitude, isCoarse: false), zone)
      ?? shapes[zone].contains(place)
  }

  /// How clear of a zone's border the place is that the search is from.
  @inline(__always)
  func clearance(of zone: Int, at place: Coordinate, _ search: PlaneSearch) -> Shape.Clearance {
    guard outlines.holds(zone) else { return shapes[zone].clearance(at: place, search) }
    var search = search
    outlines.search(&search, zone)
    return .plane(search.bound.squareRoot())
  }
}
