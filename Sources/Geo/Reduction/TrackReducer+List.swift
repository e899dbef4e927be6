extension TrackReducer {
  /// The places in the list of the points that are kept where a whole track is reduced at once; the first and the last are among them.
  ///
  /// A track that was reduced already can be reduced further: a fix that was within a metres of the first result is within a + b of the
  /// second, made of it with the bound b. (Between two points that the first kept, both results are straight, so that they are nowhere
  /// farther apart than at those points.)
  ///
  /// - Parameters:
  ///   - points: in the order of their time; one that is earlier than the one before begins another track.
  ///   - bound: metres, above 0; with any other nothing is left out.
  ///   - gap: milliseconds; points at least so far apart in time are both kept. `nil`: lines are drawn over any gap.
  public static func keptIndices(
    of points: some RandomAccessCollection<Point>, bound: Double, gap: Int64? = nil
  ) -> [Int] {
    guard var reducer = TrackReducer(bound: bound) else { return Array(0..<points.count) }
    var kept: [Int] = []
    var last = 0
    for (index, point) in points.enumerated() {
      if let gap, let before = reducer.segment?.last {
        let (elapsed, overflow) = point.milliseconds.subtractingReportingOverflow(before.milliseconds)
        if overflow || elapsed >= gap, reducer.end() { kept.append(last) }
      }
      let step = reducer.take(point)
      if step.keepsTheOneBefore { kept.append(last) }
      if step.keepsTheNewOne { kept.append(index) }
      if step != .leavesOut { last = index }
    }
    if reducer.end() { kept.append(last) }
    return kept
  }
}
