import ArgumentParser
import Config
import Geo
import Glibc

/// The outlines in a GeoJSON file, a feature at a time, so that a file of a hundred thousand takes no more memory than its numbers.
enum ZoneFile {
  /// Of each feature its polygons, of each polygon its rings.
  static func outlines(_ bytes: [UInt8]) throws -> [[[[Coordinate]]]] {
    try features(bytes).map { range in
      var diagnostics = Diagnostics()
      let file = SourceFile(path: "feature", bytes: Array(bytes[range]))
      guard let geometry = JSON.parse(file, diagnostics: &diagnostics)?["geometry"],
        let type = geometry["type"]?.string,
        let coordinates = geometry["coordinates"]?.array
      else { throw ValidationError("a feature at byte \(range.lowerBound) can't be read: \(diagnostics)") }
      switch type {
      case "Polygon": return [rings(coordinates)]
      case "MultiPolygon": return coordinates.map { rings($0.array ?? []) }
      default: throw ValidationError("no polygon, but \(type)")
      }
    }
  }

  private static func rings(_ nodes: [JSONNode]) -> [[Coordinate]] {
    nodes.map { ring in
      (ring.array ?? []).compactMap { point in
        guard let numbers = point.array, numbers.count >= 2, let longitude = numbers[0].number,
          let latitude = numbers[1].number
        else { return nil }
        return Coordinate(latitude: latitude, longitude: longitude)
      }
    }
  }

  /// Where the objects lie that are items of the first array in the outermost object.
  private static func features(_ bytes: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var depth = 0
    var start = 0
    var isText = false
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if isText {
        if byte == UInt8(ascii: "\\") { index += 1 } else if byte == UInt8(ascii: "\"") { isText = false }
      } else {
        switch byte {
        case UInt8(ascii: "\""): isText = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          depth += 1
          if depth == 3, byte == UInt8(ascii: "{") { start = index }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          if depth == 3, byte == UInt8(ascii: "}") { found.append(start..<index + 1) }
          // What follows the features is none of them.
          if depth == 2, byte == UInt8(ascii: "]"), !found.isEmpty { return found }
          depth -= 1
        default: break
        }
      }
      index += 1
    }
    return found
  }
}

/// Files as bytes.
enum ReadFile {
  static func bytes(of path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw ValidationError("\(path) can't be opened") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    let part = 1 << 20
    while true {
      let count = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: part))
      let read = bytes.withUnsafeMutableBytes { fread($0.baseAddress.map { $0 + count }, 1, part, file) }
      bytes.removeLast(part - read)
      if read == 0 { return bytes }
    }
  }

  static func places(in path: String) throws -> [Coordinate] {
    let bytes = try bytes(of: path)
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / 16).map { index in
        func number(_ offset: Int) -> Double {
          Double(bitPattern: UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        }
        return Coordinate(latitude: number(16 * index + 8), longitude: number(16 * index))
      }
    }
  }
}
