import Testing

extension EndToEnd {
  @Suite(.serialized) struct DemoTests {
    @Test func keysCutTheLinkAndKillTheGatewayAndAllArrives() throws {
      let terminal = try Terminal(Environment.waypost, ["demo", "--for", "600"])
      try terminal.reads("Keys: space cuts the link", within: 120)
      try terminal.reads(" s  ", within: 120)
      terminal.type(UInt8(ascii: " "))
      try terminal.reads("a dead zone begins", within: 120)
      // Each fix goes up in the demonstration, so that a second more is a record more that waits.
      try terminal.reads(" s  ", within: 120)
      try terminal.reads(" s  ", within: 120)
      terminal.type(UInt8(ascii: "k"))
      try terminal.reads("killed without a warning", within: 120)
      terminal.type(UInt8(ascii: " "))
      try terminal.reads("the link is back", within: 120)
      terminal.type(UInt8(ascii: "q"))
      try terminal.reads("records were kept", within: 120)
      #expect(try terminal.ends(within: 120) == 0, "\(terminal.shown)")
    }

    @Test func withoutATerminalTheLinkIsCutByItself() throws {
      try Bench.with { bench in
        let result = try bench.run(Environment.waypost, ["demo", "--for", "20"], name: "demo", within: 300)
        #expect(result.exit == .code(0), "\(result)")
        #expect(result.output.contains("a dead zone begins") && result.output.contains("the link is back"), "\(result)")
        #expect(!result.output.contains("Keys:"))
      }
    }
  }
}
