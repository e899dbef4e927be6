import Geo
import Model

/// A usable fix as zones see it: a place at a moment of one clock.
struct Fix: Hashable, Sendable {
  /// Which clock `milliseconds` is of; moments of different clocks cannot be compared.
  enum Clock: UInt8, Sendable {
    /// The receiver's, UTC since 1970.
    case own = 0
    /// Engine time, for receivers that give no time.
    case arrival = 1
  }

  var clock: Clock
  var milliseconds: Int64
  var coordinate: Coordinate

  init(clock: Clock, milliseconds: Int64, coordinate: Coordinate) {
    self.clock = clock
    self.milliseconds = milliseconds
    self.coordinate = coordinate
  }

  init(_ position: Position, arrival: EngineTime) {
    coordinate = Coordinate(latitude: position.latitude, longitude: position.longitude)
    if let time = position.time {
      clock = .own
      milliseconds = time.milliseconds
    } else {
      clock = .arrival
      milliseconds = arrival.nanoseconds / 1_000_000
    }
  }

  /// Seconds since `earlier`, infinite where the difference has no room; meaningful between fixes of one clock.
  func seconds(since earlier: Fix) -> Double {
    let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
    return overflow ? .infinity : Double(difference) / 1000
  }

  /// Metres per second that getting here from `earlier` takes; infinite where no time passed.
  func impliedSpeed(since earlier: Fix) -> Double {
    let seconds = seconds(since: earlier)
    guard seconds > 0 else { return .infinity }
    return Geodesic.distance(earlier.coordinate, coordinate) / seconds
  }
}

extension PackedWriter {
  mutating func write(_ fix: Fix) {
    write(byte: fix.clock.rawValue)
    write(fix.milliseconds)
    write(fix.coordinate.latitude)
    write(fix.coordinate.longitude)
  }
}

extension PackedReader {
  mutating func fix() throws(PackingError) -> Fix {
    guard let clock = Fix.Clock(rawValue: try byte()) else { throw .malformed(offset: offset - 1) }
    return Fix(clock: clock, milliseconds: try signed(), coordinate: try coordinate())
  }

  /// Refuses what no fix can have been, so that damaged state does not reach the geometry.
  mutating func coordinate() throws(PackingError) -> Coordinate {
    let latitude = try double()
    let longitude = try double()
    guard abs(latitude) <= 90, abs(longitude) <= 180 else { throw .malformed(offset: offset) }
    return Coordinate(latitude: latitude, longitude: longitude)
  }
}
