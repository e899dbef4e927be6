/// Closed rings, or lines, in one block of memory: 8 bytes a point where every coordinate is a whole number of ten-millionths of a degree,
/// else 16, bit for bit what was given; and a byte a point for the boxes that make searches short.
///
/// Sixteen edges in a row have a box, sixteen such boxes in a row have one, and so on until sixteen or fewer are left. Layout in 32-bit words: for each ring
/// its count of points and where they begin, then for each ring its points (longitude, latitude) and its boxes from the lowest level up.
struct PackedRings: @unchecked Sendable, Hashable {
  /// Edges in a lowest box, and boxes in a box.
  static let fan = 16

  private let words: Words
  let ringCount: Int
  /// Whether points are whole numbers.
  let isFixed: Bool
  /// Whether the boxes are of millionths of a degree, since some longitude would not fit otherwise.
  let isCoarse: Bool

  init(_ rings: [[Coordinate]]) {
    isFixed = rings.allSatisfy { ring in
      ring.allSatisfy { FixedPoint.number(for: $0.longitude) != nil && FixedPoint.number(for: $0.latitude) != nil }
    }
    isCoarse = !rings.allSatisfy { $0.allSatisfy { abs($0.longitude) < 214 } }
    let boxScale = PackedRing.scale(isCoarse: isCoarse)
    ringCount = rings.count
    let each = isFixed ? 2 : 4
    var words: [Int32] = []
    words.reserveCapacity(
      rings.reduce(2 * rings.count) { $0 + $1.count * each + 4 * Levels(points: $1.count).boxes })
    words.append(contentsOf: repeatElement(0, count: 2 * rings.count))
    for (index, ring) in rings.enumerated() {
      words[2 * index] = Int32(ring.count)
      words[2 * index + 1] = Int32(words.count)
      for point in ring {
        Self.append(point.longitude, isFixed, to: &words)
        Self.append(point.latitude, isFixed, to: &words)
      }
      Self.appendBoxes(of: ring, per: boxScale, to: &words)
    }
    self.words = Words.holding(words)
  }

  private static func append(_ degrees: Double, _ isFixed: Bool, to words: inout [Int32]) {
    if isFixed {
      words.append(FixedPoint.number(for: degrees) ?? 0)
    } else {
      let bits = degrees.bitPattern
      words.append(Int32(truncatingIfNeeded: bits))
      words.append(Int32(truncatingIfNeeded: bits >> 32))
    }
  }

  private static func appendBoxes(of ring: [Coordinate], per boxScale: Double, to words: inout [Int32]) {
    let levels = Levels(points: ring.count)
    guard levels.count > 0 else { return }
    var below = words.count
    var belowCount = 0
    for start in stride(from: 0, to: ring.count - 1, by: fan) {
      var box = PackedBox.empty
      for point in ring[start...min(start + fan, ring.count - 1)] { box.add(point, per: boxScale) }
      box.append(to: &words)
      belowCount += 1
    }
    for _ in 1..<levels.count {
      let next = words.count
      var count = 0
      for start in stride(from: 0, to: belowCount, by: fan) {
        var box = PackedBox.empty
        for child in start..<min(start + fan, belowCount) {
          let at = below + 4 * child
          box.add(PackedBox(west: words[at], south: words[at + 1], east: words[at + 2], north: words[at + 3]))
        }
        box.append(to: &words)
        count += 1
      }
      (below, belowCount) = (next, count)
    }
  }

  /// As they were given.
  var rings: [[Coordinate]] {
    (0..<ringCount).map { index in
      withRing(index) { ring in (0..<ring.count).map { ring.point($0) } }
    }
  }

  /// A ring, to be used while this value is kept.
  @inline(__always)
  func ring(_ index: Int) -> PackedRing {
    let base = words.base
    let count = base.load(fromByteOffset: 8 * index, as: Int32.self)
    let start = Int(base.load(fromByteOffset: 8 * index + 4, as: Int32.self))
    return PackedRing(base: base + 4 * start, count32: count, isFixed: isFixed, isCoarse: isCoarse)
  }

  @inline(__always)
  func withRing<R>(_ index: Int, _ body: (PackedRing) -> R) -> R {
    withExtendedLifetime(words) { body(ring(index)) }
  }

  static func == (a: PackedRings, b: PackedRings) -> Bool {
    a.isFixed == b.isFixed && a.ringCount == b.ringCount && a.words.isEqual(to: b.words)
  }

  func hash(into hasher: inout Hasher) { words.hash(into: &hasher) }
}

/// Words that never change, at an address that doesn't either: so an index may point at them.
private final class Words: ManagedBuffer<Int, Int32> {
  static func holding(_ words: [Int32]) -> Words {
    let made = Words.create(minimumCapacity: words.count) { _ in words.count }
    made.withUnsafeMutablePointerToElements { elements in
      for (index, word) in words.enumerated() { (elements + index).initialize(to: word) }
    }
    return unsafeDowncast(made, to: Words.self)
  }

  /// Valid while this object lives.
  @inline(__always)
  var base: UnsafeRawPointer { withUnsafeMutablePointerToElements { UnsafeRawPointer($0) } }

  private var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: 4 * header) }

  func isEqual(to other: Words) -> Bool { self === other || bytes.elementsEqual(other.bytes) }

  func hash(into hasher: inout Hasher) { hasher.combine(bytes: bytes) }
}

/// The smallest box around points, widened to whole numbers.
struct PackedBox {
  var west: Int32
  var south: Int32
  var east: Int32
  var north: Int32

  static let empty = PackedBox(west: .max, south: .max, east: .min, north: .min)

  mutating func add(_ point: Coordinate, per scale: Double) {
    add(
      PackedBox(
        west: FixedPoint.floor(point.longitude, per: scale), south: FixedPoint.floor(point.latitude, per: scale),
        east: FixedPoint.ceiling(point.longitude, per: scale), north: FixedPoint.ceiling(point.latitude, per: scale)))
  }

  mutating func add(_ other: PackedBox) {
    west = min(west, other.west)
    south = min(south, other.south)
    east = max(east, other.east)
    north = max(north, other.north)
  }

  func append(to words: inout [Int32]) { words += [west, south, east, north] }
}

/// How many boxes a ring has on which level.
struct Levels {
  private(set) var count = 0
  /// Boxes on all levels.
  private(set) var boxes = 0
  /// Where a level begins, in boxes; how many it has.
  private(set) var starts = SIMD8<Int32>(repeating: 0)
  private(set) var sizes = SIMD8<Int32>(repeating: 0)

  @inline(__always)
  init(points: Int) {
    // 16⁸ edges and more don't fit into 32-bit offsets.
    var size = points - 1
    while size > PackedRings.fan, count < 8 {
      size = (size + PackedRings.fan - 1) / PackedRings.fan
      starts[count] = Int32(truncatingIfNeeded: boxes)
      sizes[count] = Int32(truncatingIfNeeded: size)
      boxes += size
      count += 1
    }
  }
}
