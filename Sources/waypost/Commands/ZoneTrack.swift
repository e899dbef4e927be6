import ArgumentParser
import Config
import Gateway
import Glibc
import Model

extension ZoneCommand {
  /// `waypost zone track NAME TRACK --width WIDTH`.
  struct Track: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a corridor along a recorded drive.",
      discussion: """
        The track is of any format that `waypost replay` reads, the box's own recording included. Its line is reduced to the \
        points that it needs and written as GeoJSON into zones.d, where it is a zone by itself; the line for a rule file, for \
        tags or another width, is printed, or with `--file` written there. Files that are there already stay, unless `--force` \
        is given.

          waypost zone track haul_road drive.rec --width 30 m

        Exit code: 0 done, 1 there is such a file or zone already, 2 the track can't be read, or nothing be made of it.
        """)

    @OptionGroup var config: ConfigOption

    @Option(
      name: .long, parsing: .upToNextOption,
      help: ArgumentHelp("How wide it is, from edge to edge: 30 m.", valueName: "width"))
    var width: [String]

    @Option(
      name: .long, parsing: .upToNextOption,
      help: ArgumentHelp(
        "The farthest that any fix may be from the line: 3 m; else a tenth of the width, 1 to 10 m.", valueName: "error"
      ))
    var error: [String] = []

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Where the line is written; else NAME.geojson in the zones.d beside the configuration.",
        valueName: "line.geojson"))
    var line: String?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Write the zone's line into this rule file, which is made if it isn't there.", valueName: "zones.yaml"))
    var file: String?

    @Option(
      name: .long,
      help: ArgumentHelp("Whose fixes of a recording; else those of the first receiver in it.", valueName: "name"))
    var device: String?

    @Flag(name: .long, help: "Write over the line of a former drive.")
    var force = false

    @Argument(help: ArgumentHelp("What the zone is to be called.", valueName: "name"))
    var name: String

    @Argument(help: ArgumentHelp("The recorded drive.", valueName: "track"))
    var track: String

    func run() throws {
      let width = try LengthArgument(width, name: "--width", what: "the width of a corridor", in: 0.2...100_000)
      // A line that may be as far off as the corridor reaches says nothing.
      let error =
        try error.isEmpty
        ? min(width.metres / 4, max(1, min(10, width.metres / 10)))
        : LengthArgument(error, name: "--error", what: "the error of a line", in: 0.1...width.metres / 2).metres
      do {
        let path = try place()
        let way = try RecordedWay(path: track, device: device)
        let line = CorridorLine(way, error: error)
        guard !line.lines.isEmpty else { throw ValidationError(Self.noLine(way, track)) }
        let entry = try ZoneEntry.corridor(id: name, line: reference(to: path), width: width.text)
        // Before anything is written.
        let rules = try file.map { try ZoneFile.changed($0, with: entry) }
        let source = track.split(separator: "/").last.map(String.init) ?? track
        try ZoneFile.replace(path, with: line.geoJSON(id: name, width: width.metres, source: source))
        tell(line, way, path: path, width: width.metres)
        if let file, let rules {
          try ZoneFile.replace(file, with: rules)
          Output.print("\(entry.line)\nwritten to \(file); `waypost check` and `waypost reload` take it into service")
        } else {
          Output.print(isOfZones(path) ? Self.ofZones : Self.elsewhere)
          Output.print("zones:\n  \(entry.line)")
        }
      } catch let error as ValidationError {
        Output.complain("waypost: \(error.message)")
        throw ExitCode(2)
      } catch {
        try ZoneFile.stop(error, file)
      }
    }

    private static let ofZones =
      "there it is a zone already, once `waypost check` and `waypost reload` took it; for tags or another width, in a rule file:"
    private static let elsewhere = "put it into zones.d or beside the rule file, and there:"

    /// Where the line goes.
    private func place() throws -> String {
      let path: String
      if let line {
        path = line
      } else {
        guard Names.isLabel(name) else {
          throw ValidationError("`\(name)` can't be a file's name; say by `--line` where the line is to be written")
        }
        let folder = config.config.lastIndex(of: "/").map { String(config.config[...$0]) } ?? ""
        guard access(folder + "zones.d", F_OK) == 0 else {
          throw ValidationError(
            "there is no folder \(folder)zones.d; say by `--line FILE.geojson` where the line is to be written")
        }
        path = "\(folder)zones.d/\(name).geojson"
      }
      guard path.hasSuffix(".geojson") else {
        throw ValidationError("\(path) should end in .geojson, by which `waypost check` knows what it is")
      }
      if !force, access(path, F_OK) == 0 {
        Output.complain("waypost: \(path) is there already; choose another name, or write over it by `--force`")
        throw ExitCode(1)
      }
      return path
    }

    private func isOfZones(_ path: String) -> Bool {
      path.split(separator: "/").dropLast().last == "zones.d"
    }

    /// As a rule file names it: alone where it is looked for, else whole.
    private func reference(to path: String) -> String {
      let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
      guard let file, !isOfZones(path), folder(of: file) != folder(of: path) else { return name }
      guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
      defer { free(here) }
      return String(cString: here) + "/" + path
    }

    private func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }

    private func tell(_ line: CorridorLine, _ way: RecordedWay, path: String, width: Double) {
      let kilometres = (line.length / 1000).fixed(line.length < 10_000 ? 2 : 0)
      Output.print(
        "\(path): \(kilometres) km in \(line.points) points; none of \(way.fixes.count - line.alone) fixes is farther than "
          + "\(line.error.fixed(1)) m from the line")
      if line.lines.count > 1 {
        Output.complain(
          "waypost: the recording has \(line.lines.count - 1) gaps of half a minute or more, and so has the corridor; drive "
            + "it again, or join the lines in the file")
      }
      let passedOver = way.leftOut + line.alone
      if passedOver > 0 {
        Output.complain(
          "waypost: \(passedOver) fixes were passed over: alone, out of order or farther off than anybody drives")
      }
    }

    private static func noLine(_ way: RecordedWay, _ track: String) -> String {
      way.fixes.count > 1 && way.pieces.count > 1
        ? "\(track): its fixes are half a minute and more apart, too far to know the way between them; record one a second"
        : "\(track): it went nowhere; `waypost zone parked` makes a circle of where it stood"
    }
  }
}
