/// Finds whether edges cross in O(*n* log *n*), however they lie: M. I. Shamos, D. Hoey, "Geometric intersection problems", 17th
/// Symposium on Foundations of Computer Science, 1976.
///
/// A line goes from south to north (and, at one latitude, from west to east) over the edges and keeps those that it meets in their order
/// from west to east, in a treap. Two edges that cross are neighbours in that order before they do. Of two edges that cross or lie on
/// each other one is taken out there and then, so that the order of the rest stays right. Points that edges share are no crossing and
/// don't disturb the order: edges that end at a point leave before others begin there. All decisions are exact.
struct CrossingSweep {
  private let edges: [Crossings.Edge]
  private var found = CrossingsFound()

  // By edge; -1 is none.
  private var left: [Int32]
  private var right: [Int32]
  private var parent: [Int32]
  private var before: [Int32]
  private var after: [Int32]
  private var isActive: [Bool]
  private var root: Int32 = -1

  private struct Event {
    var place: Coordinate
    var begins: Bool
    var edge: Int32
  }

  init(_ edges: [Crossings.Edge]) {
    self.edges = edges
    let none = [Int32](repeating: -1, count: edges.count)
    (left, right, parent, before, after) = (none, none, none, none, none)
    isActive = Array(repeating: false, count: edges.count)
  }

  /// At least one for every set of edges that cross; see `CrossingsFound`.
  mutating func issues() -> [GeometryIssue] {
    var events: [Event] = []
    events.reserveCapacity(2 * edges.count)
    for index in edges.indices {
      events.append(Event(place: low(Int32(index)), begins: true, edge: Int32(index)))
      events.append(Event(place: high(Int32(index)), begins: false, edge: Int32(index)))
    }
    events.sort { a, b in
      if a.place != b.place { return Self.precedes(a.place, b.place) }
      return a.begins == b.begins ? a.edge < b.edge : !a.begins
    }
    for event in events {
      if event.begins { begin(event.edge) } else if isActive[Int(event.edge)] { take(event.edge) }
    }
    return found.sorted
  }

  private static func precedes(_ a: Coordinate, _ b: Coordinate) -> Bool {
    (a.latitude, a.longitude) < (b.latitude, b.longitude)
  }

  private func low(_ index: Int32) -> Coordinate {
    let edge = edges[Int(index)]
    return Self.precedes(edge.a, edge.b) ? edge.a : edge.b
  }

  private func high(_ index: Int32) -> Coordinate {
    let edge = edges[Int(index)]
    return Self.precedes(edge.a, edge.b) ? edge.b : edge.a
  }

  /// On which side of an edge, seen from its lower end to its upper, a point lies: 1 to the west.
  private func side(_ index: Int32, _ point: Coordinate) -> Double {
    let edge = edges[Int(index)]
    let side = Crossings.side(edge, point)
    return Self.precedes(edge.a, edge.b) ? side : -side
  }

  private mutating func begin(_ index: Int32) {
    var (place, west, east): (Int32, Int32, Int32) = (root, -1, -1)
    var isWest = false
    let (start, end) = (low(index), high(index))
    while place >= 0 {
      var side = side(place, start)
      // It begins on the other edge: then the way that it goes decides.
      if side == 0 { side = self.side(place, end) }
      if side == 0 {
        note(place, index)
        return
      }
      isWest = side > 0
      if isWest { east = place } else { west = place }
      let next = isWest ? left[Int(place)] : right[Int(place)]
      if next < 0 { break }
      place = next
    }
    isActive[Int(index)] = true
    (left[Int(index)], right[Int(index)], parent[Int(index)]) = (-1, -1, place)
    if place < 0 { root = index } else if isWest { left[Int(place)] = index } else { right[Int(place)] = index }
    link(west, index)
    link(index, east)
    while parent[Int(index)] >= 0, Self.priority(index) > Self.priority(parent[Int(index)]) { rotateUp(index) }
    if note(west, index) || note(index, east) { remove(index) }
  }

  /// An edge ends: its neighbours become each other's.
  private mutating func take(_ index: Int32) {
    let west = before[Int(index)]
    remove(index)
    guard west >= 0 else { return }
    while after[Int(west)] >= 0, note(west, after[Int(west)]) { remove(after[Int(west)]) }
  }

  @discardableResult
  private mutating func note(_ p: Int32, _ q: Int32) -> Bool {
    guard p >= 0, q >= 0, let issue = Crossings.issue(edges[Int(p)], edges[Int(q)]) else { return false }
    found.note(issue, edges[Int(p)], edges[Int(q)])
    return true
  }

  private mutating func link(_ west: Int32, _ east: Int32) {
    if west >= 0 { after[Int(west)] = east }
    if east >= 0 { before[Int(east)] = west }
  }

  // MARK: The treap

  /// Scattered, but the same in every run (the finaliser of MurmurHash3, A. Appleby).
  private static func priority(_ index: Int32) -> UInt32 {
    var x = UInt32(bitPattern: index) &+ 1
    x = (x ^ (x >> 16)) &* 0x85EB_CA6B
    x = (x ^ (x >> 13)) &* 0xC2B2_AE35
    return x ^ (x >> 16)
  }

  private mutating func remove(_ index: Int32) {
    isActive[Int(index)] = false
    let (west, east) = (before[Int(index)], after[Int(index)])
    if west >= 0 { after[Int(west)] = east }
    if east >= 0 { before[Int(east)] = west }
    while true {
      let (l, r) = (left[Int(index)], right[Int(index)])
      if l < 0 || r < 0 {
        replace(index, by: l < 0 ? r : l)
        return
      }
      rotateUp(Self.priority(l) > Self.priority(r) ? l : r)
    }
  }

  private mutating func replace(_ index: Int32, by other: Int32) {
    let above = parent[Int(index)]
    if other >= 0 { parent[Int(other)] = above }
    if above < 0 {
      root = other
    } else if left[Int(above)] == index {
      left[Int(above)] = other
    } else {
      right[Int(above)] = other
    }
  }

  private mutating func rotateUp(_ index: Int32) {
    let above = parent[Int(index)]
    replace(above, by: index)
    if left[Int(above)] == index {
      let inner = right[Int(index)]
      left[Int(above)] = inner
      if inner >= 0 { parent[Int(inner)] = above }
      right[Int(index)] = above
    } else {
      let inner = left[Int(index)]
      right[Int(above)] = inner
      if inner >= 0 { parent[Int(inner)] = above }
      left[Int(index)] = above
    }
    parent[Int(above)] = index
  }
}
