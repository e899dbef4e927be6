import ArgumentParser

/// `--config FILE`, as every subcommand that reads the configuration has it.
struct ConfigOption: ParsableArguments {
  /// Where the package has it.
  static let standard = "/etc/waypost/waypost.yaml"

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The configuration; devices.d, profiles.d, rules.d and zones.d are looked for beside it.", valueName: "file"))
  var config = Self.standard
}

/// `--format`, as the subcommands that print have it.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}
