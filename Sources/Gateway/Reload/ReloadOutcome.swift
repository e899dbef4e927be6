import Config

/// What a reload came to.
enum ReloadOutcome: Sendable {
  /// The files are in force; `findings` are warnings at most.
  case taken(SetupChanges, fingerprint: String, findings: Findings)
  /// Nothing has changed: the files have mistakes, or change what needs a restart.
  case refused(Findings)
  /// Nothing has changed: it could not be done now.
  case impossible(String)

  /// What is wrong with the files, with the files as they were read.
  struct Findings: Sendable {
    var diagnostics = Diagnostics()
    var sources: [SourceFile] = []

    var errors: Int { diagnostics.all.count { $0.severity == .error } }

    /// Writes the member `diagnostics`: each in the forms that `waypost check` shows.
    func write(to writer: inout JSONWriter) {
      let renderer = DiagnosticRenderer(sources: sources)
      writer.key("diagnostics")
      writer.beginArray()
      for diagnostic in diagnostics.sorted() {
        writer.beginObject()
        writer.member("text", renderer.text(diagnostic, color: false))
        writer.member("colored", renderer.text(diagnostic, color: true))
        writer.member("json", renderer.json(diagnostic))
        writer.endObject()
      }
      writer.endArray()
    }
  }

  /// The reply line.
  var reply: [UInt8] {
    switch self {
    case .taken(let changes, let fingerprint, let findings):
      ControlReply.success { writer in
        writer.member("taken", true)
        writer.member("configuration", fingerprint)
        changes.write(to: &writer)
        findings.write(to: &writer)
      }
    case .refused(let findings):
      ControlReply.success { writer in
        writer.member("taken", false)
        findings.write(to: &writer)
      }
    case .impossible(let why): ControlReply.refusal(why)
    }
  }
}

/// The configuration in force, for `waypost status`.
struct ConfigurationStatus: Sendable {
  var fingerprint: String
  /// On the boot clock, nanoseconds.
  var loadedAt: Int64
  /// How many reloads were taken since the start.
  var reloads = 0
  /// The last reload that was not taken, if it came after the last one that was.
  var refusal: Refusal?

  struct Refusal: Sendable {
    /// On the boot clock, nanoseconds.
    var at: Int64
    var errors: Int
    /// The first of them in one line, with its place.
    var reason: String
  }

  /// Writes the member `configuration`.
  func write(to writer: inout JSONWriter, now: Int64) {
    func seconds(_ since: Int64) -> Double { Double(now - since) / 1e9 }
    writer.key("configuration")
    writer.beginObject()
    writer.member("fingerprint", fingerprint)
    writer.member("loaded_ago", seconds(loadedAt), decimals: 1)
    writer.member("reloads", reloads)
    if let refusal {
      writer.key("refused")
      writer.beginObject()
      writer.member("ago", seconds(refusal.at), decimals: 1)
      writer.member("errors", refusal.errors)
      writer.member("reason", refusal.reason)
      writer.endObject()
    }
    writer.endObject()
  }
}
