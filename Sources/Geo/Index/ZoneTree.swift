/// Which of many boxes hold a point: a packed R-tree in two flat arrays (17 + 4 bytes a box), its leaves in the order of a Hilbert curve.
///
/// I. Kamel, C. Faloutsos, "Hilbert R-tree: An Improved R-tree Using Fractals", *VLDB* 1994. Boxes are widened to whole ten-millionths of
/// a degree; one that reaches ±180 or beyond is taken as the whole circle of longitude, so that no search has to go round.
final class ZoneTree: Sendable {
  /// Children of a node.
  static let fan = 16

  /// West, south, east, north: first the leaves' boxes, then level by level up to the root's children.
  let boxes: [SIMD4<Int32>]
  /// What each leaf stands for: a number of the boxes given.
  let leaves: [Int32]
  /// Where each level begins in `boxes`, from the leaves up, and the end.
  let levels: [Int]

  /// - Parameter given: a box for each zone; a zone is known by its place in this list.
  init(_ given: [BoundingBox]) {
    let packed = given.map(Self.packed)
    let keys = packed.map(Self.key)
    let order = packed.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    leaves = order.map { Int32($0) }
    var boxes = order.map { packed[$0] }
    var levels = [0]
    var count = boxes.count
    while count > Self.fan {
      let start = levels[levels.count - 1]
      levels.append(boxes.count)
      for first in stride(from: start, to: start + count, by: Self.fan) {
        var box = boxes[first]
        for index in first..<min(first + Self.fan, start + count) { box = Self.union(box, boxes[index]) }
        boxes.append(box)
      }
      count = boxes.count - levels[levels.count - 1]
    }
    levels.append(boxes.count)
    self.boxes = boxes
    self.levels = levels
  }

  var top: Int { levels.count - 2 }

  /// The children of a node one level further down, as places in `boxes`.
  @inline(__always)
  func children(of node: Int, level: Int) -> Range<Int> {
    let start = levels[level - 1]
    let first = start + (node - levels[level]) * Self.fan
    return first..<min(first + Self.fan, levels[level])
  }

  /// Appends what stands for each box that meets the given one, in no particular order.
  func meeting(_ box: BoundingBox, into found: inout [Int32]) {
    guard !boxes.isEmpty else { return }
    meeting(Self.packed(box), levels[top]..<levels[top + 1], level: top, &found)
  }

  private func meeting(_ box: SIMD4<Int32>, _ places: Range<Int>, level: Int, _ found: inout [Int32]) {
    for place in places {
      let other = boxes[place]
      guard other.x <= box.z, other.z >= box.x, other.y <= box.w, other.w >= box.y else { continue }
      if level > 0 {
        meeting(box, children(of: place, level: level), level: level - 1, &found)
      } else {
        found.append(leaves[place])
      }
    }
  }

  private static func packed(_ box: BoundingBox) -> SIMD4<Int32> {
    let isPlain = box.west > -180 && box.east < 180
    return SIMD4(
      FixedPoint.floor(isPlain ? box.west : -180), FixedPoint.floor(box.south),
      FixedPoint.ceiling(isPlain ? box.east : 180), FixedPoint.ceiling(box.north))
  }

  private static func union(_ a: SIMD4<Int32>, _ b: SIMD4<Int32>) -> SIMD4<Int32> {
    SIMD4(min(a.x, b.x), min(a.y, b.y), max(a.z, b.z), max(a.w, b.w))
  }

  /// The box's middle along a Hilbert curve of 2¹⁶ × 2¹⁶ cells.
  private static func key(_ box: SIMD4<Int32>) -> UInt32 {
    func cell(_ low: Int32, _ high: Int32, _ half: Double) -> UInt32 {
      let middle = (Double(low) + Double(high)) / 2 / FixedPoint.perDegree
      return UInt32(max(0, min(65535, (middle + half) / (2 * half) * 65536)))
    }
    var (x, y) = (cell(box.x, box.z, 180), cell(box.y, box.w, 90))
    var key: UInt32 = 0
    var side: UInt32 = 1 << 15
    while side > 0 {
      let (right, up): (UInt32, UInt32) = (x & side != 0 ? 1 : 0, y & side != 0 ? 1 : 0)
      key = key &* 4 &+ ((3 &* right) ^ up)
      if up == 0 {
        if right == 1 { (x, y) = (65535 - x, 65535 - y) }
        (x, y) = (y, x)
      }
      side >>= 1
    }
    return key
  }
}
