import Config
import Model

extension MessageSchemas {
  /// What records travel in, and how the gateway is.
  static var envelopes: [(name: String, schema: WireSchema)] {
    [
      ("record", .oneOf("A record, by its type", recordNames)),
      ("message", .narrowed("record", WireSchema.needs(["gateway", "journal"]))),
      ("enclosed", .narrowed("record", WireSchema.lacks(["gateway", "journal"]))),
      (
        "batch",
        .object(
          "Several records",
          [
            .init("type", .constant("batch")), .init("gateway", .reference("gateway")),
            .init("journal", .reference("journal")),
            .init("batch", .integer("Counts from 1 in each connection", from: 1)), .init("low", .reference("low")),
            .init("head", .integer("The last number given", from: 0)),
            .init("messages", .list("In order", .reference("enclosed"), count: 1...10_000)),
          ])
      ),
      ("status", .oneOf("How the gateway is", ["there", "gone"])),
      ("there", status),
      (
        "gone",
        .object(
          "The broker's word, when the gateway has fallen silent",
          [.init("online", .flag("It isn't there", always: false))])
      ),
    ]
  }

  /// What goes as JSON beside Sparkplug's own messages.
  static var sparkplug: [(name: String, schema: WireSchema)] {
    [
      (
        "sync",
        .object(
          "What went before it with QoS 0 is there once the broker acknowledges it",
          [
            .init("type", .constant("sync")), .init("gateway", .reference("gateway")),
            .init("number", .integer("Counts from 1 in each connection", from: 1)),
          ])
      ),
      (
        "host_state",
        .object(
          "Whether a primary host is there (Sparkplug 3.0, STATE)",
          [
            .init("online", .flag("Whether it is")),
            .init(
              "timestamp", .integer("Milliseconds since 1970; what is older than the last is passed over", from: 0)),
          ])
      ),
    ]
  }

  private static var status: WireSchema {
    .object(
      "The gateway's own word, retained",
      [
        .init("online", .flag("`false`: it is leaving")), .init("version", .text("Waypost's")),
        .init("configuration", .text("A fingerprint of the configuration in force"), required: false),
        .init("gateway", .reference("gateway")), .init("journal", .reference("journal")),
        .init("low", .reference("low")), .init("head", .integer("The last number given", from: 0)),
        .init("uptime", .integer("Seconds since the box booted", from: 0)),
        .init(
          "clock",
          .choice(
            "Whether it knows the time",
            [GatewayStatus.Clock.synchronised.rawValue, GatewayStatus.Clock.unsynchronised.rawValue])),
      ])
  }

  /// What `waypost.v1` and commands say besides.
  static var answers: [(name: String, schema: WireSchema)] {
    let range = WireSchema.list("First and last", .reference("seq"), count: 2...2)
    return [
      (
        "ack",
        .object(
          "The server has stored these",
          [
            .init("type", .constant("ack")),
            .init("batch", .integer("A batch's number", from: 1), required: false),
            .init("seq", .reference("seq"), required: false),
            .init("seqs", .list("Ranges of records", range, count: 0...ServerMessage.mostRanges), required: false),
          ],
          rule: .object([
            ("anyOf", .array(["batch", "seq", "seqs"].map { WireSchema.needs([$0]) }))
          ]))
      ),
      (
        "nack",
        .object(
          "The server doesn't take this record",
          [
            .init("type", .constant("nack")), .init("seq", .reference("seq")),
            .init("error", .text("Why"), required: false),
          ])
      ),
      ("ping", .object("Are you there?", [.init("type", .constant("ping"))])),
      ("pong", .object("I am", [.init("type", .constant("pong"))])),
    ] + commands
  }

  private static func id(_ what: String, orNull: Bool = false) -> WireSchema {
    .token(what, pattern: #"^[!$-*,-.0-\[\]-~]{1,\#(CommandID.mostText)}$"#, orNull: orNull)
  }

  /// Commands and what came of them.
  private static var commands: [(name: String, schema: WireSchema)] {
    let name = WireSchema.text("Of the command", pattern: "^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$")
    let arguments = WireSchema.Member(
      "args",
      .table(
        "What it is about", .reference("argument"), names: "^[a-z_][a-z0-9_]{0,63}$",
        limit: [CommandArgument].limit),
      required: false)
    let called = "The server's name for it: the same command with the same id isn't done twice"
    return [
      (
        "argument",
        .oneOf("A number, `true` or `false`, or text", ["plain_argument", "text_argument"])
      ),
      ("plain_argument", .plain("A number, `true` or `false`")),
      ("text_argument", .text("Text", limit: CommandArgument.mostText)),
      (
        "command",
        .object(
          "The server asks for something, by WebSocket",
          [.init("type", .constant("command")), .init("id", id(called)), .init("name", name), arguments])
      ),
      (
        "request",
        .object(
          "The server asks for something, where topic or event say that it is a command: with MQTT 5's correlation data `id` may be left out, and the topic names it",
          [.init("id", id(called), required: false), .init("name", name, required: false), arguments])
      ),
      (
        "response",
        .object(
          "What came of a command",
          [
            .init("type", .constant("response")),
            .init("id", id("As the command had it; null where it had none that could be read", orNull: true)),
            .init("ok", .flag("Whether it was done")),
            .init("error", .text("Why not, and what to do about it"), required: false),
            .init(
              "commands", .list("What there is, where the command named nothing of it", name), required: false),
            .init("result", .anything("What came of it, as wire.md has it for each command"), required: false),
          ])
      ),
    ]
  }

  /// A Socket.IO server hears of a position in the flat form that such servers are written for.
  static var socketIO: [(name: String, schema: WireSchema)] {
    guard case .object(_, let members, let rule)? = records.first(where: { $0.name == "position" })?.schema else {
      return []
    }
    let flat: [WireSchema.Member] = [
      .init("lng", .number("Degrees", -180...180)), .init("lat", .number("Degrees", -90...90)),
    ]
    return [
      (
        "flat_position",
        .object(
          "A position as an event of Socket.IO has it",
          members.prefix(1) + flat
            + members.dropFirst().filter { $0.name != "location" }.map { member in
              .init(
                member.name, member.schema, required: member.isRequired || ["gateway", "journal"].contains(member.name))
            },
          rule: rule)
      )
    ]
  }
}
