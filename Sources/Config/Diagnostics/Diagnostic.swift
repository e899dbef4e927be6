/// One thing that is wrong with what somebody wrote, where, and what to do about it.
public struct Diagnostic: Error, Hashable, Sendable {
  public enum Severity: String, Hashable, Sendable { case error, warning }

  public var severity: Severity
  /// Short and stable, for programs: `unknown-key`.
  public var code: String
  /// One line, for people; what was written stands in backticks.
  public var message: String
  /// The remedy.
  public var help: String?
  public var span: SourceSpan?

  public init(severity: Severity, code: String, message: String, help: String? = nil, span: SourceSpan?) {
    self.severity = severity
    self.code = code
    self.message = message
    self.help = help
    self.span = span
  }
}
