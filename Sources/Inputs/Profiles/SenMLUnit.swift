import Config

/// The names of units, as SenML has them: RFC 8428 (section 12.1) and RFC 8798.
enum SenMLUnit {
  /// Reads a unit. Another than SenML's is taken as it stands, with a warning: servers may know it, and rules don't care.
  static func read(_ node: YAMLNode, diagnostics: inout Diagnostics) -> String? {
    guard let unit = node.string("`unit`", limit: 32, diagnostics: &diagnostics) else { return nil }
    guard !known.contains(unit) else { return unit }
    if let name = meant[unit.lowercased()] ?? known.first(where: { $0.lowercased() == unit.lowercased() }) {
      diagnostics.warning(
        "wrong-unit", "`\(unit)` is not how SenML writes this unit", at: node.span, help: "write `\(name)`")
    } else if let (name, scale) = converted[unit.lowercased()] {
      diagnostics.warning(
        "wrong-unit", "SenML has no unit `\(unit)`", at: node.span,
        help: "write `\(name)`, and give the values in it (times \(scale)), so that every server knows it")
    } else {
      diagnostics.warning(
        "wrong-unit", "SenML has no unit `\(unit)`; it is passed on as it stands", at: node.span,
        help: "its units are in RFC 8428 and RFC 8798; leave `unit` out for what has none")
    }
    return unit
  }

  private static let known = Set(
    """
    m kg g s A K cd mol Hz rad sr N Pa J W C V F Ohm S Wb T H Cel lm lx Bq Gy Sv kat m2 m3 l m/s m/s2 m3/s l/s W/m2 cd/m2 bit bit/s
    lat lon pH dB dBW Bspl count / % %RH %EL EL 1/s 1/min beat/min beats S/m B VA VAs var vars J/m kg/m3 deg NTU
    ms min h MHz kW kVA kvar Ah Wh kWh varh kvarh kVAh Wh/km KiB GB Mbit/s B/s MB/s mV mA dBm ug/m3 mm/h m/h ppm /100 /1000 hPa mm cm
    km km/h
    """.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init))

  /// As people write them, in small letters.
  private static let meant = [
    "°c": "Cel", "c": "Cel", "celsius": "Cel", "degc": "Cel", "volt": "V", "volts": "V", "ampere": "A", "amps": "A",
    "watt": "W", "watts": "W", "kmh": "km/h", "kph": "km/h", "meter": "m", "metre": "m", "litre": "l", "liter": "l",
    "second": "s", "seconds": "s", "sec": "s", "hertz": "Hz", "pascal": "Pa", "°": "deg", "degrees": "deg", "rh": "%RH",
    "hours": "h", "hour": "h", "hr": "h", "minutes": "min", "minute": "min", "ohms": "Ohm", "ω": "Ohm", "lux": "lx",
    "percent": "%", "rpm": "1/min", "u/min": "1/min", "m³": "m3", "m²": "m2", "mbar": "hPa", "µg/m³": "ug/m3",
    "m³/s": "m3/s", "w/m²": "W/m2",
  ]

  /// What isn't there, and what is: one of the first is so many of the second.
  private static let converted: [String: (String, String)] = [
    "bar": ("hPa", "1000"), "kpa": ("hPa", "10"), "mpa": ("Pa", "1000000"), "psi": ("Pa", "6894.757"),
    "mwh": ("kWh", "1000"), "l/min": ("l/s", "0.0166667"), "l/h": ("l/s", "0.000277778"),
    "m³/h": ("m3/s", "0.000277778"), "m3/h": ("m3/s", "0.000277778"), "mj": ("J", "1000000"), "t": ("kg", "1000"),
    "kn": ("m/s", "0.514444"), "mb": ("B", "1000000"), "kb": ("B", "1000"), "d": ("h", "24"), "khz": ("Hz", "1000"),
  ]
}
