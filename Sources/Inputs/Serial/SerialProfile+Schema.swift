public import Config

extension SerialProfile {
  public static var keys: [Schema.Key] {
    [
      .init(
        "defaults",
        .object(
          LineSetup.keys() + [
            .init("stale_after", .quantity(.time), "The silence after which its values are stale")
          ]), "How its line is set; a device's own entry wins")
    ] + bodyKeys
  }

  /// The keys that say how a model speaks; of a profile, or of a device without one.
  static var bodyKeys: [Schema.Key] {
    [
      .init("frame", .object(Framing.keys), standard: "a line", "How its stream is cut"),
      .init("checksum", .object(FrameChecksum.keys), "How each frame is held to what was sent"),
      .init(
        "format", FieldFormat.schema, isRequired: true,
        "What a frame looks like: a pattern as `{status},{weight:number}{unit}`, several of which the first that matches counts,"
          + " `json`, `csv`, or `keys`"),
      .init(
        "others", .choice(["broken", "ignore"]), standard: "`broken`", "What frames are that don't match the format"),
      .init(
        "poll",
        .object([
          .init("send", .text(), isRequired: true, "What it is asked; `\\r`, `\\n`, `\\t`, `\\xHH` are single bytes"),
          .init("every", .quantity(.time), standard: "`1 s`", "How often"),
          .init("timeout", .quantity(.time), standard: "`500 ms`", "How long it may take to answer"),
        ]), "For a device that speaks when it is asked"),
      .init("metrics", metricsSchema, isRequired: true, "What can be read, by names of your choice"),
    ]
  }

  static var metricsSchema: Schema {
    let word = Schema.either([.text(), .number, .boolean])
    return .table(
      names: .identifiers,
      .object([
        .init(
          "field", .either([.text(), .integer(1...FieldFormat.fieldLimit)]), standard: "the metric's name",
          "A pattern's or pair's name, a column's name or number, the path of a JSON member: `data.0.t`"),
        .init("type", .choice(SerialMetric.Kind.allCases.map(\.rawValue)), standard: "`number`", "What the field is"),
        .init(
          "scale", .either([.number, .table(names: .any, .either([.text(), .number]))]), standard: "1",
          "The value is the number times this; or `{ by: unit, kg: 1, g: 0.001 }` where another field names the unit"),
        .init("offset", .number, standard: "0", "and then plus this"),
        .init(
          "map", .table(names: .any, .either([.boolean, .number, .text()])),
          "What the field's texts mean: `{ ST: true, US: false }`; another is a bad reading"),
        .init("invalid", .oneOrMore(word), "Texts or numbers that mean that there is no value, before the scale"),
        .init(
          "invalid_when", .table(names: .any, .oneOrMore(word)),
          "Values of other fields with which this one means nothing: `{ status: OL }`"),
        .init("min", .number, "A value below is a bad reading"),
        .init("max", .number, "A value above is a bad reading"),
        .init("unit", .text(), "As in SenML (RFC 8428): `kg`, `Cel`, `V`"),
        .init("description", .text(), "For people"),
      ]))
  }
}
