import Geo
import Testing

struct TrackReducerTests {
  private func kept(_ track: [TrackReducer.Point], bound: Double = 10, gap: Int64? = nil) -> [Int] {
    let kept = TrackReducer.keptIndices(of: track, bound: bound, gap: gap)
    #expect(RedrawnTrack(drawing: .degrees).worstError(of: track, kept: kept) < bound)
    return kept
  }

  private func still(_ count: Int) -> [(east: Double, north: Double)] { Array(repeating: (0, 0), count: count) }

  // MARK: Ways to move

  @Test func hoursOfStandingStillAreTwoFixes() {
    #expect(kept(Tracks.through(still(20_000))) == [0, 19_999])
  }

  @Test func anEvenPaceIsAFixForEveryTwoKilometres() {
    let kept = kept(Tracks.through((0...600).map { (Double($0) * 20, Double($0) * 7) }))
    #expect(kept.count == 8)
    // Nearer to the equator, lines are the same however they are drawn.
    #expect(self.kept(Tracks.through((0...600).map { (Double($0) * 20, Double($0) * 7) }, latitude: 0)) == [0, 600])
  }

  @Test func jitterWhileParkedIsLeftOut() {
    var random = SeededNumbers(seed: 1)
    func noise() -> Double { Double.random(in: -4...4, using: &random) }
    let track = Tracks.through((0..<7200).map { _ in (noise(), noise()) })
    #expect(kept(track, bound: 15).count == 2)
    // Smaller than the jitter: it is the track.
    #expect(kept(track, bound: 2).count > 1000)
  }

  @Test func standingOnTheWayKeepsBothEndsOfTheStand() {
    let way = (0...100).map { (Double($0) * 10, 0.0) } + Array(repeating: (1000.0, 0.0), count: 500)
    let track = Tracks.through(way + (1...100).map { (1000 + Double($0) * 10, 0.0) })
    let kept = kept(track)
    #expect(kept.count <= 5)
    // Where it stands, and when, to a second or so.
    #expect(kept.contains { (99...102).contains($0) } && kept.contains { (598...602).contains($0) })
  }

  /// Whoever measures the distance to the line alone drops it: the line is the same, there and back.
  @Test func turningBackOnTheSameLineKeepsThePlaceOfTheTurn() {
    let track = Tracks.through((0...100).map { (Double($0 <= 60 ? $0 : 120 - $0) * 15, 0.0) })
    let kept = kept(track)
    #expect(kept.count == 3)
    #expect((60...61).contains(kept[1]))
  }

  @Test func aLoopThatEndsWhereItBeganIsDrawn() {
    let track = Tracks.through(
      (0...360).map { (200 * cosine(Double($0)) - 200, 200 * cosine(Double($0) - 90)) })
    let kept = kept(track)
    #expect((8...20).contains(kept.count))
  }

  private func cosine(_ degrees: Double) -> Double {
    // Bhaskara's formula is a smooth loop as well.
    var x = abs(degrees.remainder(dividingBy: 360))
    let sign = x > 90 ? -1.0 : 1
    if x > 90 { x = 180 - x }
    return sign * (32_400 - 4 * x * x) / (32_400 + x * x)
  }

  @Test func secondsWithoutAFixChangeNothing() {
    let whole = Tracks.through((0...600).map { (east: Double($0) * 20, north: max(0, Double($0) - 300) * 9) })
    let holed = whole.enumerated().filter { $0.offset % 7 != 3 }.map(\.element)
    #expect(kept(holed).count == kept(whole).count)
  }

  @Test func aJumpAndBackIsKeptWithWhatIsBesideIt() {
    var way = (0...100).map { (Double($0) * 20, 0.0) }
    way[50].1 = 10_000
    #expect(kept(Tracks.through(way)) == [0, 49, 50, 51, 100])
  }

  @Test func aGapIsKeptOnBothSidesWhereItIsToBe() {
    var track = Tracks.through((0...100).map { (Double($0) * 20, 0.0) })
    for index in 40...100 { track[index].milliseconds += 29_000 }
    for index in 41...100 { track[index].coordinate.longitude += 0.005 }
    #expect(kept(track, gap: 30_000).contains(39) && kept(track, gap: 30_000).contains(40))
    #expect(!kept(track, bound: 1000, gap: 30_001).contains(39))
  }

  // MARK: Bounds

  @Test func aTinyBoundKeepsAllThatIsNotStraight() {
    let track = Tracks.through((0...100).map { (Double($0) * 20, Double($0 * $0)) })
    #expect(kept(track, bound: 1e-6).count == 101)
  }

  @Test func aHugeBoundKeepsTheEnds() {
    var random = SeededNumbers(seed: 3)
    let track = Tracks.through(
      (0...100).map { _ in
        (Double.random(in: -1000...1000, using: &random), Double.random(in: -1000...1000, using: &random))
      })
    #expect(kept(track, bound: 20_000) == [0, 100])
  }

  @Test(arguments: [0, -1, .infinity, .nan]) func noOtherBoundIsTaken(_ bound: Double) {
    #expect(TrackReducer(bound: bound) == nil)
    #expect(TrackReducer.keptIndices(of: Tracks.through(still(3)), bound: bound) == [0, 1, 2])
  }

  // MARK: Places

