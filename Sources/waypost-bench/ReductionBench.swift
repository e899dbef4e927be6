import ArgumentParser
import CAllocations
import Geo
import Glibc
import Inputs
import Model

/// What reducing tracks keeps, how far the redrawn track is from the fixes at most, and what it costs a fix; the same of the peers.
///
/// Fails where a fix is farther than the bound, and where taking a fix allocates.
struct ReductionBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reduction",
    abstract: "Fixes kept, error and time of track reduction, beside dead reckoning and Ramer–Douglas–Peucker.")

  @Option(help: "The bound, metres.") var bound = 10.0
  @Option(help: "Times that the tracks are gone through; the best counts.") var rounds = 20
  @Argument(help: "Tracks: CSV, GPX, NMEA or gpsd's JSON.") var tracks: [String]

  private typealias Point = TrackReducer.Point

  func run() throws {
    let tracks = try tracks.map(read)
    let count = tracks.reduce(0) { $0 + $1.count }
    guard count > 0, TrackReducer(bound: bound) != nil else { throw ValidationError("no fixes, or no bound") }
    let peers: [(String, ([Point]) -> [Int])] = [
      ("", { TrackReducer.keptIndices(of: $0, bound: bound) }),
      ("dead_reckoning_", { DeadReckoning.keptIndices(of: $0, bound: bound) }),
      ("douglas_peucker_", { DouglasPeucker.keptIndices(of: $0, bound: bound) }),
    ]
    report("fixes", Double(count), "fixes")
    for (name, reduce) in peers {
      let kept = tracks.map(reduce)
      let worst = zip(tracks, kept).map { Self.worstError(of: $0, kept: $1) }.max() ?? 0
      report(name + "kept", Double(kept.reduce(0) { $0 + $1.count }), "fixes")
      report(name + "worst_error", worst, "m")
      var best = Double.infinity
      for _ in 0..<(name == "douglas_peucker_" ? 1 : rounds) {
        let start = ContinuousClock.now
        for track in tracks { _ = reduce(track) }
        best = min(best, (ContinuousClock.now - start) / .nanoseconds(1) / Double(count))
      }
      report(name + "time", best, "ns/fix")
      if name.isEmpty, worst >= bound { throw ValidationError("a fix is farther than the bound") }
    }
    let allocated = allocationsOfTaking(tracks)
    report("allocations", Double(allocated) / Double(count), "blocks/fix")
    guard allocated == 0 else { throw ValidationError("taking a fix allocates") }
  }

  private func read(_ path: String) throws -> [Point] {
    guard let file = fopen(path, "r") else { throw ValidationError("\(path) can't be opened") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while case let read = fread(&part, 1, part.count, file), read > 0 { bytes += part[..<read] }
    return try TrackReader.read(bytes, file: path, device: "gps").positions.compactMap { position in
      position.time.map {
        Point(
          milliseconds: $0.milliseconds,
          coordinate: Coordinate(latitude: position.latitude, longitude: position.longitude))
      }
    }
  }

  private func allocationsOfTaking(_ tracks: [[Point]]) -> Int {
    guard var reducer = TrackReducer(bound: bound) else { return -1 }
    let before = allocations()
    for track in tracks {
      for point in track { _ = reducer.take(point) }
    }
    return allocations() - before
  }

  /// Metres, between where a fix was and where the track redrawn is at its time.
  private static func worstError(of track: [Point], kept: [Int]) -> Double {
    var worst = 0.0
    for (a, b) in zip(kept, kept.dropFirst()) where b > a + 1 {
      let (from, to) = (track[a], track[b])
      let length = Double(max(1, to.milliseconds - from.milliseconds))
      for point in track[(a + 1)..<b] {
        let part = Double(point.milliseconds - from.milliseconds) / length
        let turn = (to.coordinate.longitude - from.coordinate.longitude).remainder(dividingBy: 360)
        let place = Coordinate(
          latitude: from.coordinate.latitude + part * (to.coordinate.latitude - from.coordinate.latitude),
          longitude: from.coordinate.longitude + part * turn)
        worst = max(worst, Geodesic.distance(place, point.coordinate))
      }
    }
    return worst
  }
}
