import Config
import Journal
import Model

extension MessageSchemas {
  /// The name of the schema of a kind of record: its `type`.
  static var recordNames: [String] { Record.Kind.allCases.map(\.name) }

  /// A schema for each kind of record.
  static var records: [(name: String, schema: WireSchema)] {
    Record.Kind.allCases.map { kind in (kind.name, record(kind)) } + [("crossing", crossing), ("happening", happening)]
  }

  private static func record(_ kind: Record.Kind) -> WireSchema {
    let (what, members) = members(of: kind)
    return .object(what, [.init("type", .constant(kind.name))] + identity + moment(kind) + members, rule: rule(kind))
  }

  /// In a batch the envelope says gateway and journal.
  private static var identity: [WireSchema.Member] {
    [
      .init("gateway", .reference("gateway"), required: false),
      .init("journal", .reference("journal"), required: false), .init("seq", .reference("seq")),
    ]
  }

  private static func moment(_ kind: Record.Kind) -> [WireSchema.Member] {
    // A `time` record is there because the time is known, and has a `boot` of its own.
    let undated: [WireSchema.Member] =
      kind == .time
      ? []
      : [
        .init(
          "time_quality", .choice("There was no UTC yet when it was sent", ["unsynchronised"]), required: false),
        .init("boot", .reference("boot"), required: false),
        .init("uptime", .number("Seconds since the box booted"), required: false),
      ]
    return [.init("timestamp", .reference("timestamp"), required: false)] + undated
      + [
        .init("late", .flag("It was kept while the link was away", always: true), required: false),
        .init(
          "again", .flag("It was refused for good once and is sent anew, below `low` too", always: true),
          required: false),
      ]
  }

  /// Either UTC or what stands for it.
  private static func rule(_ kind: Record.Kind) -> JSONText {
    kind == .time
      ? .object([])
      : .object([
        (
          "oneOf",
          .array([WireSchema.needs(["timestamp"]), WireSchema.needs(["time_quality", "boot", "uptime"])])
        )
      ])
  }

  private static func members(of kind: Record.Kind) -> (what: String, members: [WireSchema.Member]) {
    switch kind {
    case .position:
      (
        "Where the vehicle was",
        [.init("device", .reference("name")), .init("location", .reference("location"))] + course
      )
    case .reading:
      (
        "A value of an instrument",
        [
          .init("device", .reference("name")), .init("metric", .reference("name")),
          .init("value", .reference("value"), required: false),
          .init("unit", .text("As in SenML (RFC 8428)"), required: false),
          .init(
            "quality", .choice("Whether it can be believed", Quality.allCases.map(\.name))),
        ]
      )
    case .event: ("A rule was raised or cleared", [.init("event", .reference("happening"))])
    case .geofenceEvent: ("A zone was entered or left", [.init("event", .reference("crossing"))])
    case .device:
      (
        "A device was found or lost",
        [
          .init("device", .reference("name")), .init("state", .choice("How it is from now on", ["up", "down"])),
          .init("reason", .text("Why, in a word"), required: false),
        ]
      )
    case .gap:
      (
        "Records that will not come",
        [
          .init("first", .integer("The first number that may be among them", from: 1)),
          .init("last", .integer("The last", from: 1)), .init("count", .integer("How many they are", from: 1)),
          .init("reason", .choice("Why they were given up", DropCause.allCases.map(\.name))),
          .init(
            "error", .number("Of what was thinned: positions that are left redraw the track this exactly, metres"),
            required: false),
          .init(
            "interval", .number("Of what was thinned: seconds in each of which a reading is left"), required: false),
        ]
      )
    case .time:
      (
        "Dates the records of a boot that were sent without UTC",
        [
          .init("boot", .reference("boot")),
          .init("offset", .number("Seconds since 1970 when that boot began: a record was at `offset` + `uptime`")),
        ]
      )
    case .health: ("How the gateway is", health)
    }
  }

  /// `uptime` is the moment's, too.
  private static var health: [WireSchema.Member] {
    [
      .init("version", .text("Of Waypost")),
      .init("configuration", .text("Fingerprint of the configuration in force"), required: false),
      .init("running", .number("Seconds since the gateway started")),
      .init("clock", .choice("Whether it can be relied on", ["synchronised", "unsynchronised"])),
      .init("disk_free", .integer("Bytes free on the disk that holds the journal", from: 0), required: false),
      .init("memory", .integer("Bytes of memory that the gateway alone has", from: 0), required: false),
      .init("memory_free", .integer("Bytes of memory that programs could still have", from: 0), required: false),
      .init("temperature", .number("Of the processor, °C"), required: false),
      .init(
        "journal",
        .object(
          "What is kept",
          [
            .init("bytes", .integer("What it takes on the disk", from: 0)),
            .init("limit", .integer("What it may take", from: 0)),
            .init("dead_letters", .integer("Records that servers refused for good", from: 0)),
          ])),
      .init(
        "uplinks",
        .table(
          "By name",
          .object(
            "One of them",
            [
              .init("connected", .flag("Whether it is")),
              .init("waiting", .integer("Records that it hasn't delivered yet", from: 0)),
              .init("bytes_today", .integer("Both ways since midnight, UTC", from: 0)),
            ]))),
    ]
  }

  /// What a fix says besides the place.
  static var course: [WireSchema.Member] {
    [
      .init("altitude", .number("Metres above mean sea level"), required: false),
      .init("speed", .number("Metres a second"), required: false),
      .init("heading", .number("Degrees from true north", 0...360), required: false),
      .init("accuracy", .number("Metres, of the place"), required: false),
    ]
  }

  private static let id = WireSchema.text("Never comes twice with different content", limit: 128)

  private static var crossing: WireSchema {
    .object(
      "A zone was entered or left",
      [
        .init("id", id), .init("device_id", .reference("gateway")),
        .init("geofence_id", .text("The zone's, as the rules have it", limit: 64)),
        .init("geofence_name", .text("The zone's, for people"), required: false),
        .init("event_type", .choice("Which way", ["entry", "exit"])), .init("location", .reference("location")),
        .init("rule", .reference("name")),
        .init("gap", .flag("It fell into a time without fixes", always: true), required: false),
      ])
  }

  private static var happening: WireSchema {
    .object(
      "What a rule raised",
      [
        .init("id", id), .init("type", .text("As the rule names it")),
        .init("severity", .choice("How bad it is", ["info", "warning", "critical"])),
        .init("state", .choice("Clearing has the id of raising", ["raised", "cleared"])),
        .init("reason", .text("Why it was cleared, where not by the rule's own condition"), required: false),
        .init("rule", .reference("name")),
        .init("data", .table("What the rule adds; what was unknown is left out", .reference("value")), required: false),
      ])
  }
}