  @Test func theAntimeridianIsNoJump() {
    let there = Tracks.through((0...600).map { (Double($0) * 20 - 6000, 0.0) }, latitude: -16, longitude: 180)
    #expect(there.contains { $0.coordinate.longitude > 179.9 } && there.contains { $0.coordinate.longitude < -179.9 })
    #expect(kept(there).count == 5)
  }

  @Test func highLatitudesReduceToo() {
    let track = Tracks.through((0...300).map { (Double($0) * 10, Double($0) * 10) }, latitude: 82)
    #expect(kept(track).count < 15)
  }

  @Test func overThePoleEveryFixIsNearTheLine() {
    let up = (0...100).map { Coordinate(latitude: 89.9 + 0.001 * Double($0), longitude: 20) }
    let down = (1...100).map { Coordinate(latitude: 90 - 0.001 * Double($0), longitude: -160) }
    let track = (up + down).enumerated().map { TrackReducer.Point(milliseconds: Int64($0) * 1000, coordinate: $1) }
    for bound in [1.0, 10, 1000] { #expect(!kept(track, bound: bound).isEmpty) }
  }

  // MARK: Times

  @Test func theSameMomentTwiceIsOneFixWhereItIsOnePlace() {
    let track = Tracks.through((0...50).map { (Double($0) * 20, 0.0) })
    let doubled = track.flatMap { [$0, $0] }
    #expect(kept(doubled) == [0, 100])
    #expect(kept([track[0], track[0]]) == [0])
  }

  @Test func theSameMomentAtAnotherPlaceIsKept() throws {
    let track = Tracks.through((0...50).map { (Double($0) * 20, 0.0) })
    var reducer = try #require(TrackReducer(bound: 10))
    var far = track[20]
    far.coordinate.latitude += 0.001
    var near = track[30]
    near.coordinate.latitude += 0.00001
    for point in track[...20] { _ = reducer.take(point) }
    #expect(reducer.take(far) == .keepsBoth)
    #expect(reducer.take(track[20]) == .keepsThis, "the anchor's moment")
    for point in track[21...30] { #expect(reducer.take(point) == .waits) }
    #expect(reducer.take(near) == .leavesOut)
    #expect(reducer.take(track[31]) == .waits)
  }

  @Test func anEarlierFixBeginsAnotherTrack() throws {
    var reducer = try #require(TrackReducer(bound: 10))
    let track = Tracks.through((0...9).map { (Double($0) * 20, 0.0) })
    for point in track { _ = reducer.take(point) }
    #expect(reducer.take(track[5]) == .keepsBoth)
    #expect(reducer.take(track[4]) == .keepsThis)
    #expect(reducer.take(track[5]) == .waits)
  }

  @Test func timesWhoseDifferenceHasNoRoomBeginAnotherTrack() throws {
    var reducer = try #require(TrackReducer(bound: 10))
    let place = Coordinate(latitude: 1, longitude: 2)
    #expect(reducer.take(TrackReducer.Point(milliseconds: .min, coordinate: place)) == .keepsThis)
    #expect(reducer.take(TrackReducer.Point(milliseconds: .max, coordinate: place)) == .keepsThis)
    #expect(reducer.take(TrackReducer.Point(milliseconds: .min, coordinate: place)) == .keepsThis)
    #expect(reducer.take(TrackReducer.Point(milliseconds: -1, coordinate: place)) == .waits)
    #expect(reducer.take(TrackReducer.Point(milliseconds: .max, coordinate: place)) == .keepsBoth)
  }

  // MARK: Steps

  @Test func whatIsKeptByForceIsKeptOnceAndTheLineGoesOnFromThere() throws {
    var reducer = try #require(TrackReducer(bound: 10))
    #expect(reducer.keepLast() == false)
    #expect(reducer.end() == false)
    let track = Tracks.through((0...9).map { (Double($0) * 20, 0.0) })
    #expect(reducer.take(track[0]) == .keepsThis)
    #expect(reducer.keepLast() == false, "it is kept")
    _ = reducer.take(track[1])
    #expect(reducer.segment?.isPending == true)
    #expect(reducer.keepLast() == true)
    #expect(reducer.keepLast() == false)
    #expect(reducer.segment?.anchor == track[1])
    #expect(reducer.take(track[2]) == .waits)
    #expect(reducer.end() == true)
    #expect(reducer.segment == nil)
    #expect(reducer.take(track[3]) == .keepsThis)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func whatIsSavedAtAnyMomentGoesOnTheSame(seed: UInt64) throws {
    var random = SeededNumbers(seed: seed)
    var straight = try #require(TrackReducer(bound: 12))
    var saved = straight
    for point in Tracks.random(&random) {
      #expect(saved.take(point) == straight.take(point))
      let segment = try #require(saved.segment)
      let region = try #require(VelocityRegion(low: segment.region.low, high: segment.region.high))
      saved = try #require(
        TrackReducer(
          bound: 12, resuming: .init(anchor: segment.anchor, last: segment.last, region: region)))
      #expect(saved == straight)
    }
  }

  @Test func aRegionThatIsNoNumberIsNotResumed() {
    #expect(VelocityRegion(low: SIMD8(repeating: .nan), high: SIMD8(repeating: 1)) == nil)
  }
}
