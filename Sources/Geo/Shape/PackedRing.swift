/// One ring or line of `PackedRings`, while its memory is held.
struct PackedRing {
  let base: UnsafeRawPointer
  /// Points.
  let count32: Int32
  let isFixed: Bool
  let isCoarse: Bool

  @inline(__always)
  var count: Int { Int(count32) }

  /// Units of the boxes in a degree.
  @inline(__always)
  static func scale(isCoarse: Bool) -> Double { isCoarse ? 1e6 : FixedPoint.perDegree }

  @inline(__always)
  func point(_ index: Int) -> Coordinate {
    if isFixed {
      let (x, y) = fixed(index)
      return Coordinate(latitude: FixedPoint.degrees(of: y), longitude: FixedPoint.degrees(of: x))
    }
    return Coordinate(
      latitude: base.loadUnaligned(fromByteOffset: 16 * index + 8, as: Double.self),
      longitude: base.loadUnaligned(fromByteOffset: 16 * index, as: Double.self))
  }

  @inline(__always)
  private func fixed(_ index: Int) -> (x: Int32, y: Int32) {
    (base.load(fromByteOffset: 8 * index, as: Int32.self), base.load(fromByteOffset: 8 * index + 4, as: Int32.self))
  }

  @inline(__always)
  private var boxes: UnsafeRawPointer { base + count * (isFixed ? 8 : 16) }

  @inline(__always)
  private func box(_ number: Int) -> PackedBox {
    let at = boxes + 16 * number
    return PackedBox(
      west: at.load(as: Int32.self), south: at.load(fromByteOffset: 4, as: Int32.self),
      east: at.load(fromByteOffset: 8, as: Int32.self), north: at.load(fromByteOffset: 12, as: Int32.self))
  }

  // MARK: Containment

  /// Even-odd by the half-open crossing test: a ray to the east crosses an edge whose lower end is at or below the point and whose upper
  /// end is above it. Exact. Of a stretch that lies wholly to the east, only where it begins and where it ends counts.
  @inline(__always)
  func contains(x: Double, y: Double) -> Bool { contains(Place(x: x, y: y, isCoarse: isCoarse)) }

  @inline(__always)
  func contains(_ place: Place) -> Bool {
    let levels = Levels(points: count)
    guard levels.count > 0 else { return crosses(place, edges: 0..<(count - 1)) }
    return crosses(
      place, levels, level: levels.count - 1, nodes: 0..<Int(levels.sizes[levels.count - 1]))
  }

  /// A place, also in whole numbers as a ring's boxes have them.
  struct Place {
    let x: Double
    let y: Double
    /// Rounded down.
    let column: Int32
    let row: Int32

    @inline(__always)
    init(x: Double, y: Double, isCoarse: Bool) {
      let scale = PackedRing.scale(isCoarse: isCoarse)
      self.x = x
      self.y = y
      column = FixedPoint.floor(x, per: scale)
      row = FixedPoint.floor(y, per: scale)
    }
  }

  /// Of so many boxes in a row, first all are compared without a branch: which of them a parallel crosses is hard to foresee.
  private func crosses(_ place: Place, _ levels: Levels, level: Int, nodes: Range<Int>) -> Bool {
    let boxes = boxes + 16 * (Int(levels.starts[level]) + nodes.lowerBound)
    var met: UInt32 = 0
    for number in 0..<nodes.count {
      let at = boxes + 16 * number
      // Neither all at or below the point, nor all above it, nor all to its west.
      let isNorth = at.load(fromByteOffset: 12, as: Int32.self) > place.row
      let isSouth = at.load(fromByteOffset: 4, as: Int32.self) <= place.row
      let isEast = at.load(fromByteOffset: 8, as: Int32.self) >= place.column
      met |= (Self.bit(isNorth) & Self.bit(isSouth) & Self.bit(isEast)) &<< UInt32(truncatingIfNeeded: number)
    }
    var span = 1
    for _ in 0...level { span *= PackedRings.fan }
    var odd = false
    while met != 0 {
      let node = nodes.lowerBound + met.trailingZeroBitCount
      met &= met &- 1
      let first = node * span
      let last = min(first + span, count - 1)
      if (boxes + 16 * (node - nodes.lowerBound)).load(as: Int32.self) > place.column {
        odd = odd != (isAbove(first, place) != isAbove(last, place))
      } else if level == 0 {
        odd = odd != crosses(place, edges: first..<last)
      } else {
        let child = node * PackedRings.fan
        let children = child..<min(child + PackedRings.fan, Int(levels.sizes[level - 1]))
        odd = odd != crosses(place, levels, level: level - 1, nodes: children)
      }
    }
    return odd
  }

  @inline(__always)
  private static func bit(_ flag: Bool) -> UInt32 { flag ? 1 : 0 }

  @inline(__always)
  private func isAbove(_ index: Int, _ place: Place) -> Bool {
    isFixed ? fixed(index).y > place.row : point(index).latitude > place.y
  }

