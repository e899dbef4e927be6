public import Config
public import Geo

/// Where a recording stood for the longest time, and how far its receiver wandered meanwhile.
public struct ParkedPlace: Sendable, Hashable {
  /// The middle of the fixes: the median of each coordinate, which neither the way in and out nor a fix that went astray moves.
  public let center: Coordinate
  /// Half of the fixes are within so many metres of the centre (the circular error probable).
  public let scatter: Double
  /// The middle one of what the receiver took its errors for, metres.
  public let error: Double
  public let count: Int
  /// How long, seconds, pauses of the recording left out; `nil` where the recording has no times.
  public let seconds: Double?

  /// Fixes farther from where it stood so far are elsewhere, metres, once so many in a row are.
  private static let reach = 50.0
  private static let leaving = 5
  /// A recording that paused stood so long at most, seconds.
  private static let longestStep = 30.0
  /// What counts as standing: so long, and so many fixes.
  static let leastSeconds = 60.0
  static let leastFixes = 10

  /// Metres, a multiple of 5: nearly all fixes of a scatter lie within thrice the scatter; twice that keeps those who stand there inside when
  /// the next receiver is worse, and so does thrice what it takes its errors for. No zone for vehicles is smaller than 25 m.
  public var radius: Double { (max(25, 6 * scatter, 3 * error) / 5).rounded(.up) * 5 }

  /// A zone of it for a rule file.
  /// - Parameter radius: As a rule file has it, with its unit; `nil`: what comes of the scatter.
  public func zone(id: String, radius: String? = nil) throws(Diagnostic) -> ZoneEntry {
    let stay = seconds.map { "stood \(($0 / 60).rounded(to: 0)) min, " } ?? ""
    return try ZoneEntry.circle(
      id: id, latitude: center.latitude, longitude: center.longitude,
      radius: radius ?? "\(self.radius.rounded(to: 0)) m",
      comment: "\(stay)half of \(count) fixes within \(scatter.rounded(to: 1)) m, ± \(error.rounded(to: 0)) m")
  }

  /// `nil` where the recording stood nowhere for a minute.
  public init?(_ way: RecordedWay) {
    guard let stay = Self.longestStay(way.fixes) else { return nil }
    let fixes = way.fixes[stay]
    let first = fixes[fixes.startIndex].coordinate
    // Reckoned from the first, so that the antimeridian is nothing special.
    let north = Self.median(fixes.map { $0.coordinate.latitude - first.latitude })
    let east = Self.median(
      fixes.map { ($0.coordinate.longitude - first.longitude).remainder(dividingBy: 360) })
    let center = Coordinate(
      latitude: first.latitude + north, longitude: (first.longitude + east).remainder(dividingBy: 360))
    self.center = center
    scatter = Self.median(fixes.map { Geodesic.distance(center, $0.coordinate) })
    error = Self.median(fixes.map(\.error))
    count = fixes.count
    seconds = Self.seconds(fixes)
  }

  /// One pass: a stay ends when some fixes in a row are out of reach of the mean so far.
  private static func longestStay(_ fixes: [RecordedWay.Fix]) -> Range<Int>? {
    var longest: (range: Range<Int>, seconds: Double?)?
    func consider(_ range: Range<Int>) {
      let seconds = seconds(fixes[range])
      guard range.count >= leastFixes, seconds ?? leastSeconds >= leastSeconds else { return }
      guard let best = longest else {
        longest = (range, seconds)
        return
      }
      if let seconds, let most = best.seconds {
        if seconds > most { longest = (range, seconds) }
      } else if range.count > best.range.count {
        longest = (range, seconds)
      }
    }
    var begin = 0
    var (north, east) = (0.0, 0.0)
    var outside = 0
    /// Degrees from the first fix of the stay, by which the mean is reckoned.
    func offset(_ index: Int) -> (north: Double, east: Double) {
      let (place, first) = (fixes[index].coordinate, fixes[begin].coordinate)
      return (
        place.latitude - first.latitude, (place.longitude - first.longitude).remainder(dividingBy: 360)
      )
    }
    for index in fixes.indices {
      let first = fixes[begin].coordinate
      let number = Double(max(1, index - begin))
      let mean = Coordinate(
        latitude: first.latitude + north / number,
        longitude: (first.longitude + east / number).remainder(dividingBy: 360))
      outside = Geodesic.distance(mean, fixes[index].coordinate) > reach ? outside + 1 : 0
      if outside == leaving {
        let next = index - leaving + 1
        consider(begin..<next)
        begin = next
        (north, east, outside) = (0, 0, 0)
        for earlier in begin..<index {
          north += offset(earlier).north
          east += offset(earlier).east
        }
      }
      north += offset(index).north
      east += offset(index).east
    }
    consider(begin..<fixes.count)
    return longest?.range
  }

  private static func seconds(_ fixes: ArraySlice<RecordedWay.Fix>) -> Double? {
    var seconds = 0.0
    for (before, fix) in zip(fixes, fixes.dropFirst()) {
      guard let begin = before.milliseconds, let end = fix.milliseconds else { return nil }
      seconds += min(longestStep, max(0, Double(end &- begin) / 1000))
    }
    return seconds
  }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
