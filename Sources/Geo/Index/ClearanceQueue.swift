import Glibc

/// Which zones a moving vehicle may have come to, so that no other has to be looked at.
///
/// Each zone is put off until the vehicle has gone as far as it was clear of that zone when it was last looked at; by the triangle inequality it
/// cannot have got there sooner, whatever its way. Zones never looked at wait in the nodes of a `ZoneTree`, each as long as its box is away.
/// The way is measured in the plane of longitude and latitude, longitudes shortened as at the place where the queue began, where borders
/// are straight and the inequality holds exactly.
///
/// The nearest zones stand in a short list, each with the place where it was looked at, and are compared with the distance from there: the jitter of
/// fixes, which makes a long way of a short one, uses nothing up. The others wait in a heap for the length of the way, counted from a mark that
/// moves only when one falls due. A jump, or a way across the antimeridian, begins anew.
///
/// A step at which nothing falls due takes some nanoseconds; what falls due costs a heap's logarithm. No allocation once it has grown.
struct ClearanceQueue: Sendable {
  /// What a move found.
  enum Motion {
    /// Nothing falls due: every zone is where it was when it was last looked at.
    case clear
    /// Ask `next` until there are no more.
    case due
    /// The same, from the beginning: what was kept is forgotten, and only zones whose boxes hold the place fall due.
    case anew
  }

  /// A zone to be looked at.
  struct Due {
    let zone: Int
    /// From the last place it was looked at to this one, degrees of the plane, less what that was clear of it: another place that is clear by more than this is
    /// on the same side of its border. Infinite where that isn't known.
    let gap: Double
    /// No less than the distance to its border now, degrees of the plane.
    let most: Double
  }

  private struct Entry {
    /// The way at which it falls due.
    var due: Double
    /// A zone (level −1) or a node of the tree.
    var reference: Int32
    var level: Int32
    /// Of a zone: where it was looked at, and how clear of it that place was; −1 for one that never was.
    var x = 0.0
    var y = 0.0
    var clear = -1.0
  }

  /// A zone that is near, looked at from a place of the plane.
  private struct Neighbour {
    let x: Double
    let y: Double
    /// How clear of it that place is, squared.
    let clear: Double
    let zone: Int32
  }

  private var heap: [Entry] = []
  private var neighbours: [Neighbour] = []
  /// How many neighbours are yet to be compared with the last place.
  private var uncompared = 0
  private var here = (x: 0.0, y: 0.0)
  /// From the mark to the last place.
  private var step = 0.0
  private var isValid = false
  /// Degrees of the plane gone since the queue began, up to the mark.
  private var way = 0.0
  private var mark = Coordinate(latitude: 0, longitude: 0)
  /// The plane: how much a degree of longitude counts, and the latitude that it was taken at.
  private var shortening = 1.0
  private var middle = 0.0
  /// Metres that a degree of the plane has at most, where the queue is valid.
  private var metresPerDegree = 0.0
  /// Marks since the queue began, and entries after its first move: it begins anew when either has grown too much.
  private var marks = 0
  private var usual = Int.max

  /// Against rounding: a hundredth of a millimetre.
  private static let slack = 1e-10
  /// Degrees of latitude around `middle` for which the plane is used.
  private static let band = 0.5
  /// A longer step, in degrees, is a jump.
  static let jump = 0.01

  init() {}

  /// Takes the vehicle to a place.
  mutating func move(to place: Coordinate, in tree: ZoneTree) -> Motion {
    let place = place.canonical
    guard isValid else { return begin(at: place, tree) }
    let (x, y) = ((place.longitude - mark.longitude) * shortening, place.latitude - mark.latitude)
    step = (x * x + y * y).squareRoot()
    let (before, band) = (here, abs(place.latitude - middle))
    here = (place.longitude * shortening, place.latitude)
    guard abs(here.x - before.x) <= Self.jump, abs(here.y - before.y) <= Self.jump, band <= Self.band else {
      return begin(at: place, tree)
    }
    uncompared = neighbours.count
    if let first = heap.first, way + step + Self.slack >= first.due, step > 0 {
      marks += 1
      if marks == 1 { usual = heap.count }
      guard way < 64, marks < 10_000, heap.count < 4 * usual + 256 else { return begin(at: place, tree) }
      way += step
      step = 0
      mark = place
      return .due
    }
    skipClearNeighbours()
    return uncompared > 0 ? .due : .clear
  }

  /// Goes on to a neighbour that the vehicle may have come to.
  @inline(__always)
  private mutating func skipClearNeighbours() {
    neighbours.withUnsafeBufferPointer { neighbours in
      while uncompared > 0 {
        let neighbour = neighbours[uncompared - 1]
        let (x, y) = (here.x - neighbour.x, here.y - neighbour.y)
        if x * x + y * y >= neighbour.clear { return }
        uncompared -= 1
      }
    }
  }

  /// Begins anew at the next move.
  mutating func reset() { isValid = false }

