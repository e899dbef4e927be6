import ArgumentParser
import Config
import Gateway

/// `waypost reload`: takes changed files, whole or not at all.
struct Reload: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Have the running gateway take changed files, whole or not at all.",
    discussion: """
      Reads the configuration, devices, rules and zones anew. If nothing in them is wrong, the gateway goes over to them \
      and this says what has changed; what has not changed runs on untouched. If something is, it is shown as \
      `waypost check` shows it, and everything runs on as before.
      Exit code: 0 taken, 1 refused, 2 could not be done.
      """)

  /// A large set of zones takes its time on a small box, and uplinks that end settle first.
  private static let timeout = 120

  @OptionGroup var control: ControlOptions

  @Option(name: .long, help: "text for people; json: one object, for programs.")
  var format: OutputFormat = .text

  func run() throws {
    let reply = try control.ask(.reload, timeout: Self.timeout)
    let isTaken = reply.node["taken"].flag
    switch format {
    case .json: Output.print(reply.line)
    case .text:
      let form = Output.isColourful(2) ? "colored" : "text"
      for finding in reply.node["diagnostics"].items { Output.complain(finding[form].text) }
      if isTaken {
        for line in ReloadText(reply.node).lines { Output.print(line) }
      } else {
        Output.complain("waypost: nothing was changed; the gateway runs on as before")
      }
    }
    if !isTaken { throw ExitCode(1) }
  }
}

/// Puts what a reload changed into lines for a person.
struct ReloadText {
  let lines: [String]

  init(_ reply: JSONNode) {
    let changed = reply["changed"]
    var lines: [String] = []
    for (member, word) in [
      ("files", "file"), ("rules", "rule"), ("zones", "zone"), ("devices", "device"), ("uplinks", "uplink"),
    ] {
      for how in ["added", "changed", "removed"] {
        let names = changed?[member]?[how].items.map(\.string).compactMap { $0 } ?? []
        guard !names.isEmpty else { continue }
        lines.append("\(word)\(names.count == 1 ? "" : "s") \(how): \(Self.list(names))")
      }
    }
    if changed?["reports"].flag ?? false { lines.append("report policies changed") }
    if changed?["position"].flag ?? false { lines.append("zones follow another device now") }
    let credentials = changed?["credentials"].items.compactMap(\.string) ?? []
    if !credentials.isEmpty { lines.append("connected anew with changed credentials: \(Self.list(credentials))") }
    let journal = changed?["journal"].items.compactMap(\.string) ?? []
    if !journal.isEmpty { lines.append("journal: \(Self.list(journal)) changed") }
    let state = lines.isEmpty ? "reloaded, nothing has changed" : "reloaded"
    self.lines = lines + ["\(state); configuration \(reply["configuration"].text)"]
  }

  /// A zone file may bring thousands.
  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(10).joined(separator: ", ")
    return names.count > 10 ? "\(shown) and \(names.count - 10) more" : shown
  }
}
