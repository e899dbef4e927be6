import Foundation
import Testing

@testable import Geo

/// Containment beside shapely's, in the same run, on 100,000 seeded points; half of them a kilometre to a nanometre from a border.
@Suite struct ShapelyTests {
  static let isThere: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", "import shapely"]
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  @Test(
    .enabled(if: isThere, "needs Debian's python3-shapely"),
    .enabled(if: TestData.exists(TestData.zones("us_counties")), "no test data"),
    arguments: ["us_counties", "city_berlin"])
  func containmentEqualsShapelys(name: String) throws {
    let (features, _) = try TestData.features(TestData.zones(name))
    let shapes = try features.map { try $0.shape() }
    let points = Self.points(in: features, count: 100_000)
    let expected = try Self.shapelys(TestData.zones(name), points)
    #expect(expected.count == points.count)
    let cells = Cells(shapes)
    var differences = 0
    var inside = 0
    for (point, answer) in zip(points, expected) {
      let ours = cells.candidates(at: point).filter { shapes[$0].contains(point) }
      inside += ours.count
      if ours != answer, !Self.isOnBorder(point, of: Set(ours).symmetricDifference(answer).map { features[$0] }) {
        differences += 1
        if differences <= 5 { Issue.record("\(point): \(ours), shapely \(answer)") }
      }
    }
    #expect(differences == 0)
    #expect(inside > points.count / 4)
  }

  static func points(in features: [TestData.Feature], count: Int) -> [Coordinate] {
    var numbers = SeededNumbers(seed: 20_260_205)
    let rings = features.flatMap { $0.polygons.flatMap { $0 } }
    let vertices = rings.reduce(0) { $0 + $1.count }
    var boxes: [BoundingBox] = []
    for ring in rings { BoundingBox(ring).map { boxes.append($0) } }
    let whole = boxes.dropFirst().reduce(boxes[0]) { $0.union($1) }
    // Edges in one list, so that each is as likely as any other.
    var edges: [(Coordinate, Coordinate)] = []
    edges.reserveCapacity(vertices)
    for ring in rings { edges += zip(ring, ring.dropFirst()) }
    return (0..<count).map { index in
      if index % 2 == 0 {
        return Coordinate(
          latitude: .random(in: whole.south...whole.north, using: &numbers),
          longitude: .random(in: whole.west...whole.east, using: &numbers))
      }
      let (a, b) = edges.randomElement(using: &numbers) ?? (boxes[0].corner, boxes[0].corner)
      let t = Double.random(in: 0...1, using: &numbers)
      let offset = pow(10, Double.random(in: -14 ... -2, using: &numbers))
      let angle = Double.random(in: 0..<360, using: &numbers)
      return Coordinate(
        latitude: a.latitude + t * (b.latitude - a.latitude) + offset * .sin(degrees: angle),
        longitude: a.longitude + t * (b.longitude - a.longitude) + offset * .cos(degrees: angle))
    }
  }

  /// True when the point lies exactly on an edge of each: there shapely has no zone contain it, and ours has one.
  static func isOnBorder(_ point: Coordinate, of features: [TestData.Feature]) -> Bool {
    features.allSatisfy { feature in
      feature.polygons.contains { rings in
        rings.contains { ring in
          zip(ring, ring.dropFirst()).contains { a, b in
            BoundingBox([a, b]).map { $0.contains(point) } == true
              && Orientation.sign(
                ax: a.longitude, ay: a.latitude, bx: b.longitude, by: b.latitude, cx: point.longitude,
                cy: point.latitude) == 0
          }
        }
      }
    }
  }

  static func shapelys(_ zones: URL, _ points: [Coordinate]) throws -> [[Int]] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("waypost-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { _ = try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (folder.appendingPathComponent("points"), folder.appendingPathComponent("answers"))
    try points.map { "\($0.longitude) \($0.latitude)\n" }.joined().write(to: input, atomically: false, encoding: .utf8)
    try Data().write(to: output)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [
      TestData.package.appendingPathComponent("Tests/GeoTests/Peers/containment.py").path, zones.path, input.path,
    ]
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let text = try String(contentsOf: output, encoding: .utf8)
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
      $0.split(separator: " ").compactMap { Int($0) }
    }
  }
}

/// Which shapes' boxes reach into each cell of a grid, so that a debug build is done in seconds.
private struct Cells {
  private static let side = 256
  private let whole: BoundingBox
  private var cells: [[Int]] = Array(repeating: [], count: side * side)

  init(_ shapes: [Shape]) {
    whole = shapes.dropFirst().reduce(shapes[0].boundingBox) { $0.union($1.boundingBox) }
    for (index, shape) in shapes.enumerated() {
      let box = shape.boundingBox
      for row in row(box.south)...row(box.north) {
        for column in column(box.west)...column(box.east) { cells[row * Self.side + column].append(index) }
      }
    }
  }

  func candidates(at point: Coordinate) -> [Int] { cells[row(point.latitude) * Self.side + column(point.longitude)] }

  private func row(_ latitude: Double) -> Int { Self.cell(latitude, whole.south, whole.north) }
  private func column(_ longitude: Double) -> Int { Self.cell(longitude, whole.west, whole.east) }

  private static func cell(_ value: Double, _ low: Double, _ high: Double) -> Int {
    max(0, min(side - 1, Int((value - low) / (high - low) * Double(side))))
  }
}

extension BoundingBox {
  fileprivate var corner: Coordinate { Coordinate(latitude: south, longitude: west) }
}
