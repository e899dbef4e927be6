import Config
import Rules
import Uplinks

extension GatewayConfiguration {
  /// Holds `commands:` of the uplinks against what there is: one that nobody waits for would be refused only when a server gives it.
  func checkCommands(_ rules: RuleSet, diagnostics: inout Diagnostics) {
    let own = OwnCommand.allCases.map(\.rawValue)
    let known = own + rules.commandNames
    for place in uplinks.flatMap(\.commandPlaces) where !known.contains(place.name) {
      let meant = Suggestion.closest(place.name, in: known)
      diagnostics.error(
        "unknown-command", "no rule waits for the command `\(place.name)`, and the gateway has none of that name",
        at: place.span,
        help: meant.map { "did you mean `\($0)`?" }
          ?? "take it out, or have a rule wait for it: `on: { command: \(place.name) }`; the gateway's own are \(own.map { "`\($0)`" }.joined(separator: ", "))"
      )
    }
  }
}