  private mutating func begin(at place: Coordinate, _ tree: ZoneTree) -> Motion {
    heap.removeAll(keepingCapacity: true)
    neighbours.removeAll(keepingCapacity: true)
    uncompared = 0
    isValid = true
    (way, step, marks, mark, middle) = (0, 0, 0, place, place.latitude)
    shortening = max(0.01, cos(place.latitude * Ellipsoid.radiansPerDegree))
    let widest = max(0, abs(place.latitude) - Self.band)
    here = (place.longitude * shortening, place.latitude)
    // A degree of latitude has 111,694 m at most, at the poles.
    metresPerDegree = 111_700 * max(1, cos(widest * Ellipsoid.radiansPerDegree) / shortening)
    if !tree.boxes.isEmpty { expand(tree.levels[tree.top]..<tree.levels[tree.top + 1], level: tree.top, tree) }
    return .anew
  }

  /// The next zone that falls due at this place; each is given once, and is gone from the queue until it is kept.
  mutating func next(in tree: ZoneTree) -> Due? {
    skipClearNeighbours()
    if uncompared > 0 {
      uncompared -= 1
      let due = neighbours[uncompared]
      let (x, y) = (here.x - due.x, here.y - due.y)
      let (gone, clear) = ((x * x + y * y).squareRoot(), due.clear.squareRoot())
      // Those behind it are compared already.
      neighbours[uncompared] = neighbours[neighbours.count - 1]
      neighbours.removeLast()
      return Due(zone: Int(due.zone), gap: gone - clear + Self.slack, most: gone + clear + 2 * Self.slack)
    }
    while let first = heap.first, first.due <= way + Self.slack {
      removeFirst()
      if first.level < 0 {
        guard first.clear >= 0 else { return Due(zone: Int(first.reference), gap: .infinity, most: Self.farthest) }
        let (x, y) = (here.x - first.x, here.y - first.y)
        let gone = (x * x + y * y).squareRoot()
        let gap = gone - first.clear + Self.slack
        if gap >= -4 * Self.slack {
          return Due(zone: Int(first.reference), gap: gap, most: gone + first.clear + Self.slack)
        }
        // A long way, but not far from there: the rest of it remains.
        insert(
          Entry(
            due: way - gap, reference: first.reference, level: -1, x: first.x, y: first.y,
            clear: first.clear))
        continue
      }
      let node = Int(first.reference)
      expand(tree.children(of: node, level: Int(first.level)), level: Int(first.level) - 1, tree)
    }
    return nil
  }

  private mutating func expand(_ places: Range<Int>, level: Int, _ tree: ZoneTree) {
    let (x, y) = (mark.longitude, mark.latitude)
    for place in places {
      let box = tree.boxes[place]
      let (west, south) = (FixedPoint.degrees(of: box.x), FixedPoint.degrees(of: box.y))
      let (east, north) = (FixedPoint.degrees(of: box.z), FixedPoint.degrees(of: box.w))
      let across = max(west - x, x - east, 0) * shortening
      let along = max(south - y, y - north, 0)
      let reference = level == 0 ? tree.leaves[place] : Int32(truncatingIfNeeded: place)
      insert(
        Entry(
          due: way + (across * across + along * along).squareRoot(), reference: reference,
          level: Int32(truncatingIfNeeded: level == 0 ? -1 : level)))
    }
  }

  /// Puts a zone off until the vehicle has gone so many metres from here.
  mutating func keep(_ zone: Int, clearMetres metres: Double) {
    keep(zone, clear: metres / metresPerDegree)
  }

  /// The same in degrees of the plane.
  mutating func keep(_ zone: Int, clear: Double) {
    let zone = Int32(truncatingIfNeeded: zone)
    // Less of the way is left than the zone is clear, as it is counted from the mark.
    let due = way + clear - step
    // Fewer where it is crowded.
    if due <= way + step + Self.slack || clear < (neighbours.count < 32 ? 1e-3 : neighbours.count < 128 ? 4e-4 : 5e-5) {
      let sure = max(clear - Self.slack, 1e-15)
      neighbours.append(Neighbour(x: here.x, y: here.y, clear: sure * sure, zone: zone))
    } else {
      insert(Entry(due: due, reference: zone, level: -1, x: here.x, y: here.y, clear: clear))
    }
  }

  /// No clearance is asked for beyond this many degrees of the plane.
  private static let farthest = 1.0

  /// Measures the way to the border of a zone that is due at a place.
  func search(for due: Due, from place: Coordinate) -> PlaneSearch {
    PlaneSearch(x: place.longitude, y: place.latitude, shortening: shortening, bound: due.most * due.most)
  }

  // MARK: The heap

  private mutating func insert(_ entry: Entry) {
    heap.append(entry)
    heap.withUnsafeMutableBufferPointer { heap in
      var child = heap.count - 1
      while child > 0 {
        let parent = (child - 1) / 2
        if heap[parent].due <= entry.due { break }
        heap[child] = heap[parent]
        child = parent
      }
      heap[child] = entry
    }
  }

  private mutating func removeFirst() {
    let entry = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap.withUnsafeMutableBufferPointer { heap in
      var parent = 0
      while 2 * parent + 1 < heap.count {
        var child = 2 * parent + 1
        if child + 1 < heap.count, heap[child + 1].due < heap[child].due { child += 1 }
        if entry.due <= heap[child].due { break }
        heap[parent] = heap[child]
        parent = child
      }
      heap[parent] = entry
    }
  }
}
