import Geo

/// A 64-bit FNV-1a hash (draft-eastlake-fnv-17). It tells a changed definition from an unchanged one; unlike `Hasher` it is the
/// same in every process, so that it can stand in saved state.
struct Fingerprint {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }

  mutating func add(_ number: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { add(byte: UInt8(truncatingIfNeeded: number >> shift)) }
  }

  /// The length goes first, so that no two lists of texts run together into the same bytes.
  mutating func add(_ text: String) {
    add(UInt64(text.utf8.count))
    for byte in text.utf8 { add(byte: byte) }
  }

  /// −0 counts as 0.
  mutating func add(_ number: Double) { add((number == 0 ? 0 : number).bitPattern) }

  mutating func add(_ coordinate: Coordinate) {
    add(coordinate.latitude)
    add(coordinate.longitude)
  }

  /// Sixteen hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  static func of(_ text: String) -> UInt64 {
    var fingerprint = Fingerprint()
    fingerprint.add(text)
    return fingerprint.value
  }

  static func of(_ shape: Shape) -> UInt64 {
    var fingerprint = Fingerprint()
    switch shape.geometry {
    case .circle(let center, let radius):
      fingerprint.add("circle")
      fingerprint.add(center)
      fingerprint.add(radius)
    case .corridor(let lines, let width):
      fingerprint.add("corridor")
      fingerprint.add(width)
      fingerprint.add(UInt64(lines.count))
      for line in lines {
        fingerprint.add(UInt64(line.count))
        for coordinate in line { fingerprint.add(coordinate) }
      }
    case .polygons(let polygons):
      fingerprint.add("polygons")
      fingerprint.add(UInt64(polygons.count))
      for polygon in polygons {
        fingerprint.add(UInt64(polygon.rings.count))
        for ring in polygon.rings {
          fingerprint.add(UInt64(ring.count))
          for coordinate in ring { fingerprint.add(coordinate) }
        }
      }
    }
    return fingerprint.value
  }
}