  @inline(__always)
  private func crosses(_ place: Place, edges: Range<Int>) -> Bool {
    var odd = false
    if isFixed {
      // One bit a point, the first highest, then one for each edge that goes across the parallel.
      let edgeCount = UInt32(truncatingIfNeeded: edges.count)
      var above: UInt32 = 0
      for index in edges.lowerBound...edges.upperBound { above = above &<< 1 | Self.bit(fixed(index).y > place.row) }
      var crossed = (above ^ (above &>> 1)) & ((1 &<< edgeCount) &- 1)
      while crossed != 0 {
        let index = edges.upperBound - 1 - crossed.trailingZeroBitCount
        crossed &= crossed &- 1
        let (a, b) = (fixed(index).x, fixed(index + 1).x)
        if min(a, b) > place.column {
          odd.toggle()
        } else if max(a, b) >= place.column, isEast(place, point(index), point(index + 1)) {
          odd.toggle()
        }
      }
    } else {
      var a = point(edges.lowerBound)
      for index in edges {
        let b = point(index + 1)
        if (a.latitude > place.y) != (b.latitude > place.y) {
          if a.longitude > place.x, b.longitude > place.x {
            odd.toggle()
          } else if a.longitude >= place.x || b.longitude >= place.x, isEast(place, a, b) {
            odd.toggle()
          }
        }
        a = b
      }
    }
    return odd
  }

  /// Whether an edge that the point's parallel crosses is to the east of it. Always from the lower end to the upper, so that a shared
  /// border is one and the same line from both sides.
  private func isEast(_ place: Place, _ a: Coordinate, _ b: Coordinate) -> Bool {
    let (low, high) = b.latitude > place.y ? (a, b) : (b, a)
    return Orientation.sign(
      ax: low.longitude, ay: low.latitude, bx: high.longitude, by: high.latitude, cx: place.x, cy: place.y) > 0
  }

  // MARK: Searching

  /// Shows the search every edge that may matter to it, the nearest stretches first.
  @inline(__always)
  func search(_ search: inout some EdgeSearch) {
    let levels = Levels(points: count)
    guard levels.count > 0 else { return look(&search, edges: 0..<(count - 1)) }
    descend(
      &search, levels, level: levels.count - 1, nodes: 0..<Int(levels.sizes[levels.count - 1]))
  }

  private func descend<S: EdgeSearch>(_ search: inout S, _ levels: Levels, level: Int, nodes: Range<Int>) {
    // Rounding in the last place is of no account: boxes are only to tell what is surely too far.
    let unit = isCoarse ? 1e-6 : 1e-7
    withUnsafeTemporaryAllocation(of: Double.self, capacity: PackedRings.fan) { least in
      var nearest = nodes.lowerBound
      for (place, node) in nodes.enumerated() {
        let box = box(Int(levels.starts[level]) + node)
        least.initializeElement(
          at: place,
          to: search.least(
            west: Double(box.west) * unit, south: Double(box.south) * unit, east: Double(box.east) * unit,
            north: Double(box.north) * unit))
        if least[place] < least[nearest - nodes.lowerBound] { nearest = node }
      }
      visit(&search, levels, level: level, node: nearest, least: least[nearest - nodes.lowerBound])
      for node in nodes where node != nearest {
        visit(&search, levels, level: level, node: node, least: least[node - nodes.lowerBound])
      }
    }
  }

  @inline(__always)
  private func visit<S: EdgeSearch>(_ search: inout S, _ levels: Levels, level: Int, node: Int, least: Double) {
    guard least <= search.bound else { return }
    let first = node * PackedRings.fan
    if level == 0 {
      look(&search, edges: first..<min(first + PackedRings.fan, count - 1))
    } else {
      descend(
        &search, levels, level: level - 1, nodes: first..<min(first + PackedRings.fan, Int(levels.sizes[level - 1])))
    }
  }

  @inline(__always)
  private func look<S: EdgeSearch>(_ search: inout S, edges: Range<Int>) {
    var a = S.isExact ? point(edges.lowerBound) : rough(edges.lowerBound)
    for index in edges {
      let b = S.isExact ? point(index + 1) : rough(index + 1)
      search.look(at: a, b)
      a = b
    }
  }

  /// The point but for rounding, without a division.
  @inline(__always)
  private func rough(_ index: Int) -> Coordinate {
    guard isFixed else { return point(index) }
    let (x, y) = fixed(index)
    return Coordinate(latitude: Double(y) * 1e-7, longitude: Double(x) * 1e-7)
  }
}

/// Looks for the nearest edge, by some measure of its own.
protocol EdgeSearch {
  /// Whether it must see points as they were given; else they may be off by the last place.
  static var isExact: Bool { get }
  /// No edge that is farther than this, by that measure, matters any more.
  var bound: Double { get }
  /// The least distance that an edge within a box (degrees) can have, by that measure.
  func least(west: Double, south: Double, east: Double, north: Double) -> Double
  mutating func look(at a: Coordinate, _ b: Coordinate)
}
