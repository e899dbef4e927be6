import Journal
import Testing

@Suite struct LaneCursorTests {
  /// What a cursor stands for, without its bound.
  struct Naive {
    var settled: Set<UInt64> = []
    var low: UInt64 = 0

    mutating func settle(_ range: ClosedRange<UInt64>) {
      settled.formUnion(range)
      while settled.contains(low + 1) { low += 1 }
    }

    var rangeCount: Int { settled.count { $0 > low && !settled.contains($0 - 1) } }
  }

  @Test(arguments: 0..<40)
  func itIsTheSetThatItStandsFor(seed: UInt64) {
    var random = SeededGenerator(seed)
    var cursor = LaneCursor()
    var naive = Naive()
    // Few gaps in some runs, so that ranges merge; many in others, so that the bound is met.
    let span: UInt64 = seed % 2 == 0 ? 40 : 400
    for _ in 0..<400 {
      let start = UInt64.random(in: 1...span, using: &random)
      let range = start...start + UInt64.random(in: 0...(seed % 3), using: &random)
      var after = naive
      after.settle(range)
      if cursor.settle(range) {
        naive = after
      } else {
        #expect(after.rangeCount > LaneCursor.rangeLimit)
      }
      #expect(cursor.low == naive.low)
      #expect(cursor.ranges.count == naive.rangeCount)
      #expect(cursor.ranges.count <= LaneCursor.rangeLimit)
    }
    for seq in 1...span + 3 { #expect(cursor.contains(seq) == naive.settled.contains(seq)) }
    for _ in 0..<200 {
      let start = UInt64.random(in: 1...span, using: &random)
      let range = start...start + UInt64.random(in: 0...5, using: &random)
      #expect(cursor.contains(range) == range.allSatisfy(naive.settled.contains))
      #expect(cursor.overlaps(range) == range.contains(where: naive.settled.contains))
    }
  }

  @Test func theSixtyFifthRangeIsRefusedAndChangesNothing() {
    var cursor = LaneCursor()
    for n in 1...64 { cursor.settle(UInt64(n * 2 + 1)) }
    #expect(cursor.ranges.count == 64)
    let full = cursor
    let isRefused = !cursor.settle(1000)
    #expect(isRefused)
    #expect(cursor == full)
    // What needs no further range still goes.
    let closesAHole = cursor.settle(4)
    #expect(closesAHole)
    #expect(cursor.ranges.count == 63)
    cursor.settle(1...2)
    #expect(cursor.low == 5)
  }

  @Test func aUnionIsWhatEitherHasSettled() {
    var random = SeededGenerator(7)
    for _ in 0..<100 {
      var (a, b) = (LaneCursor(), LaneCursor())
      var naive = Naive()
      for _ in 0..<15 {
        let (x, y) = (UInt64.random(in: 1...60, using: &random), UInt64.random(in: 1...60, using: &random))
        a.settle(x)
        b.settle(y)
        naive.settle(x...x)
        naive.settle(y...y)
      }
      a.formUnion(b)
      #expect((1...60).allSatisfy { a.contains($0) == naive.settled.contains($0) })
      #expect(a.low == naive.low)
    }
  }
}
