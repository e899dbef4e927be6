import ArgumentParser
import Config
import Gateway

/// `waypost check`: validates files before they drive.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check configuration, devices, profiles, rules and zones for mistakes.",
    discussion: """
      Shows every mistake with its file, line and column, and how to mend it. Without a path it checks all that the \
      gateway would read; with paths just those files (or all in a folder), each by what it is: a rule file, a device \
      file, a device profile, a configuration, or a .geojson of zones. Rules are checked against the device files among the paths, else \
      those of the configuration that a rules.d folder belongs to, else one GPS receiver named gps.
      Exit code: 0 nothing wrong, 1 something found, 2 could not be done.
      """)

  @OptionGroup var config: ConfigOption

  @Option(name: .long, help: "text for people; json: one object a line, for programs.")
  var format: OutputFormat = .text

  @Argument(help: ArgumentHelp("Files or folders to check instead of the whole configuration.", valueName: "path"))
  var paths: [String] = []

  func run() throws {
    let result = paths.isEmpty ? Setup.load(main: config.config) : Setup.check(paths: paths)
    Output.show(result.diagnostics, sources: result.sources, format: format)
    if result.couldNotRun {
      if paths.isEmpty, config.config == ConfigOption.standard {
        Output.complain("waypost: to check files elsewhere, name them: `waypost check rules.d`")
      }
      throw ExitCode(2)
    }
    guard result.diagnostics.all.isEmpty else { throw ExitCode(1) }
    if format == .text {
      Output.print("\(result.sources.count) file\(result.sources.count == 1 ? "" : "s") checked, nothing wrong")
    }
  }
}
