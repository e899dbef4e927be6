import CEL

/// What the vehicle's own words tell better than the language: units of signals, and how other products name them.
extension Vocabulary {
  /// `nil` where the language's own remedy is as good.
  func remedy(for problem: Problem, in text: String) -> String? {
    let bytes = Array(text.utf8)
    let written = String(decoding: bytes[problem.span], as: UTF8.self)
    let before = String(decoding: bytes[..<problem.span.lowerBound], as: UTF8.self)
    switch problem.code {
    case .unit: return unitRemedy(written, before)
    case .unknownName:
      if let device = receivers.first(where: { before.hasSuffix("\($0).") }) { return fieldRemedy(written, of: device) }
      if before.hasSuffix(".") { return nil }
      if zones.contains(written) { return "`\(written)` is a zone: write `in_zone(\"\(written)\")`" }
      if written == "speed", let device = receivers.sorted().first {
        return "write `\(device).speed_kmh` for km/h, or `\(device).speed` for m/s"
      }
      return Self.words[written.lowercased()]
    default: return nil
    }
  }

  /// Names of functions and values, in small letters, and what they are here.
  private static let words = [
    "avg": mean, "average": mean, "median": mean, "mittelwert": mean, "moyenne": mean,
    "delta": "write `x - previous(x)`",
    "inside": zone, "inzone": zone, "geofence": zone, "zone": zone, "is_inside": zone, "in_geofence": zone,
    "hour": hour, "hours": hour, "time": hour, "stunde": hour, "heure": hour, "uhrzeit": hour, "clock": hour,
    "weekday": day, "dayofweek": day, "wochentag": day, "day": day,
    "abs": "write `math.abs(x)`", "distance": "write `distance_to(\"depot\")`",
    "last": "write `previous(reefer.temperature)`",
    "changed": "write `on: { change: reefer.door }`",
    "ignition": "it is a signal: write it with its device, `vehicle.ignition`",
  ]
  private static let mean = "write `mean(reefer.temperature, \"5 min\")`"
  private static let zone = "write `in_zone(\"depot\")`, with the zone's id in quotes"
  private static let hour = "write `local_time(\"Europe/Zurich\").getHours()`"
  private static let day = "write `local_time(\"Europe/Zurich\").getDayOfWeek()`; 0 is Sunday"

  /// What a receiver doesn't have by that name.
  private func fieldRemedy(_ word: String, of device: String) -> String? {
    let fields: [String: PositionField] = [
      "kmh": .speedKmh, "kph": .speedKmh, "speed_kph": .speedKmh, "velocity": .speedKmh, "mph": .speedMph,
      "knots": .speedKn, "kts": .speedKn, "kn": .speedKn, "lat": .latitude, "lon": .longitude, "lng": .longitude,
      "long": .longitude, "alt": .altitude, "elevation": .altitude, "height": .altitude, "heading": .course,
      "bearing": .course, "direction": .course, "track": .course, "cog": .course, "sog": .speedKn, "sats": .satellites,
      "error": .accuracy, "eph": .accuracy, "mileage": .odometer, "distance": .odometer, "valid": .fix, "status": .fix,
    ]
    switch word.lowercased() {
    case "zone", "zones", "geofence", "area": return Self.zone
    case "stopped", "parked", "standing", "stationary", "idle": return "write `!\(device).moving`"
    case "time", "timestamp": return "write `now`, or `\(Self.hour.split(separator: "`")[1])`"
    case let word: return fields[word].map { "write `\(device).\($0.rawValue)`: \($0.note)" }
    }
  }

  /// `80 km/h` behind `gps.speed >`.
  private func unitRemedy(_ written: String, _ before: String) -> String? {
    let number = String(written.prefix { $0.isNumber || $0 == "." || $0 == "-" })
    let unit = written.dropFirst(number.count).filter { $0 != " " }.lowercased()
    var rest = Substring(before)
    func dropBlanks() { while rest.last == " " { rest.removeLast() } }
    dropBlanks()
    let symbol = String(rest.reversed().prefix { "<>=!".contains($0) }.reversed())
    rest = rest.dropLast(symbol.count)
    dropBlanks()
    let path = String(rest.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }.reversed())
    guard !symbol.isEmpty, let signal = SignalName(path), receivers.contains(signal.device),
      let field = PositionField(rawValue: signal.metric)
    else { return nil }
    let units: [PositionField: [String]] = [
      .speedKmh: ["km/h", "kmh", "kph"], .speedMph: ["mph", "mi/h"], .speedKn: ["kn", "kt", "kts", "knots"],
      .speed: ["m/s", "mps"],
    ]
    let speeds: [PositionField] = [.speed, .speedKmh, .speedMph, .speedKn]
    if speeds.contains(field), let meant = speeds.first(where: { units[$0]?.contains(unit) == true }), meant != field {
      let name = "\(signal.device).\(meant.rawValue)"
      return "write `\(name) \(symbol) \(number)`: `\(path)` is in \(units[field]?.first ?? "another unit")"
    }
    return (field.unit ?? units[field]?.first).map { "write just `\(number)`: `\(path)` is in \($0)" }
  }
}
