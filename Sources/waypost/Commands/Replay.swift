import ArgumentParser
import Config
import Gateway
import Glibc

/// `waypost replay`: a recorded drive through the rules, as fast as it goes.
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Drive a recorded track through rules and show what would be sent and raised.",
    discussion: """
      A track is GPX, NMEA, gpsd JSON (gpspipe -w), CSV (t,lat,lon,…), or the box's own recording (waypost record \
      export). Nothing is sent. `--format json` prints each record as it would go on the wire, a line each.
      Exit code: 0 done, 1 the rules have mistakes, 2 a track could not be read.
      """)

  @Option(
    name: .long,
    help: ArgumentHelp("Rule and zone files, or folders of them; may be given several times.", valueName: "path"))
  var rules: [String]

  @Option(
    name: .long,
    help: ArgumentHelp("Take the devices from this configuration instead of one GPS named gps.", valueName: "file"))
  var config: String?

  @Option(name: .long, help: "text for people; json: one record a line, for programs.")
  var format: OutputFormat = .text

  @Argument(help: ArgumentHelp("The recorded drives, one after the other.", valueName: "track"))
  var tracks: [String]

  func run() throws {
    var catalogue = Setup.defaultCatalogue
    if let config {
      let (devices, result) = Setup.catalogue(main: config)
      Output.show(result.diagnostics, sources: result.sources, format: .text)
      guard let devices else { throw ExitCode(1) }
      catalogue = devices
    }
    let (loaded, result) = Setup.rules(paths: rules, catalogue: catalogue)
    Output.show(result.diagnostics, sources: result.sources, format: .text)
    guard let loaded else { throw ExitCode(result.couldNotRun ? 2 : 1) }
    for track in tracks {
      do {
        var replay = try ReplayRun(track: track, rules: loaded, catalogue: catalogue)
        let printer = ReplayPrinter(format: format)
        try replay.run { printer.print($0, gateway: $1) }
        printer.finish(replay.summary, track: track)
      } catch let diagnostic as Diagnostic {
        Output.complain(DiagnosticRenderer(sources: []).text(diagnostic, color: Output.isColourful(STDERR_FILENO)))
        throw ExitCode(2)
      } catch {
        // It begins with the track's path.
        Output.complain("waypost: \(error)")
        throw ExitCode(2)
      }
    }
  }
}
