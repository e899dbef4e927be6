public import Config

extension ModbusProfile {
  public static var keys: [Schema.Key] {
    [
      .init("defaults", .object(ModbusDefaults.keys), "What the model needs of its line; a device's own entry wins"),
      .init("metrics", metricsSchema, isRequired: true, "What can be read and written, by names of your choice"),
    ]
  }

  /// What `metrics:` may hold, of a profile or of a device without one.
  public static var metricsSchema: Schema { .table(names: .identifiers, .object(place + value + handling)) }

  private static var place: [Schema.Key] {
    let address = Schema.integer(0...65535)
    return [
      .init("input", address, "Input register (function 4), counted from 0"),
      .init("holding", address, "Holding register (functions 3, 6 and 16), counted from 0"),
      .init("coil", address, "Coil (functions 1, 5 and 15), counted from 0"),
      .init("discrete", address, "Discrete input (function 2), counted from 0"),
      .init(
        "register", .integer(1...465_536),
        "Or the number as makers write it, five or six digits from 1: `30002` is `input: 1`, `40001` is `holding: 0`"),
    ]
  }

  private static var value: [Schema.Key] {
    [
      .init(
        "type", .text(pattern: #"^(bool|u?int(16|32|64)|float(32|64)|bits(32)?|string\([0-9]{1,3}\))$"#),
        "`bool`, `int16` to `int64`, `uint16` to `uint64`, `float32`, `float64`, `string(n)` of n bytes, `bits` of one register"
          + " or `bits32` of two; a coil needs none"),
      .init(
        "order", .choice(["ABCD", "CDAB", "BADC", "DCBA", "AB", "BA"]), standard: "`ABCD`",
        "The bytes in the order in which they come, A the highest; `BA` in one register"),
      .init("scale", .number, standard: "1", "The value is the raw number times this"),
      .init("offset", .number, standard: "0", "and then plus this"),
      .init(
        "scale_factor", .integer(0...465_536), "The register with the power of ten, as SunSpec has it, behind the value"
      ),
      .init(
        "map", .table(names: .any, .either([.boolean, .number, .text()])),
        "What the raw numbers mean: `{ 0: off, 1: on }`; another is a bad reading"),
      .init(
        "bits", .table(names: .identifiers, .either([.integer(0...31), .object(bit)])), "Names of bits; 0 is the lowest"
      ),
      .init("invalid", .oneOrMore(.number), "Raw numbers that mean that there is no value, before the scale: `0x7FFF`"),
      .init("min", .number, "A value below is a bad reading, and isn't written"),
      .init("max", .number, "A value above is a bad reading, and isn't written"),
      .init("unit", .text(), "As in SenML (RFC 8428): `Cel`, `%RH`, `kWh`"),
    ]
  }

  private static var bit: [Schema.Key] {
    [
      .init("from", .integer(0...31), isRequired: true, "The lowest bit of a field of several"),
      .init("to", .integer(0...31), isRequired: true, "The highest"),
      .init("map", .table(names: .any, .either([.boolean, .number, .text()])), "What its numbers mean"),
    ]
  }

  private static var handling: [Schema.Key] {
    [
      .init(
        "access", .choice(ModbusMetric.Access.allCases.map(\.rawValue)), standard: "`read`", "What may be done with it"),
      .init("pulse", .quantity(.time), "A coil that is switched off again after so long"),
      .init("every", .quantity(.time), "How often it is read, if not as often as its device"),
      .init("description", .text(), "For people"),
    ]
  }
}
