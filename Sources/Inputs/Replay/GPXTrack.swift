import Model

/// Reads GPX 1.0 and 1.1 (topografix.com/gpx/1/1): the points of tracks, or, where there are none, of routes, or else the places.
///
/// A document without times is read as one point a second from 1970-01-01 on.
enum GPXTrack {
  static func read(_ bytes: [UInt8], into builder: inout TrackBuilder) {
    var best: GPXParser.Kind?
    var issues: [(TrackIssues.Reason, Int)] = []
    var positions: [(position: Position, line: Int)] = []
    let fault = GPXParser.parse(bytes) { kind, point in
      guard rank(kind) >= best.map(rank) ?? 0 else { return }
      if kind != best {
        best = kind
        positions.removeAll()
      }
      // One above the limit, so that the builder tells.
      guard positions.count <= TrackReader.pointLimit else { return }
      switch position(point) {
      case .success(let position): positions.append((position, point.line))
      case .failure(let reason): issues.append((reason.reason, point.line))
      }
    }
    for (reason, line) in issues { builder.issues.add(reason, line: line) }
    place(positions, into: &builder)
    if let fault { builder.issues.add(.badXML, line: fault) }
  }

  private static func place(_ positions: [(position: Position, line: Int)], into builder: inout TrackBuilder) {
    let isDated = positions.contains { $0.position.time != nil }
    var last: Timestamp?
    for (index, (position, line)) in positions.enumerated() {
      var position = position
      if !isDated {
        position.time = Timestamp(milliseconds: Int64(index) * 1000)
        builder.advance(by: .seconds(index == 0 ? 0 : 1))
      } else if let time = position.time {
        if let last, time < last {
          builder.issues.add(.backwards, line: line)
          continue
        }
        if let last { builder.advance(by: time - last) }
        last = time
      }
      if position.mode == .none { builder.addLoss() } else { builder.add(position) }
    }
  }

  private struct Fault: Error { var reason: TrackIssues.Reason }

  private static func rank(_ kind: GPXParser.Kind) -> Int {
    switch kind {
    case .track: 3
    case .route: 2
    case .place: 1
    }
  }

  private static func position(_ point: GPXParser.Point) -> Result<Position, Fault> {
    func number(_ text: String?) -> Double? { text.flatMap { Decimal.number(Array($0.utf8)) } }
    guard let latitude = number(point.latitude), let longitude = number(point.longitude) else {
      return .failure(Fault(reason: .badField))
    }
    var time: Timestamp?
    if let text = point.values["time"] {
      time = Timestamp(rfc3339: text)
      if time == nil { return .failure(Fault(reason: .badField)) }
    }
    let altitude = number(point.values["ele"])
    let mode: Position.Mode =
      switch point.values["fix"] {
      case "none": .none
      case "2d": .twoD
      case "3d": .threeD
      default: altitude == nil ? .twoD : .threeD
      }
    let position = Position(
      latitude: latitude, longitude: longitude, mode: mode, time: time, altitude: altitude,
      speed: number(point.values["speed"]).flatMap { $0 >= 0 ? $0 : nil },
      course: number(point.values["course"]).flatMap { (0..<360).contains($0) ? $0 : nil },
      hdop: number(point.values["hdop"]).flatMap { $0 > 0 ? $0 : nil },
      satellites: number(point.values["sat"]).flatMap { Int(exactly: $0) })
    guard abs(latitude) <= 90, abs(longitude) <= 180 else { return .failure(Fault(reason: .notOnEarth)) }
    return .success(position)
  }
}
