import Model

/// Which column is which in a CSV track.
struct CSVColumns {
  enum Column: String, CaseIterable { case t, lat, lon, speed = "speed_mps", hdop, nsat, fix, alt, course, accuracy }

  let index: [Column: Int]
  let count: Int

  /// `nil` when the line doesn't name `t`, `lat` and `lon`.
  init?(header: ArraySlice<UInt8>) {
    guard header.count <= 1024 else { return nil }
    let names = CSVTrack.split(header).map { String(decoding: $0, as: UTF8.self).lowercased() }
    var index: [Column: Int] = [:]
    for (position, name) in names.enumerated() {
      if let column = Column(rawValue: name), index[column] == nil { index[column] = position }
    }
    guard index[.t] != nil, index[.lat] != nil, index[.lon] != nil else { return nil }
    self.index = index
    count = names.count
  }
}

/// Reads comma-separated tracks. The first line names the columns, in any order: `t` (seconds since 1970, or since any moment of one's own, which
/// is then 1970-01-01), `lat`, `lon` (degrees), and if known `speed_mps`, `course`, `alt` (metres above the sea), `hdop`, `accuracy` (metres), `nsat`, `fix`
/// (0 for none). An empty field is unknown; other columns are passed over.
enum CSVTrack {
  static func read(_ bytes: [UInt8], into builder: inout TrackBuilder) {
    var columns: CSVColumns?
    var last: Double?
    for (lineNumber, line) in ByteLines(bytes) {
      guard let first = line.first, first != UInt8(ascii: "#") else { continue }
      guard let known = columns else {
        columns = CSVColumns(header: line)
        continue
      }
      guard line.count <= 1024 else {
        builder.issues.add(.tooLong, line: lineNumber)
        continue
      }
      let fields = split(line)
      guard fields.count == known.count else {
        builder.issues.add(.cutShort, line: lineNumber)
        continue
      }
      func number(_ column: CSVColumns.Column) -> Double? {
        known.index[column].flatMap { Decimal.number(fields[$0]) }
      }
      func isEmpty(_ column: CSVColumns.Column) -> Bool { known.index[column].map { fields[$0].isEmpty } ?? true }
      guard let t = number(.t), abs(t) < 1e11 else {
        builder.issues.add(.badField, line: lineNumber)
        continue
      }
      if let last, t < last {
        builder.issues.add(.backwards, line: lineNumber)
        continue
      }
      // By way of whole milliseconds, or tenths of a second since 1970 would add up to microseconds.
      if let last { builder.advance(by: Timestamp(seconds: t) - Timestamp(seconds: last)) }
      last = t
      if number(.fix) == 0 || (isEmpty(.lat) && isEmpty(.lon)) {
        builder.addLoss()
        continue
      }
      guard let latitude = number(.lat), let longitude = number(.lon),
        CSVColumns.Column.allCases.allSatisfy({ isEmpty($0) || number($0) != nil })
      else {
        builder.issues.add(.badField, line: lineNumber)
        continue
      }
      let altitude = number(.alt)
      let position = Position(
        latitude: latitude, longitude: longitude, mode: altitude == nil ? .twoD : .threeD, time: Timestamp(seconds: t),
        altitude: altitude, speed: number(.speed), course: number(.course), accuracy: number(.accuracy),
        hdop: number(.hdop), satellites: number(.nsat).flatMap { Int(exactly: $0) })
      if position.isUsable { builder.add(position) } else { builder.issues.add(.notOnEarth, line: lineNumber) }
    }
  }

  static func split(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    line.split(separator: UInt8(ascii: ","), maxSplits: 64, omittingEmptySubsequences: false).map { field in
      var field = field
      while let first = field.first, first == 32 || first == 9 { field = field.dropFirst() }
      while let last = field.last, last == 32 || last == 9 { field = field.dropLast() }
      return field
    }
  }
}
