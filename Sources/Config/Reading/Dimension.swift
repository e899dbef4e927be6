/// What a quantity measures, with the units in which it may be written.
struct Dimension: Sendable {
  struct Unit: Sendable {
    let name: String
    /// How many of the dimension's base unit.
    let factor: Double
  }

  /// For messages: "a length of time".
  let noun: String
  /// From small to large; the first of a size is the one that is written in messages.
  let units: [Unit]
  /// What people write instead, each with the unit that they mean.
  let mistaken: [String: String]
  /// The unit that is proposed where none was written.
  let usual: String
  /// What isn't taken as a unit but can be said in one: a week is 7 d.
  var multiples: [String: (count: Double, unit: String)] = [:]

  /// "time", "distance": what its units are units of.
  var measure: String { noun == Dimension.time.noun ? "time" : String(noun.drop { $0 != " " }.dropFirst()) }

  func unit(_ name: String) -> Unit? { units.first { $0.name == name } }

  /// The unit that somebody most likely meant.
  func meant(_ word: String) -> String? {
    let lower = word.lowercased()
    return mistaken[word] ?? mistaken[lower] ?? units.first { $0.name.lowercased() == lower }?.name
      ?? (lower.hasSuffix(".") ? meant(String(lower.dropLast())) : nil)
  }

  var list: String { units.map { "`\($0.name)`" }.joined(separator: ", ") }

  /// Base: nanoseconds.
  static let time = Dimension(
    noun: "a length of time",
    units: [
      Unit(name: "ms", factor: 1e6), Unit(name: "s", factor: 1e9), Unit(name: "min", factor: 60e9),
      Unit(name: "h", factor: 3600e9), Unit(name: "d", factor: 86400e9),
    ],
    mistaken: words([
      "ms": "msec msecs millisecond milliseconds millis millisekunden",
      "s": "sec secs second seconds sek sekunde sekunden seconde secondes segundos secondi",
      "min": "m mins minute minutes mn minuten minutos minuti",
      "h": "hr hrs hour hours std stunde stunden heure heures horas ore uhr",
      "d": "day days tag tage tagen t j jour jours dias giorni",
    ]), usual: "s",
    multiples: multiples([
      (7, "d", "w wk week weeks woche wochen semaine semaines"), (30, "d", "mo month months monat monate mois"),
      (365, "d", "y yr year years jahr jahre an ans"),
    ]))

  /// Base: metres.
  static let length = Dimension(
    noun: "a distance",
    units: [
      Unit(name: "m", factor: 1), Unit(name: "km", factor: 1000), Unit(name: "ft", factor: 0.3048),
      Unit(name: "mi", factor: 1609.344), Unit(name: "nmi", factor: 1852),
    ],
    mistaken: words([
      "m": "meter meters metre metres mtr mètre mètres metros min",
      "km": "kilometer kilometers kilometre kilometres kms", "ft": "foot feet '",
      "mi": "mile miles", "nmi": "nm sm nautical",
    ]), usual: "m")

  /// Base: metres per second.
  static let speed = Dimension(
    noun: "a speed",
    units: [
      Unit(name: "m/s", factor: 1), Unit(name: "km/h", factor: 1 / 3.6), Unit(name: "mph", factor: 0.44704),
      Unit(name: "kn", factor: 1852.0 / 3600),
    ],
    mistaken: words([
      "km/h": "kmh kph kmph km/hr km/hour km/std kmh-1 km", "m/s": "mps m/sec ms-1 m", "mph": "mi/h mi/hr mp/h mi",
      "kn": "kt kts knot knots kns",
    ]), usual: "km/h")

  /// Base: degrees.
  static let angle = Dimension(
    noun: "an angle", units: [Unit(name: "deg", factor: 1)],
    mistaken: words(["deg": "° degree degrees degs d grad degré degrés º"]),
    usual: "deg")

  /// Base: bytes. Decimal, as networks count, and binary.
  static let dataSize = Dimension(
    noun: "an amount of data",
    units: [
      Unit(name: "B", factor: 1), Unit(name: "KB", factor: 1e3), Unit(name: "MB", factor: 1e6),
      Unit(name: "GB", factor: 1e9),
      Unit(name: "KiB", factor: 1024), Unit(name: "MiB", factor: 1_048_576), Unit(name: "GiB", factor: 1_073_741_824),
    ],
    mistaken: words([
      "B": "byte bytes octets", "KB": "k kbyte kbytes kilobyte kilobytes",
      "MB": "m mbyte mbytes megabyte megabytes meg",
      "GB": "g gbyte gbytes gigabyte gigabytes gig", "KiB": "ki", "MiB": "mi", "GiB": "gi",
    ]), usual: "MB",
    multiples: multiples([
      (1000, "GB", "tb terabyte terabytes"), (0.125, "KB", "kbit kbits"), (0.125, "MB", "mbit mbits"),
    ]))

  static let all = [time, length, speed, angle, dataSize]

  private static func multiples(_ lists: [(Double, String, String)]) -> [String: (count: Double, unit: String)] {
    var out: [String: (count: Double, unit: String)] = [:]
    for (count, unit, words) in lists { for word in words.split(separator: " ") { out[String(word)] = (count, unit) } }
    return out
  }

  private static func words(_ lists: [String: String]) -> [String: String] {
    var out: [String: String] = [:]
    for (unit, words) in lists { for word in words.split(separator: " ") { out[String(word)] = unit } }
    return out
  }
}
