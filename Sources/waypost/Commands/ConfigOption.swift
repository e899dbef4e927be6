import ArgumentParser

/// `--config FILE`, as every subcommand that reads the configuration has it.
struct ConfigOption: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The configuration; devices.d, rules.d and zones.d are looked for beside it.", valueName: "file"))
  var config = "/etc/waypost/waypost.yaml"
}

/// `--format`, as the subcommands that print have it.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}
