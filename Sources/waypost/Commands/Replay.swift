import ArgumentParser
import Config
import Gateway
import Glibc
import Model
import Rules

/// `waypost replay`: a recorded drive through the rules, as fast as it goes.
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Drive a recorded track through rules and show what would be sent and raised.",
    discussion: """
      A track is GPX, NMEA, gpsd JSON (gpspipe -w), CSV (t,lat,lon,…), or the box's own recording (waypost record \
      export). Nothing is sent. `--format json` prints each record as it would go on the wire, a line each, and what would be written to \
      actuators as lines of type `write`. `--map` \
      draws track, zones, what is sent and what is raised on a page that any browser opens without a network. \
      `--compare` tells what other rules would do differently. docs/replay.md has examples.
      Exit code: 0 done, 1 the rules have mistakes, 2 a track could not be read or the map not be made; with \
      `--compare` as diff has it: 0 no difference, 1 some, 2 it could not be done.
      """)

  @Option(
    name: .long,
    help: ArgumentHelp("Rule and zone files, or folders of them; may be given several times.", valueName: "path"))
  var rules: [String]

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Other rule and zone files: tell what they would do differently; may be given several times.", valueName: "path"))
  var compare: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Take the devices from this configuration; else from that of a rules.d folder, else one GPS named gps.",
      valueName: "file"))
  var config: String?

  @Option(
    name: .long, help: ArgumentHelp("Draw a map on this page, and print no record as text.", valueName: "file.html"))
  var map: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Where leaflet.js and leaflet.css are, which the map is drawn with.", valueName: "folder"))
  var leaflet = LeafletFiles.standardFolder

  @Option(name: .long, help: "text for people; json: one record, or one difference, a line, for programs.")
  var format: OutputFormat = .text

  @Argument(help: ArgumentHelp("The recorded drives, one after the other.", valueName: "track"))
  var tracks: [String]

  func run() throws {
    let catalogue = try readCatalogue()
    let first = try read(rules, catalogue)
    let second = compare.isEmpty ? nil : try read(compare, catalogue)
    let files = try map.map { _ in try orStop { try LeafletFiles(folder: leaflet) } }

    let a = try run(first, name: rules.joined(separator: ", "), catalogue, prints: second == nil)
    let b = try second.map { try run($0, name: compare.joined(separator: ", "), catalogue, prints: false) }
    let comparison = b.map { ReplayComparison(a, $0) }
    if let comparison { ComparisonPrinter(format: format).print(comparison) }
    if let map, let files {
      for trace in a.traces where !trace.hasTrack {
        Output.complain(
          "waypost: \(trace.name): there is no fix of `\(catalogue.positionDevice ?? "gps")` in it to draw; name the "
            + "box's devices by --config")
        throw ExitCode(2)
      }
      try orStop { try Output.save(ReplayMap(a, comparedWith: b).page(files), to: map) }
      if format == .text { Output.print("map saved to \(map); open it in a browser") }
    }
    if let comparison, !comparison.isSame { throw ExitCode(1) }
  }

  private func readCatalogue() throws -> SignalCatalogue {
    guard let config else { return Setup.catalogue(beside: rules) }
    let (devices, result) = Setup.catalogue(main: config)
    Output.show(result.diagnostics, sources: result.sources, format: .text)
    guard let devices else { throw ExitCode(compare.isEmpty ? 1 : 2) }
    return devices
  }

  private func read(_ paths: [String], _ catalogue: SignalCatalogue) throws -> RuleSet {
    let (loaded, result) = Setup.rules(paths: paths, catalogue: catalogue)
    Output.show(result.diagnostics, sources: result.sources, format: .text)
    // 1 means a difference where two are compared.
    guard let loaded else { throw ExitCode(result.couldNotRun || !compare.isEmpty ? 2 : 1) }
    return loaded
  }

  /// Drives all tracks through one rule set.
  /// - Parameter prints: Whether what comes of it is told.
  private func run(
    _ rules: RuleSet, name: String, _ catalogue: SignalCatalogue, prints: Bool
  ) throws -> ReplayMap.Run {
    var traces: [ReplayTrace] = []
    let printer = ReplayPrinter(format: format)
    let printsRecords = prints && (format == .json || map == nil)
    let traced = map != nil || !compare.isEmpty
    for track in tracks {
      let trace = try orStop {
        var replay = try ReplayRun(track: track, rules: rules, catalogue: catalogue)
        var trace = ReplayTrace(name: track, device: catalogue.positionDevice)
        var progress = ReplayProgress(track: track, printsRecords: printsRecords)
        defer { progress.end() }
        while let step = try replay.next() {
          if traced { trace.add(step) }
          if printsRecords { printer.print(step) }
          progress.note(replay)
        }
        progress.end()
        trace.finish()
        if prints { printer.finish(replay.summary, track: track) }
        return trace
      }
      traces.append(trace)
    }
    return ReplayMap.Run(name: name, rules: rules, traces: traces)
  }

  /// Ends with 2 and what is wrong.
  private func orStop<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let diagnostic as Diagnostic {
      Output.complain(DiagnosticRenderer(sources: []).text(diagnostic, color: Output.isColourful(STDERR_FILENO)))
      throw ExitCode(2)
    } catch {
      // It begins with the file's path.
      Output.complain("waypost: \(error)")
      throw ExitCode(2)
    }
  }
}
