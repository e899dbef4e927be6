import CAllocations
import Geo
import Testing

/// The promise of a reduction, for every fix of every drive: none is farther from the redrawn track than the bound.
struct TrackBoundTests {
  @Test(.enabled(if: Tracks.isRecorded, "the drives are missing: skipped"), arguments: Tracks.drives + ["mtv-phone"])
  func noFixOfADriveIsFartherThanTheBound(_ name: String) throws {
    let track = try Tracks.recorded(name)
    #expect(track.count > 1000)
    for bound in [1.0, 5, 10, 15, 50] {
      let kept = TrackReducer.keptIndices(of: track, bound: bound)
      #expect(kept.count < track.count)
      for drawing in RedrawnTrack.Drawing.allCases {
        let worst = RedrawnTrack(drawing: drawing, isRounded: true).worstError(of: track, kept: kept)
        #expect(worst < bound, "\(drawing)")
        #expect(worst > 0.8 * bound, "the bound is made use of")
      }
    }
  }

  @Test(.enabled(if: Tracks.isRecorded, "the drives are missing: skipped"))
  func atTenMetresOneFixInTwentyOneIsKept() throws {
    var (kept, all) = (0, 0)
    for name in Tracks.drives {
      let track = try Tracks.recorded(name)
      all += track.count
      kept += TrackReducer.keptIndices(of: track, bound: 10).count
    }
    #expect(all == 46_720)
    #expect(kept <= 2200)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func theBoundHoldsOfAnyTrackBelowTheBound(seed: UInt64) {
    var random = SeededNumbers(seed: seed)
    let track = Tracks.random(&random)
    for bound in [1.0, 15, Double.random(in: 1...10_000, using: &random)] {
      let kept = TrackReducer.keptIndices(of: track, bound: bound)
      for drawing in RedrawnTrack.Drawing.allCases {
        #expect(
          RedrawnTrack(drawing: drawing, isRounded: true).worstError(of: track, kept: kept) < bound, "\(drawing)")
      }
    }
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func theBoundHoldsAtAnyLatitudeAndOfAnyBoundInDegrees(seed: UInt64) {
    var random = SeededNumbers(seed: seed &+ 1000)
    let track = Tracks.random(&random, latitudes: 80...90)
    for bound in [0.01, 3, 1e5] {
      let kept = TrackReducer.keptIndices(of: track, bound: bound)
      #expect(RedrawnTrack(drawing: .degrees).worstError(of: track, kept: kept) < bound)
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func reducingFurtherAddsTheBounds(seed: UInt64) {
    var random = SeededNumbers(seed: seed &+ 2000)
    let track = Tracks.random(&random)
    var kept = Array(track.indices)
    var sum = 0.0
    for bound in [3.0, 10, 40] {
      let places = TrackReducer.keptIndices(of: kept.map { track[$0] }, bound: bound)
      kept = places.map { kept[$0] }
      sum += bound
      #expect(RedrawnTrack(drawing: .degrees).worstError(of: track, kept: kept) < sum)
    }
  }

  @Test(.enabled(if: allocations() >= 0, "a sanitizer counts instead"))
  func takingAFixAllocatesNothing() throws {
    var random = SeededNumbers(seed: 5)
    let track = Tracks.random(&random) + Tracks.random(&random)
    var reducer = try #require(TrackReducer(bound: 10))
    var kept = 0
    let before = allocations()
    for point in track {
      if reducer.take(point) != .waits { kept += 1 }
    }
    let allocated = allocations() - before
    // An unoptimised build boxes vectors; `waypost-bench reduction` is optimised, and holds it to nothing, too.
    #expect(allocated <= (Self.isUnoptimised ? 2 * track.count : 0))
    #expect(kept > 1 && kept < track.count)
  }

  private static var isUnoptimised: Bool {
    #if DEBUG
      true
    #else
      false
    #endif
  }

  /// The judge would find what is wrong.
  @Test func aTrackOfWhichTheTurnIsMissingIsFound() {
    let track = Tracks.through((0...20).map { (min(100, Double($0) * 10), max(0, Double($0) * 10 - 100)) })
    for drawing in RedrawnTrack.Drawing.allCases {
      let judge = RedrawnTrack(drawing: drawing)
      #expect(abs(judge.worstError(of: track, kept: [0, 20]) - 70.7) < 0.3)
      #expect(judge.worstError(of: track, kept: [0, 10, 20]) < 0.01)
      #expect(judge.worstError(of: track, kept: [0, 10]) == .infinity)
    }
  }
}
