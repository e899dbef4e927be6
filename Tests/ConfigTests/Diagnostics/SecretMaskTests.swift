import Testing

@testable import Config

@Suite struct SecretMaskTests {
  private func shown(_ line: String, at column: Int = 1) -> String {
    let source = SourceFile(path: "a.yaml", text: line + "\n")
    let place = SourceLocation(line: 1, column: column, offset: column - 1)
    let end = SourceLocation(line: 1, column: column + 1, offset: column)
    let diagnostic = Diagnostic(
      severity: .error, code: "x", message: "m", span: SourceSpan(file: "a.yaml", start: place, end: end))
    return DiagnosticRenderer(sources: [source]).text(diagnostic, color: false)
  }

  @Test(arguments: [
    "password: hunter2", "  password:   hunter2  # mine", "mqtt: { usrname: a, password: hunter2, x: 1 }",
    "password: \"hunter2, {\"", "password: 'hunter2", "Password: hunter2", "\"password\": \"hunter2\"",
    "a: { token: hunter2 }", "password: \"hunter2",
  ])
  func passwordIsNeverShown(_ line: String) { #expect(!shown(line).contains("hunter2"), "\(shown(line))") }

  @Test func whereItIsAndWhatStandsBesideIsShown() {
    #expect(shown("password: { file: secret.txt }").contains("password: { file: secret.txt }"))
    #expect(shown("a: { password: x, usrname: b }").contains("usrname: b }"))
    #expect(shown("topics: { event: passwords }").contains("passwords }"))
  }

  @Test func literalSecretsOwnFindingHidesIt() {
    let source = SourceFile(path: "a.yaml", text: "password:\n  hunter2\n")
    let span = SourceSpan(
      file: "a.yaml", start: SourceLocation(line: 2, column: 3, offset: 12),
      end: SourceLocation(line: 2, column: 10, offset: 19))
    let diagnostic = Diagnostic(severity: .warning, code: "literal-secret", message: "m", span: span)
    let text = DiagnosticRenderer(sources: [source]).text(diagnostic, color: false)
    #expect(!text.contains("hunter2") && text.contains("^^^^^^^"))
  }
}
