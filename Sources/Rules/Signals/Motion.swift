import Geo
import Model

/// Whether a vehicle moves and how far it went, from its fixes and their own time.
///
/// A parked receiver wanders, so that adding up the way from fix to fix would drive a standing truck some kilometres a day: while it
/// stands, the way counts only from the place where it came to a stand.
struct Motion: Hashable, Sendable {
  /// `nil` until the first fix since the start.
  var isMoving: Bool?
  /// Metres.
  var odometer = 0.0
  var trip = 0.0
  /// The last fix up to which the way was counted.
  var anchor: Fix?
  var last: Fix?
  /// Milliseconds of the fixes' clock: since when it is slow, and since when it stands.
  var slowSince: Int64?
  var stoodSince: Int64?

  /// Metres per second.
  static let movingSpeed = 1.5
  static let standingSpeed = 0.5
  /// Milliseconds.
  static let standsAfter: Int64 = 10_000
  static let tripEndsAfter: Int64 = 300_000
  /// A fix so far from where it stood is no jitter, whatever the speed says: metres, and times its error.
  static let surelyMoved = 50.0

  /// Takes an accepted fix.
  mutating func take(_ fix: Fix, _ position: Position) {
    if let last, last.clock != fix.clock {
      anchor = fix
      slowSince = nil
      stoodSince = nil
    }
    let before = last
    last = fix
    let implied: Double? = before.flatMap { before in
      guard before.clock == fix.clock, fix.seconds(since: before) > 0 else { return nil }
      return fix.impliedSpeed(since: before)
    }
    judge(position.speed ?? implied ?? 0, at: fix.milliseconds)
    guard let from = anchor else {
      anchor = fix
      return
    }
    let way = Geodesic.distance(from.coordinate, fix.coordinate)
    let seconds = fix.seconds(since: from)
    let isSure = way > max(Self.surelyMoved, 2 * position.estimatedError)
    guard isMoving == true || isSure else { return }
    anchor = fix
    guard seconds > 0, way / seconds <= ZoneBand.standardMaxSpeed else { return }
    odometer += way
    trip += way
  }

  private mutating func judge(_ speed: Double, at milliseconds: Int64) {
    if speed >= Self.movingSpeed {
      if let stoodSince, milliseconds &- stoodSince >= Self.tripEndsAfter { trip = 0 }
      isMoving = true
      slowSince = nil
      stoodSince = nil
      return
    }
    if speed >= Self.standingSpeed { slowSince = nil } else if slowSince == nil { slowSince = milliseconds }
    if isMoving == nil { isMoving = false }
    if isMoving == true, let slowSince, milliseconds &- slowSince >= Self.standsAfter { isMoving = false }
    if isMoving == false, stoodSince == nil { stoodSince = slowSince ?? milliseconds }
  }
}

extension Motion {
  func write(to writer: inout PackedWriter) {
    writer.write(optional: isMoving) { $0.write($1) }
    writer.write(odometer)
    writer.write(trip)
    writer.write(optional: anchor) { $0.write($1) }
    writer.write(optional: last) { $0.write($1) }
    writer.write(optional: slowSince) { $0.write($1) }
    writer.write(optional: stoodSince) { $0.write($1) }
  }

  init(from reader: inout PackedReader) throws(PackingError) {
    isMoving = try reader.optional { r throws(PackingError) in try r.bool() }
    odometer = try reader.double()
    trip = try reader.double()
    anchor = try reader.optional { r throws(PackingError) in try r.fix() }
    last = try reader.optional { r throws(PackingError) in try r.fix() }
    slowSince = try reader.optional { r throws(PackingError) in try r.signed() }
    stoodSince = try reader.optional { r throws(PackingError) in try r.signed() }
    guard odometer.isFinite, trip.isFinite else { throw .malformed(offset: reader.offset) }
  }
}
