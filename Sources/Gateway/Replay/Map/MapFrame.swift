import Config
import Geo

/// Where longitudes are counted from, so that what belongs together isn't drawn at opposite ends of the world.
struct MapFrame {
  /// The beginning of the first drive.
  let origin: Coordinate?

  init(_ origin: Coordinate?) { self.origin = origin }

  /// The longitude, whole turns added or taken off, that is nearest to the origin's.
  func near(_ longitude: Double) -> Double {
    guard let origin else { return longitude }
    return longitude - 360 * ((longitude - origin.longitude) / 360).rounded()
  }
}

extension JSONWriter {
  /// The members `lat` and `lon`; the longitudes run on past ±180 rather than jump.
  /// - Parameter origin: The first longitude is turned to be near this one's.
  mutating func line(_ points: [Coordinate], from origin: Coordinate?) {
    var longitude = origin?.longitude ?? points.first?.longitude ?? 0
    var longitudes: [Int64] = []
    for point in points {
      longitude += (point.longitude - longitude).remainder(dividingBy: 360)
      longitudes.append(longitude.millionths)
    }
    differences("lat", points.map { $0.latitude.millionths })
    differences("lon", longitudes)
  }

  /// The member `name`: the first number, then each one's difference from the one before.
  mutating func differences(_ name: String, _ numbers: [Int64]) {
    key(name)
    beginArray()
    var before: Int64 = 0
    for number in numbers {
      self.number(number - before)
      before = number
    }
    endArray()
  }
}

extension Double {
  /// Of a degree: 0.1 m, what a page keeps of a coordinate.
  var millionths: Int64 { Int64((self * 1e6).rounded()) }
}
