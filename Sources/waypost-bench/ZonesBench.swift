import ArgumentParser
import CAllocations
import Config
import Geo

/// Which zones hold each of many points: the time, the memory, and a sum of what was found, to be compared with that of other programs.
///
/// The points are taken as the fixes of one vehicle, in their order. Fails where that allocates once the lists have grown.
struct ZonesBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zones", abstract: "Time and memory of finding the zones of points; prints a line of JSON.")

  @Argument(help: "GeoJSON with polygons and multipolygons.") var zones: String
  @Argument(help: "Points: 64-bit floats, little-endian, longitude and latitude by turns.") var points: String
  @Option(help: "Rounds; the best counts.") var rounds = 3
  @Flag(help: "Look each point up by itself, not as the next fix of a vehicle.") var apart = false

  func run() throws {
    let outlines = try ZoneFile.outlines(ReadFile.bytes(of: zones))
    let places = try ReadFile.places(in: points)
    let before = allocated_bytes()
    let start = ContinuousClock.now
    let index = ZoneIndex(try outlines.map { try .polygons($0.map { try Polygon(rings: $0) }) })
    let build = (ContinuousClock.now - start) / .milliseconds(1)
    let memory = Double(allocated_bytes() - before)
    var best = Double.infinity
    var result: (matches: UInt64, hash: UInt64) = (0, 0)
    var blocks = 0
    for _ in 0..<rounds {
      let (start, allocated) = (ContinuousClock.now, allocations())
      result = apart ? lookUp(places, index) : follow(places, index)
      blocks = allocations() - allocated
      best = min(best, (ContinuousClock.now - start) / .nanoseconds(1) / Double(max(1, places.count)))
    }
    let vertices = outlines.reduce(0) { $0 + $1.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } } }
    let hash = String(result.hash, radix: 16)
    print(
      """
      {"engine":"waypost","zones":"\(zones)","points":"\(points)","n":\(places.count),"build_ms":\(Self.rounded(build)),\
      "index_mb":\(Self.rounded(memory / 1_048_576)),"bytes_per_vertex":\(Self.rounded(memory / Double(max(1, vertices)))),\
      "ns_per_point":\(Self.rounded(best)),"allocations":\(blocks),"matches":\(result.matches),\
      "hash":"\(String(repeating: "0", count: 16 - hash.count))\(hash)"}
      """)
    try check(blocks)
  }

  /// The first round grows the lists; what comes after has what it needs.
  private func check(_ blocks: Int) throws {
    guard blocks < 64 || rounds < 2 else { throw ValidationError("following the points allocates: \(blocks) blocks") }
  }

  private func follow(_ places: [Coordinate], _ index: ZoneIndex) -> (UInt64, UInt64) {
    var watch = ZoneWatch()
    var (matches, sum): (UInt64, UInt64) = (0, 0)
    for (number, place) in places.enumerated() {
      watch.move(to: place, in: index)
      matches &+= UInt64(watch.inside.count)
      for zone in watch.inside { sum &+= Self.hit(number, zone) }
    }
    return (matches, sum)
  }

  private func lookUp(_ places: [Coordinate], _ index: ZoneIndex) -> (UInt64, UInt64) {
    var found: [Int32] = []
    var (matches, sum): (UInt64, UInt64) = (0, 0)
    for (number, place) in places.enumerated() {
      found.removeAll(keepingCapacity: true)
      index.zones(containing: place, into: &found)
      matches &+= UInt64(found.count)
      for zone in found { sum &+= Self.hit(number, zone) }
    }
    return (matches, sum)
  }

  /// A point and a zone that holds it, scattered over 64 bits (SplitMix64's finalizer); the sum doesn't depend on the order.
  @inline(__always)
  private static func hit(_ point: Int, _ zone: Int32) -> UInt64 {
    var x = UInt64(point) &* 1_000_003 &+ UInt64(zone) &+ 0x9E37_79B9_7F4A_7C15
    x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
    return x ^ (x >> 31)
  }

  private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
