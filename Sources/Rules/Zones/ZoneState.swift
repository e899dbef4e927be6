import Geo
import Model

/// On which side of a zone's border something is.
enum Side: UInt8, Sendable {
  case outside = 0
  case inside = 1
}

/// A place and time at which a border was crossed, as well as the fixes tell.
struct Crossing: Hashable, Sendable {
  var at: Fix
  /// It fell into a gap without fixes; `at` is then the first fix after it.
  var isGap: Bool
}

/// What the engine remembers of one zone: the state machine that turns distances from the border into `enter` and `exit`.
///
/// A change of side needs a fix beyond the band (`ZoneBand`); leaving, and arriving by an impossible jump, needs a second such fix
/// next to it. The time of the crossing is that of the last change of raw side before.
struct ZoneState: Hashable, Sendable {
  /// The last side that was sure; `nil`: never known.
  var side: Side?
  /// False since the start, or since fixes went missing, until a fix is sure again.
  var isKnown = false
  /// Of the last fix, by the bare border; `nil` after a gap.
  var raw: Side?
  /// Raw sides of the last three fixes, one bit each, 1 inside, the newest lowest.
  var history: UInt8 = 0
  /// A first sure fix on the other side waits for a second one.
  var pending: Side?
  /// The last change of `raw`.
  var crossing: Crossing?
  /// While not known: the first fix since.
  var firstFix: Fix?
  /// Engine time of the last change of `side`.
  var since: EngineTime?

  /// One accepted fix, as a zone sees it.
  struct Sighting {
    var fix: Fix
    /// The accepted fix before, on the same clock.
    var previous: Fix?
    var time: EngineTime
    /// Signed metres to the border, inside positive; −∞ for far outside.
    var distance: Double
    /// The fix's horizontal error, metres.
    var error: Double

    /// Whether getting here from the fix before takes more than `speed`, metres per second.
    func isJump(beyond speed: Double) -> Bool {
      previous.map { fix.impliedSpeed(since: $0) > speed } ?? false
    }
  }

  /// A change of side to be told.
  struct Change: Hashable {
    var side: Side
    var crossing: Crossing
  }

  /// True when another fix outside the border, however near, would change nothing.
  var isSettledOutside: Bool {
    side == .outside && isKnown && raw == .outside && history == 0 && pending == nil
  }

  /// True when another fix on the same side of the border would change nothing: no margin is less than nothing, so that a sure fix on the other side
  /// is beyond the border. Such zones are not looked at until the border may have been crossed.
  var isSettled: Bool {
    isSettledOutside || (side == .inside && isKnown && raw == .inside && history == 0b111 && pending == nil)
  }

  /// Takes the next accepted fix. `interpolate` finds the crossing between the last fix and this one; asked only when `raw` changes.
  mutating func take(
    _ sighting: Sighting, band: ZoneBand, radius: Double, interpolate: (Side) -> Crossing
  ) -> Change? {
    let seen: Side = sighting.distance > 0 ? .inside : .outside
    if let raw, raw != seen { crossing = interpolate(seen) }
    raw = seen
    history = (history << 1 | seen.rawValue) & 0b111
    if !isKnown, firstFix == nil { firstFix = sighting.fix }

    guard let sure = sureSide(sighting, band: band, radius: radius) else {
      pending = nil
      return nil
    }
    if sure == side {
      pending = nil
      settle()
      return nil
    }
    if pending != sure, side == .inside || sighting.isJump(beyond: band.maxSpeed) {
      pending = sure
      return nil
    }
    return change(to: sure, sighting, raisesInitial: band.raisesInitial)
  }

  private func sureSide(_ sighting: Sighting, band: ZoneBand, radius: Double) -> Side? {
    if sighting.distance < -band.exitThreshold(error: sighting.error) { return .outside }
    let isInside =
      radius < sighting.error && band.enterMargin == nil
      // Too small for distance to say anything: two of three fixes, this one among them.
      ? raw == .inside && history.nonzeroBitCount >= 2
      : sighting.distance > band.enterThreshold(error: sighting.error, radius: radius)
    return isInside ? .inside : nil
  }

  private mutating func change(to sure: Side, _ sighting: Sighting, raisesInitial: Bool) -> Change? {
    let before = side
    let place =
      isKnown
      ? crossing ?? Crossing(at: sighting.fix, isGap: false)
      : Crossing(at: firstFix ?? sighting.fix, isGap: before != nil)
    side = sure
    since = sighting.time
    pending = nil
    crossing = nil
    settle()
    guard before != nil || (raisesInitial && sure == .inside) else { return nil }
    return Change(side: sure, crossing: place)
  }

  private mutating func settle() {
    isKnown = true
    firstFix = nil
  }

  /// No fix for too long, or nobody knows for how long: the side is kept, what was in the making is not.
  mutating func lose() {
    isKnown = false
    raw = nil
    history = 0
    pending = nil
    crossing = nil
    firstFix = nil
  }
}

extension ZoneState {
  func write(to writer: inout PackedWriter) {
    func code(_ side: Side?) -> UInt8 { side.map { $0.rawValue + 1 } ?? 0 }
    writer.write(byte: code(side) | code(raw) << 2 | code(pending) << 4 | (isKnown ? 1 << 6 : 0))
    writer.write(byte: history)
    writer.write(optional: crossing) {
      $0.write($1.at)
      $0.write($1.isGap)
    }
    writer.write(optional: firstFix) { $0.write($1) }
    writer.write(optional: since) { $0.write($1.nanoseconds) }
  }

  init(from reader: inout PackedReader) throws(PackingError) {
    let flags = try reader.byte()
    func side(_ code: UInt8) throws(PackingError) -> Side? {
      guard code & 3 != 0 else { return nil }
      guard let side = Side(rawValue: (code & 3) - 1) else { throw .malformed(offset: reader.offset) }
      return side
    }
    guard flags < 1 << 7 else { throw .malformed(offset: reader.offset) }
    self.side = try side(flags)
    raw = try side(flags >> 2)
    pending = try side(flags >> 4)
    isKnown = flags >> 6 == 1
    history = try reader.byte()
    guard history < 8, !isKnown || self.side != nil else { throw .malformed(offset: reader.offset) }
    crossing = try reader.optional { reader throws(PackingError) in
      Crossing(at: try reader.fix(), isGap: try reader.bool())
    }
    firstFix = try reader.optional { reader throws(PackingError) in try reader.fix() }
    since = try reader.optional { reader throws(PackingError) in EngineTime(nanoseconds: try reader.signed()) }
  }
}
