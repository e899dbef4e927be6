import Config
import Inputs
import Model
import Rules
import Uplinks

/// How one configuration differs from the one that runs: what is to be started anew, and what a person is told.
struct SetupChanges: Sendable {
  typealias Names = RuleSetChanges.Names

  /// Paths.
  var files = Names()
  var rules = RuleSetChanges()
  var devices = Names()
  var uplinks = Names()
  /// Uplinks that are as they were, but whose secrets or certificates hold something else.
  var credentials: [String] = []
  /// Keys of `journal:`.
  var journal: [String] = []
  /// The device whose position zones follow is another.
  var position = false
  /// How often the gateway tells how it is.
  var health = false

  /// - Parameter credentials: Unchanged uplinks whose credentials changed.
  init(from old: Setup, to new: Setup, credentials: [String]) {
    files = Names(from: old.files, to: new.files, name: \.path, text: { String($0.checksum) })
    rules = new.rules.changes(from: old.rules)
    devices = Names(
      from: old.devices.devices, to: new.devices.devices, name: \.declaration.name,
      text: { "\($0.identity)\n\($0.declaration)" })
    uplinks = Names(
      from: old.configuration.uplinks, to: new.configuration.uplinks, name: \.name, text: \.identity)
    let untouched = Set(uplinks.changed + uplinks.added)
    self.credentials = credentials.filter { !untouched.contains($0) }
    position = old.devices.positionDevice != new.devices.positionDevice
    health = old.configuration.health != new.configuration.health
    let (before, after) = (old.configuration.journal, new.configuration.journal)
    if before.limit != after.limit { journal.append("limit") }
    if before.flush != after.flush { journal.append("flush") }
    if before.history != after.history { journal.append("history") }
  }

  /// True when nothing that runs is to be otherwise; comments in files may have changed.
  var isEmpty: Bool {
    rules == RuleSetChanges() && devices.isEmpty && uplinks.isEmpty && credentials.isEmpty && journal.isEmpty
      && !position && !health
  }

  /// What can't be changed while the gateway runs, said as a mistake in the file.
  static func restartNeeded(from old: GatewayConfiguration, to new: GatewayConfiguration) -> Diagnostics {
    var diagnostics = Diagnostics()
    func refuse(_ what: String, _ before: String, at span: SourceSpan?) {
      diagnostics.error(
        "needs-restart", "\(what) can't be changed while the gateway runs; it is `\(before)` now", at: span,
        help: "run `systemctl restart waypost`, or put `\(before)` back")
    }
    if old.id != new.id { refuse("the gateway's id", old.id, at: new.places.id) }
    if old.journal.path != new.journal.path {
      refuse("the journal's path", old.journal.path, at: new.places.journalPath)
    }
    if old.api.socket != new.api.socket { refuse("the control socket's path", old.api.socket, at: new.places.socket) }
    return diagnostics
  }

  /// Writes the member `changed`: an object with a member for each thing that changed.
  func write(to writer: inout JSONWriter) {
    writer.key("changed")
    writer.beginObject()
    write("files", files, to: &writer)
    write("rules", rules.rules, to: &writer)
    write("zones", rules.zones, to: &writer)
    if rules.reports { writer.member("reports", true) }
    write("devices", devices, to: &writer)
    if position { writer.member("position", true) }
    if health { writer.member("health", true) }
    write("uplinks", uplinks, to: &writer)
    if !credentials.isEmpty { write("credentials", credentials, to: &writer) }
    if !journal.isEmpty { write("journal", journal, to: &writer) }
    writer.endObject()
  }

  private func write(_ name: String, _ names: Names, to writer: inout JSONWriter) {
    guard !names.isEmpty else { return }
    writer.key(name)
    writer.beginObject()
    for (key, list) in [("added", names.added), ("changed", names.changed), ("removed", names.removed)]
    where !list.isEmpty { write(key, list, to: &writer) }
    writer.endObject()
  }

  private func write(_ key: String, _ list: [String], to writer: inout JSONWriter) {
    writer.key(key)
    writer.beginArray()
    for name in list { writer.string(name) }
    writer.endArray()
  }

  /// In one line, for the log: `rules 2, uplinks 1`.
  var summary: String {
    func count(_ name: String, _ names: Names) -> String? {
      let count = names.added.count + names.changed.count + names.removed.count
      return count == 0 ? nil : "\(name) \(count)"
    }
    let parts: [String?] = [
      count("rules", rules.rules), count("zones", rules.zones), rules.reports ? "reports" : nil,
      count("devices", devices), position ? "position" : nil,
      health ? "health" : nil, count("uplinks", uplinks),
      credentials.isEmpty ? nil : "credentials \(credentials.count)",
      journal.isEmpty ? nil : "journal " + journal.joined(separator: " "),
    ]
    let text = parts.compactMap { $0 }.joined(separator: ", ")
    return text.isEmpty ? "nothing" : text
  }
}
