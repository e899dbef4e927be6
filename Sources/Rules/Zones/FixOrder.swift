import Model

/// Which fixes of one receiver zones may rely on.
///
/// A fix that is later than the one before, by the receiver's own time, is in order. One that goes back in time, or has none, is
/// kept out until three in a row agree with each other: then the receiver's clock was set, or it never gives a time, and the
/// newcomers are the truth (week roll-overs, GGA at midnight: see gpsd 3.22, nmea0183-signalk#366).
struct FixOrder: Hashable, Sendable {
  /// The last accepted fix.
  private(set) var last: Fix?
  /// When that came in.
  private(set) var acceptedAt: EngineTime?
  /// Fixes kept out so far, each agreeing with the one before; fewer than three.
  private(set) var candidates: [Fix] = []

  enum Verdict: Hashable {
    /// For zones; `previous` is the fix before it on the same clock, where there is one.
    case accepted(Fix, previous: Fix?)
    /// The same moment once more, as gpsd reports an epoch in several parts: true, but nothing new for zones.
    case repeated
    case keptOut

    /// Whether the fix's own time can be believed.
    var isInOrder: Bool { self != .keptOut }
  }

  static let agreeing = 3

  mutating func judge(_ position: Position, at time: EngineTime) -> Verdict {
    let fix = Fix(position, arrival: time)
    if fix.clock == .own {
      guard let last else { return accept(fix, previous: nil, at: time) }
      if last.clock == .own {
        if fix.milliseconds > last.milliseconds { return accept(fix, previous: last, at: time) }
        if fix.milliseconds == last.milliseconds { return .repeated }
      }
    } else if let last, last.clock == .arrival {
      // A receiver without a clock, already trusted: two fixes within one millisecond are one.
      return fix.milliseconds > last.milliseconds ? accept(fix, previous: last, at: time) : .repeated
    }
    if let before = candidates.last, !agree(before, fix) { candidates = [] }
    guard candidates.count + 1 == Self.agreeing else {
      candidates.append(fix)
      return .keptOut
    }
    return accept(fix, previous: candidates.last, at: time)
  }

  private mutating func accept(_ fix: Fix, previous: Fix?, at time: EngineTime) -> Verdict {
    last = fix
    acceptedAt = time
    candidates = []
    return .accepted(fix, previous: previous)
  }

  private func agree(_ a: Fix, _ b: Fix) -> Bool {
    a.clock == b.clock && b.milliseconds > a.milliseconds
      && b.impliedSpeed(since: a) <= ZoneBand.standardMaxSpeed
  }
}

extension FixOrder {
  func write(to writer: inout PackedWriter) {
    writer.write(optional: last) { $0.write($1) }
    writer.write(optional: acceptedAt) { $0.write($1.nanoseconds) }
    writer.write(UInt64(candidates.count))
    for fix in candidates { writer.write(fix) }
  }

  init(from reader: inout PackedReader) throws(PackingError) {
    last = try reader.optional { reader throws(PackingError) in try reader.fix() }
    acceptedAt = try reader.optional { reader throws(PackingError) in
      EngineTime(nanoseconds: try reader.signed())
    }
    let count = try reader.unsigned()
    guard count < UInt64(Self.agreeing) else { throw .malformed(offset: reader.offset) }
    for _ in 0..<count { candidates.append(try reader.fix()) }
  }
}
