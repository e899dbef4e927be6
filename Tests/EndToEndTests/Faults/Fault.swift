/// Something that happens to a gateway on the road. A fault is a file in this folder, or in `World`, and a line in `Faults.all`.
///
/// Its moment and its parameters come of the seed of a `Schedule`; what it does to the processes comes of `begin` and `end`, which are
/// called on the test's thread and return when the change holds. A fault that takes something from the gateway for which the judge must
/// not blame it says so with `Road.excuse`.
protocol Fault: Sendable, CustomStringConvertible {
  /// As it stands in the schedule, and in the counts at the end.
  static var name: String { get }
  /// What it takes hold of. Two faults that hold the same thing don't happen at once; those that hold different things may.
  static var holds: Set<Hold> { get }
  /// How often it is drawn, relative to the others; 1 unless it says otherwise.
  static var weight: Int { get }
  /// Draws one of its kind. The same draws give the same fault.
  /// - Parameter seconds: The length of the whole schedule.
  init(from random: inout Seeded, within seconds: Double)
  /// Seconds from its beginning to its end; 0 where that is one moment.
  var lasts: Double { get }
  /// False where this machine or this road can't have it: it is then left out, and told.
  func isPossible(on road: Road) -> Bool
  func begin(on road: Road) throws
  func end(on road: Road) throws
}

/// What a fault takes hold of.
enum Hold: Hashable, Sendable, CaseIterable { case gateway, link, server, gpsd, files, disk, clock }

extension Fault {
  static var weight: Int { 1 }
  var lasts: Double { 0 }
  var description: String { lasts > 0 ? "\(Self.name) for \(format(lasts)) s" : Self.name }
  func isPossible(on road: Road) -> Bool { true }
  func end(on road: Road) throws {}
}

/// Every fault there is.
enum Faults {
  static let all: [any Fault.Type] = [
    Kill.self, LinkDown.self, HalfOpen.self, PacketLoss.self, ServerRestart.self, SessionLoss.self, SlowAnswers.self,
    Poison.self, Backlog.self, GiantEvent.self, Reload.self, GPSDRestart.self, FrozenFix.self,
    DiskFull.self, WallClockWrong.self, WallClockStep.self,
  ]
}
