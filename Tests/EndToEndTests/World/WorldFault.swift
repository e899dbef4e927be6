import Model

/// Something that goes wrong with the box itself for a while: for a schedule of faults. Beginning or ending it twice does no harm.
protocol WorldFault: Sendable {
  /// For the report.
  var name: String { get }
  func begin() throws
  func end() throws
}

/// The wall clock is wrong, and nobody vouches for it.
struct WrongClock: WorldFault {
  enum Kind: String, CaseIterable, CustomStringConvertible {
    case in1970, fiftyYearsAhead, anHourBehind
    var description: String { rawValue }

    func set(_ clock: WallClock) {
      switch self {
      case .in1970: clock.set(Timestamp(seconds: 60))
      case .fiftyYearsAhead: clock.set(ahead: .hours(438_312))
      case .anHourBehind: clock.set(ahead: .hours(-1))
      }
    }
  }

  var clock: WallClock
  var kind: Kind

  var name: String { "clock \(kind)" }

  func begin() {
    clock.vouch(.no)
    kind.set(clock)
  }

  /// NTP sets it right, and says so.
  func end() {
    clock.restore()
    clock.vouch(.yes)
  }
}

/// Somebody else takes all the room on the journal's disk.
struct FullDisk: WorldFault {
  var disk: SmallDisk

  var name: String { "disk full" }

  func begin() throws { try disk.fill() }
  func end() { disk.makeRoom() }
}
