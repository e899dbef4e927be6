import Config
import Foundation
import Testing

/// Each folder of `Cases` holds `input.yaml` and, as `expected.txt`, what is shown for it. With `WAYPOST_RECORD=1` the expected texts are
/// written anew, to be read before they are committed.
@Suite struct RendererTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")

  static let names: [String] = {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return found.filter { !$0.hasPrefix(".") }.sorted()
  }()

  @Test(arguments: names)
  func showsTheLineCaretsAndRemedy(name: String) throws {
    let folder = Self.folder.appendingPathComponent(name)
    let file = SourceFile(
      path: "input.yaml", bytes: Array(try Data(contentsOf: folder.appendingPathComponent("input.yaml"))))
    var diagnostics = Diagnostics()
    if let root = YAML.parse(file, diagnostics: &diagnostics) { SampleRules.read(root, &diagnostics) }
    let renderer = DiagnosticRenderer(sources: [file])
    let shown = diagnostics.sorted().map { renderer.text($0, color: false) + "\n" }.joined(separator: "\n")
    let expected = folder.appendingPathComponent("expected.txt")
    if ProcessInfo.processInfo.environment["WAYPOST_RECORD"] == "1" {
      try shown.write(to: expected, atomically: true, encoding: .utf8)
    }
    #expect(shown == (try String(contentsOf: expected, encoding: .utf8)))
  }

  @Test func thereAreCases() { #expect(Self.names.count >= 20) }

  @Test func colourNeverChangesTheText() {
    let file = SourceFile(path: "a.yaml", text: "a: 日本\tx\n")
    let diagnostic = Diagnostic(severity: .warning, code: "c", message: "m", help: "h", span: file.span(3..<9))
    let renderer = DiagnosticRenderer(sources: [file])
    let plain = renderer.text(diagnostic, color: false)
    let colored = renderer.text(diagnostic, color: true)
    #expect(colored != plain)
    #expect(colored.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
    #expect(plain == "a.yaml:1:4: warning: m\n  1 | a: 日本 x\n    |    ^^^^\n      help: h")
  }

  @Test func jsonIsOneLineWithEveryMember() throws {
    let file = SourceFile(path: "a\"b.yaml", text: "x: \u{1F600} y\n")
    let renderer = DiagnosticRenderer(sources: [])
    let line = renderer.json(Diagnostic(severity: .error, code: "c", message: "m\n", help: nil, span: file.span(3..<9)))
    #expect(
      line
        == #"{"file":"a\"b.yaml","line":1,"column":4,"end_line":1,"end_column":7,"severity":"error","code":"c","message":"m\n","help":null}"#
    )
    #expect(
      renderer.json(Diagnostic(severity: .error, code: "c", message: "m", span: nil))
        == #"{"file":null,"line":null,"column":null,"end_line":null,"end_column":null,"severity":"error","code":"c","message":"m","help":null}"#
    )
  }

  @Test func aWholeFileHasNoLine() {
    let diagnostic = Diagnostic(
      severity: .error, code: "c", message: "there is no such file", help: "h", span: SourceSpan(wholeFile: "a.yaml"))
    let renderer = DiagnosticRenderer(sources: [SourceFile(path: "a.yaml", text: "x")])
    #expect(renderer.text(diagnostic, color: false) == "a.yaml: error: there is no such file\n  help: h")
    #expect(renderer.json(diagnostic).contains(#""line":1,"column":1,"#))
  }

  @Test func aTerminalIsNotCommandedByAFile() {
    let file = SourceFile(path: "e\u{1B}[2J.yaml", bytes: Array("a: \u{1B}[31m\u{202E}\u{7}".utf8) + [0xFF, 0x9B])
    let diagnostic = Diagnostic(
      severity: .error, code: "c", message: "\u{1B}]0;x\u{7}", help: "\u{9B}1m\nb", span: file.span(3..<4))
    let shown = DiagnosticRenderer(sources: [file]).text(diagnostic, color: false)
    #expect(
      !shown.unicodeScalars.contains {
        $0.value < 0x20 && $0 != "\n" || (0x7F..<0xA0).contains($0.value) || $0.value == 0x202E
      })
    #expect(shown.split(separator: "\n").count == 4)
  }

  @Test func ofALongLineOnlyThePartAroundTheFaultIsShown() {
    let text = String(repeating: "ab, ", count: 5000) + "FAULT" + String(repeating: ", cd", count: 100_000)
    let file = SourceFile(path: "long.yaml", text: text)
    let shown = DiagnosticRenderer(sources: [file]).text(
      Diagnostic(severity: .error, code: "c", message: "m", span: file.span(20000..<20005)), color: false)
    let lines = shown.split(separator: "\n").map(Array.init)
    #expect(lines.count == 3 && lines.allSatisfy { $0.count < 120 })
    let at = lines[2].firstIndex(of: "^") ?? 0
    #expect(String(lines[1][at..<at + 5]) == "FAULT")
    #expect(lines[2].filter { $0 == "^" }.count == 5)
    #expect(lines[1].filter { $0 == "…" }.count == 2)
  }

  @Test func aSpanThatFitsNoSourceIsShownWithoutTrapping() {
    let file = SourceFile(path: "a.yaml", text: "x: 1")
    let far = SourceLocation(line: 900, column: 7, offset: 4000)
    let span = SourceSpan(file: "a.yaml", start: far, end: SourceLocation(line: 901, column: 1, offset: 5000))
    #expect(
      DiagnosticRenderer(sources: [file]).text(
        Diagnostic(severity: .error, code: "c", message: "m", span: span), color: false
      ).contains("^"))
  }
}
