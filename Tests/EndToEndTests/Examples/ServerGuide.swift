import Foundation
import Testing

/// docs/server-guide.md, whose programs are those of `examples/`.
struct ServerGuide {
  /// A fenced block.
  struct Block: Hashable {
    var language: String
    var text: String
  }

  let text: String
  let blocks: [Block]

  init() throws {
    text = try String(contentsOfFile: "\(Environment.packageRoot)/docs/server-guide.md", encoding: .utf8)
    blocks = text.matches(of: /(?ms)^```(\w+)\n(.*?)^```/).map {
      Block(language: String($0.output.1), text: String($0.output.2))
    }
  }

  /// The query that finds what is missing, for SQLite, with its places filled in.
  func missing(gateway: String, low: Int) throws -> String {
    try #require(blocks.first { $0.language == "sql" }).text.replacingOccurrences(of: ":gateway", with: "'\(gateway)'")
      .replacingOccurrences(of: ":low", with: "\(low)")
  }
}

@Suite struct ServerGuideTests {
  @Test(arguments: [
    ("python", "receiver-websocket/receiver.py"), ("python", "receiver-mqtt/receiver.py"),
    ("conf", "receiver-mqtt/mosquitto.conf"),
  ]) func whatTheGuideShowsIsWhatTheTestsRun(language: String, file: String) throws {
    let text = try String(contentsOfFile: ExampleProgram.path(file), encoding: .utf8)
    let isShown = try ServerGuide().blocks.contains(.init(language: language, text: text))
    #expect(isShown, "docs/server-guide.md doesn't show examples/\(file) as it is")
  }

  /// Every program that it shows is a file of the examples.
  @Test func nothingInItIsACopyThatNobodyRuns() throws {
    let shown = try ServerGuide().blocks.filter { !["sh", "json", "sql"].contains($0.language) }
    #expect(shown.count == 3)
  }
}
