public import Config
import Journal
import Model

/// What is said on the wire in the format `json`, as JSON Schemas: every message, in both directions, and nothing besides.
///
/// They keep to words that drafts 7 and 2020-12 of JSON Schema share, so that the same text stands in the AsyncAPI document. Every object is
/// closed: a member that isn't described here fails the tests that hold what is sent against it. A receiver does better not to insist
/// on that, since later versions add members.
public enum MessageSchemas {
  /// A named schema. Others refer to it by `prefix` and name.
  struct Definition {
    var name: String
    var schema: JSONText
  }

  /// `messages.json`: a document whose root takes what a gateway sends, and whose `$defs` have each message by name.
  public static var document: JSONText {
    let prefix = "#/$defs/"
    return .object([
      ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      ("$id", .string("https://waypost.example/schema/messages.json")),
      ("title", .string("What a Waypost gateway sends in the format json, and what it takes")),
      (
        "anyOf",
        .array(
          ["message", "batch", "status", "pong", "response", "sync"].map { WireSchema.reference($0).json(prefix) })
      ),
      ("$defs", .object(definitions(prefix).map { ($0.name, $0.schema) })),
    ])
  }

  /// Everything that may be said.
  static func definitions(_ prefix: String) -> [Definition] {
    all.map { Definition(name: $0.name, schema: $0.schema.json(prefix)) }
  }

  static var all: [(name: String, schema: WireSchema)] { parts + records + envelopes + answers + socketIO + sparkplug }

  private static var parts: [(name: String, schema: WireSchema)] {
    [
      ("gateway", .text("Its name", pattern: "^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$")),
      (
        "journal",
        .text(
          "A run of sequence numbers. With `gateway` and `seq` it names a record for ever", pattern: "^[a-z0-9]{6}$")
      ),
      ("seq", .integer("A record's number, growing by one with each", from: 1)),
      ("timestamp", .text("UTC (RFC 3339)", pattern: #"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z$"#)),
      ("boot", .text("A boot of the box: the kernel's id of it")),
      ("name", .text("Of a device, a metric or a rule", pattern: "^[a-z_][a-z0-9_]{0,63}$")),
      ("value", .scalar("A number, `true` or `false`, or text")),
      (
        "location",
        .object(
          "WGS 84",
          [
            .init("latitude", .number("Degrees", -90...90)), .init("longitude", .number("Degrees", -180...180)),
          ])
      ),
      (
        "low",
        .object(
          "By lane: everything up to this number is settled, and won't come again",
          Lane.allCases.map { .init($0.name, .integer("Of the lane `\($0.name)`", from: 0)) })
      ),
    ]
  }
}
