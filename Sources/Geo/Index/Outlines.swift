/// The rings of all zones in one list: those of polygons that keep within the antimeridian, which need no second thought. It points into the
/// shapes that it was made of, and whoever has it keeps them.
struct Outlines: @unchecked Sendable {
  private struct Part {
    let ring: PackedRing
    /// A hole of the last outer ring before it.
    let isHole: Bool
  }

  private struct Start {
    /// Where the parts of a zone begin; it has none if it isn't here.
    let part: Int32
    /// Where the boxes of its parts begin; none for a zone of a few parts.
    let box: Int32
  }

  private let parts: [Part]
  /// Of each zone, and the end.
  private let starts: [Start]
  private let boxes: [PackedBox]

  init(_ shapes: [Shape]) {
    var parts: [Part] = []
    var boxes: [PackedBox] = []
    var starts: [Start] = []
    starts.reserveCapacity(shapes.count + 1)
    for shape in shapes {
      starts.append(Start(part: Int32(truncatingIfNeeded: parts.count), box: Int32(truncatingIfNeeded: boxes.count)))
      guard case .polygons(let polygons) = shape.geometry, shape.boundingBox.west >= -180,
        shape.boundingBox.east <= 180, shape.boundingBox.north < 90
      else { continue }
      for polygon in polygons {
        for index in 0..<polygon.packed.ringCount {
          parts.append(Part(ring: polygon.packed.ring(index), isHole: index > 0))
          if polygons.count > 2 { boxes.append(PackedBox(around: polygon.box(ofRing: index))) }
        }
      }
    }
    starts.append(Start(part: Int32(truncatingIfNeeded: parts.count), box: Int32(truncatingIfNeeded: boxes.count)))
    self.parts = parts
    self.starts = starts
    self.boxes = boxes
  }

  @inline(__always)
  func holds(_ zone: Int) -> Bool { starts[zone].part < starts[zone + 1].part }

  /// `nil` for a zone that isn't here, and on the antimeridian, which has two longitudes.
  @inline(__always)
  func contains(_ place: PackedRing.Place, _ zone: Int) -> Bool? {
    let (start, end) = (Int(starts[zone].part), Int(starts[zone + 1].part))
    guard start < end, place.x > -180 else { return nil }
    let box = Int(starts[zone].box)
    let hasBoxes = box < Int(starts[zone + 1].box)
    var isInside = false
    for index in start..<end {
      let part = parts[index]
      if !part.isHole, isInside { return true }
      if part.isHole, !isInside { continue }
      if hasBoxes, !boxes[box + index - start].mayHold(place) { continue }
      if part.ring.contains(place) { isInside = !part.isHole }
    }
    return isInside
  }

  @inline(__always)
  func search(_ search: inout PlaneSearch, _ zone: Int) {
    for index in Int(starts[zone].part)..<Int(starts[zone + 1].part) { parts[index].ring.search(&search) }
  }
}

extension PackedBox {
  fileprivate init(around box: BoundingBox) {
    self = .empty
    add(Coordinate(latitude: box.south, longitude: box.west), per: FixedPoint.perDegree)
    add(Coordinate(latitude: box.north, longitude: box.east), per: FixedPoint.perDegree)
  }

  /// False where the place is surely beyond the box.
  @inline(__always)
  fileprivate func mayHold(_ place: PackedRing.Place) -> Bool {
    west <= place.column && east >= place.column && south <= place.row && north >= place.row
  }
}
