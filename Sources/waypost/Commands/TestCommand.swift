import ArgumentParser
import Config
import Gateway
import Rules

/// `waypost test`: the tests beside the rules.
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run the tests that stand in rule files, and name what differed.",
    discussion: """
      Without a path it runs those of the gateway's own rules; with paths, those of these files or folders, against \
      the device files among them, those of the configuration that a rules.d \
      folder belongs to, or one GPS receiver named gps.
      Exit code: 0 all passed, 1 one failed or the files have mistakes, 2 it could not be done.
      """)

  @OptionGroup var config: ConfigOption

  @Option(name: .long, help: ArgumentHelp("Also write what came of it as JUnit XML.", valueName: "file"))
  var junit: String?

  @Option(name: .long, help: ArgumentHelp("Run only tests whose names hold this text.", valueName: "text"))
  var only: String?

  @Argument(help: ArgumentHelp("Files or folders with rules.", valueName: "path"))
  var paths: [String] = []

  func run() throws {
    let (run, result) = paths.isEmpty ? Setup.tests(main: config.config) : Setup.tests(paths: paths)
    Output.show(result.diagnostics, sources: result.sources, format: .text)
    guard let run else { throw ExitCode(result.couldNotRun ? 2 : 1) }
    let tests = run.tests.filter { test in only.map { test.name.contains($0) } ?? true }
    var outcomes: [RuleTestRun.Outcome] = []
    for test in tests {
      let outcome = run.run(test)
      outcomes.append(outcome)
      Output.print("\(outcome.failures.isEmpty ? "ok    " : "FAILED") \(test.name)")
      var failures = Diagnostics()
      for failure in outcome.failures { failures.append(failure) }
      Output.show(failures, sources: result.sources, format: .text)
    }
    if let junit { try write(JUnitReport(outcomes).text, to: junit) }
    let failed = outcomes.count { !$0.failures.isEmpty }
    Output.print(
      tests.isEmpty
        ? "there are no tests\(only == nil ? " in these files" : " of that name")"
        : "\(tests.count) test\(tests.count == 1 ? "" : "s"), \(failed == 0 ? "all passed" : "\(failed) failed")")
    guard failed == 0 else { throw ExitCode(1) }
  }

  private func write(_ text: String, to path: String) throws {
    do {
      try Output.save(Array(text.utf8), to: path)
    } catch {
      Output.complain("waypost: \(error)")
      throw ExitCode(2)
    }
  }
}
