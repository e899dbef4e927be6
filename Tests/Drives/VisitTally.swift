/// What a gateway told of visits, against where the vehicle truly was.
public struct VisitTally: Sendable, CustomStringConvertible {
  /// True visits that count.
  public private(set) var visits = 0
  /// Those of them that nobody told of.
  public private(set) var missed = 0
  /// Told, where there was no visit.
  public private(set) var falseEntries = 0
  /// Told to have left and come again, where the vehicle truly stayed.
  public private(set) var falseExits = 0

  /// - Parameters:
  ///   - circles: each with what was told of it, in order of time.
  ///   - route: the truth.
  ///   - begin: when the telling began, seconds since 1970. A vehicle that is inside from the beginning enters nothing.
  ///   - counts: whether a visit is deep enough to count, by the circle's radius and the visit's depth in metres.
  public init(
    _ circles: [(circle: GrazedCircle, told: [Stay])], route: [RecordedDrive.Point], from begin: Double,
    counting counts: (_ radius: Double, _ depth: Double) -> Bool
  ) {
    for (circle, told) in circles {
      let truly = circle.stays(of: route)
      for stay in truly where stay.from > begin + 2 && counts(circle.radius, stay.depth) {
        visits += 1
        if !told.contains(where: { $0.isNear(stay, within: 5) }) { missed += 1 }
      }
      falseEntries += told.count { entry in !truly.contains { $0.isNear(entry, within: 10) } }
      for (one, next) in zip(told, told.dropFirst()) {
        falseExits += truly.contains { $0.from < one.to - 10 && $0.to > next.from + 10 } ? 1 : 0
      }
    }
  }

  /// The part of the visits that was missed, 0…1.
  public var share: Double { visits == 0 ? 0 : Double(missed) / Double(visits) }

  public var description: String {
    "\(visits) visits, \(missed) missed, \(falseEntries) false entries, \(falseExits) false exits"
  }
}
