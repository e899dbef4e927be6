import Geo
import Model

/// A fix on a drive's own axis of time.
struct TracePoint: Hashable, Sendable {
  var coordinate: Coordinate
  /// Of the axis: since 1970 where the fixes have dates, else since the engine's zero.
  var milliseconds: Int64
  /// Metres per second over ground; `nil` where neither the receiver nor the fix before tells.
  var speed: Double?
  /// What lies between it and the point before was not seen.
  var beginsPiece = false

  /// Where something is that goes in a straight line, at even speed, from `self` to `other`, at a moment between the two.
  ///
  /// Straight in longitude and latitude, as a map draws it, and the short way round the Earth.
  func place(towards other: TracePoint, at moment: Int64) -> Coordinate {
    let whole = Double(other.milliseconds - milliseconds)
    let share = whole > 0 ? max(0, min(1, Double(moment - milliseconds) / whole)) : 0
    let turn = (other.coordinate.longitude - coordinate.longitude).remainder(dividingBy: 360)
    return Coordinate(
      latitude: coordinate.latitude + share * (other.coordinate.latitude - coordinate.latitude),
      longitude: (coordinate.longitude + share * turn).remainder(dividingBy: 360))
  }
}

/// Which moment of a drive's axis something belongs to.
struct TraceClock: Sendable {
  /// UTC of the engine's zero; `nil` while the recording's clock is not trusted.
  private var utcAtZero: Timestamp?
  /// The newest dated fix: engine time and its own.
  private var anchor: (engine: EngineTime, milliseconds: Int64)?

  /// Takes what the gateway says of its clock.
  mutating func take(_ system: SystemObservation) {
    switch system {
    case .clock(let utc): utcAtZero = utc
    case .clockLost, .start(downtime: nil): utcAtZero = nil
    default: break
    }
  }

  /// A fix that came in at `time`: its own time, else the gateway's.
  mutating func moment(of position: Position, at time: EngineTime) -> Int64 {
    guard let own = position.time else { return moment(of: time) }
    anchor = (time, own.milliseconds)
    return own.milliseconds
  }

  /// A moment of engine time: by the fixes' own time, lest receiver and gateway disagree on the page; else by the gateway's clock.
  func moment(of time: EngineTime) -> Int64 {
    if let anchor { return anchor.milliseconds + (time - anchor.engine).nanoseconds / 1_000_000 }
    if let utcAtZero { return (utcAtZero + (time - .zero)).milliseconds }
    return time.nanoseconds / 1_000_000
  }
}
