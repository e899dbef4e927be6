public import Config
import Model

extension UplinkConfiguration {
  /// What an entry of `uplinks:` may hold.
  public static var schema: Schema {
    .object(
      Transports.all.map { .init($0.name, .object($0.keys), "The way to the server") } + [
        .init(
          "format", .choice(Formats.all.map { $0.name } + [SparkplugMessages().name]),
          standard: Formats.all.first.map { "`\($0.name)`" },
          "How records are written"),
        .init(
          "send", .list(.choice(Record.Kind.allCases.map(\.name))), standard: "all kinds",
          "Which kinds of records go there; `event` means those of zones too"),
        .init(
          "from", .choice(["now", "oldest"]), standard: "`now`", "Where a new uplink begins in what the journal holds"),
        .init(
          "keep", .quantity(.time), standard: "`30 d`",
          "Older records are given up for this uplink, counted, with a gap record; a removed uplink's place in the journal is kept as long"
        ),
        .init(
          "order", .choice(["live_first", "strict"]), standard: "`live_first`",
          "Whether what is new goes ahead of a backlog"),
        .init(
          "catch_up", .quantity(.dataRate), standard: "`100 KB per second`",
          "How fast a backlog may go beside what is new; or `unlimited`"),
        .init("batch", .object(batch), "How much goes in one message"),
        .init("compress", .choice(["none", "deflate"]), standard: "`none`", "Whether batches are deflated (RFC 1951)"),
        .init(
          "commands", CommandPermission.schema, standard: "`none`", "What the server there may ask this gateway to do"),
        .init(
          "metered",
          .either([
            .boolean, .object([.init("budget", .quantity(.dataRate), standard: "`1 MB per day`", "What it may cost")]),
          ]), standard: "`false`",
          "Whether each byte is paid for: events go at once, the rest as far as the budget lasts, and nothing is said that isn't needed"
        ),
        .init("window", .integer(1...100_000), standard: "1000", "Records on the way without an answer"),
      ])
  }

  private static var batch: [Schema.Key] {
    [
      .init("records", .integer(1...10_000), standard: "100", "The most records in a message"),
      .init("bytes", .quantity(.dataSize), standard: "`100 KB`", "The most bytes in a message, before it is deflated"),
      .init("linger", .quantity(.time), standard: "`1 s`", "How long a record may wait for others; `0 s`: not at all"),
    ]
  }
}
