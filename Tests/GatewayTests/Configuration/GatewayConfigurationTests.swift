import Config
import Foundation
import Model
import Testing
import Uplinks

@testable import Gateway

@Suite struct GatewayConfigurationTests {
  private func load(_ text: String) -> (configuration: GatewayConfiguration?, diagnostics: [Diagnostic]) {
    var diagnostics = Diagnostics()
    let configuration = GatewayConfiguration.load(
      SourceFile(path: "/etc/waypost/waypost.yaml", text: text), defaultID: "waypost-0", diagnostics: &diagnostics)
    return (configuration, diagnostics.sorted())
  }

  @Test(arguments: ["", "# all of it is a comment\n\n# more\n", "---\n", "~\n", "gateway:\njournal:\nuplinks:\napi:\n"])
  func fileThatSaysNothingIsAGatewayWithItsDefaults(text: String) throws {
    let (configuration, diagnostics) = load(text)
    #expect(diagnostics.isEmpty)
    let found = try #require(configuration)
    #expect(found.id == "waypost-0" && found.labels.isEmpty && found.position == nil && found.uplinks.isEmpty)
    #expect(found.journal == GatewayConfiguration.JournalConfiguration())
    #expect(found.api.socket == "/run/waypost/control.sock")
  }

  @Test func everyKeyIsRead() throws {
    let (configuration, diagnostics) = load(
      """
      gateway:
        id: truck-005
        position: gps
        labels: { region: geneva, fleet: north }
      journal:
        path: /srv/journal.db
        limit: 64 MB
        flush: 250 ms
        history: 2 h
      uplinks:
        central: { mqtt: { url: mqtt://broker.example.com } }
        office: { mqtt: { url: mqtt://office.example.com } }
      api:
        listen: off
        socket: /run/other.sock
      """)
    #expect(diagnostics.isEmpty, "\(diagnostics)")
    let found = try #require(configuration)
    #expect(found.id == "truck-005")
    #expect(found.position?.name == "gps")
    #expect(found.labels.map(\.name) == ["region", "fleet"] && found.labels.map(\.value) == ["geneva", "north"])
    #expect(found.journal.path == "/srv/journal.db" && found.journal.limit == 64_000_000)
    #expect(found.journal.flush == .milliseconds(250) && found.journal.history == .hours(2))
    #expect(found.uplinks.map(\.name) == ["central", "office"])
    #expect(found.api.socket == "/run/other.sock")
  }

  struct Mistake: Sendable, CustomTestStringConvertible {
    var text: String
    var code: String?
    /// What the carets stand under.
    var under: String
    var testDescription: String { text }
  }

  @Test(arguments: [
    Mistake(text: "gateway: { id: \"a b\" }", under: "\"a b\""),
    Mistake(text: "gateway: { id: .hidden }", under: ".hidden"),
    Mistake(text: "gateway: { position: GPS }", under: "GPS"),
    Mistake(text: "gateway: { labels: { region: \"a/b\" } }", under: "\"a/b\""),
    Mistake(text: "gateway: { labels: { region: x, region: y } }", code: "duplicate-key", under: "region"),
    Mistake(text: "gateway: { labels: [x] }", under: "[x]"),
    Mistake(text: "gateway: { name: x }", code: "unknown-key", under: "name"),
    Mistake(text: "gateway: truck", under: "truck"),
    Mistake(text: "journal: { path: data/journal.db }", code: "relative-path", under: "data/journal.db"),
    Mistake(text: "journal: { limit: 1 KB }", under: "1 KB"),
    Mistake(text: "journal: { limit: 256 }", under: "256"),
    Mistake(text: "journal: { flush: 1 ms }", under: "1 ms"),
    Mistake(text: "journal: { flush: 5 }", under: "5"),
    Mistake(text: "journal: { history: 1000 d }", under: "1000 d"),
    Mistake(text: "journal: { size: 1 GB }", code: "unknown-key", under: "size"),
    Mistake(text: "api: { listen: 127.0.0.1:8480 }", code: "later-version", under: "listen"),
    Mistake(text: "api: { socket: control.sock }", code: "relative-path", under: "control.sock"),
    Mistake(text: "api: { socket: /\(String(repeating: "x", count: 107)) }", code: "path-too-long", under: "/xxx"),
    Mistake(text: "uplinks: { central: { websocket: { url: https://x } } }", code: "url", under: "https://"),
    Mistake(text: "uplinks: { central: {} }", code: "missing-key", under: "{}"),
    Mistake(text: "uplink: {}", code: "unknown-key", under: "uplink"),
    Mistake(text: "- gateway", under: "- gateway"),
  ])
  func mistakeIsToldAtItsPlace(mistake: Mistake) throws {
    let (configuration, diagnostics) = load(mistake.text)
    #expect(configuration == nil)
    try #require(diagnostics.count == 1, "\(diagnostics)")
    let span = try #require(diagnostics[0].span)
    let text = String(decoding: Array(mistake.text.utf8)[span.start.offset..<span.end.offset], as: UTF8.self)
    #expect(text.hasPrefix(mistake.under), "\(diagnostics[0])")
    if let code = mistake.code { #expect(diagnostics[0].code == code) }
    #expect(diagnostics[0].help != nil)
  }

  @Test func allMistakesAreToldAtOnce() {
    let (_, diagnostics) = load(
      "gateway: { id: \"a b\", position: 5 }\njournal: { limit: 1 KB, flush: 5 }\napi: { socket: x }\nfoo: 1\n")
    #expect(diagnostics.compactMap { $0.span?.start.line } == [1, 1, 2, 2, 3, 4])
  }
}
