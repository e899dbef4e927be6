import ArgumentParser
import Config
import Gateway
import Glibc

/// `waypost zone`: zones of where the vehicle is.
struct ZoneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zone",
    abstract: "Make a zone of where the vehicle is.",
    subcommands: [Here.self])

  /// `waypost zone here NAME RADIUS`.
  struct Here: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a circle around the present position.",
      discussion: """
        Asks the running gateway where it is, and prints a zone for a rule file; with `--file` it writes it there, \
        behind the zones that the file has, and leaves the rest as it is. Then `waypost check` and `waypost reload`.

          waypost zone here depot 200 m --file /etc/waypost/rules.d/zones.yaml

        Exit code: 0 done, 1 the file has a zone of that name or can't take one, 2 there is no gateway, no fix, or no \
        such file to write.
        """)

    @OptionGroup var control: ControlOptions

    @Option(
      name: .long,
      help: ArgumentHelp("Write it into this rule file, which is made if it isn't there.", valueName: "zones.yaml"))
    var file: String?

    @Argument(help: ArgumentHelp("What the zone is to be called.", valueName: "name"))
    var name: String

    @Argument(help: ArgumentHelp("How far it reaches, with its unit: 200 m.", valueName: "radius"))
    var radius: [String]

    /// A fix that is older was somewhere else, seconds.
    private static let oldest = 10.0

    func run() throws {
      let radius = try checkedRadius()
      let fix = try present(in: control.ask(.status).node["status"])
      do {
        let entry = try ZoneEntry.circle(
          id: name, latitude: fix.latitude, longitude: fix.longitude, radius: radius, comment: fix.comment)
        guard let file else { return Output.print("zones:\n  \(entry.line)") }
        try ZoneFile.add(entry, to: file)
        Output.print("\(entry.line)\nwritten to \(file); `waypost check` and `waypost reload` take it into service")
      } catch let diagnostic as Diagnostic {
        try ZoneFile.stop(diagnostic, file)
      } catch {
        Output.complain("waypost: \(error)")
        throw ExitCode(2)
      }
    }

    /// As given, where a rule file would take it.
    private func checkedRadius() throws -> String {
      let text = radius.joined(separator: " ")
      let source = SourceFile(path: "RADIUS", text: text)
      var diagnostics = Diagnostics()
      let metres = YAML.parse(source, diagnostics: &diagnostics)?
        .length("the radius of a zone", in: 1...1_000_000, diagnostics: &diagnostics)
      guard metres != nil else {
        Output.show(diagnostics, sources: [source], format: .text)
        throw ExitCode(2)
      }
      return text
    }

    private struct Fix {
      var latitude: Double
      var longitude: Double
      var comment: String
    }

    private func present(in status: JSONNode?) throws -> Fix {
      guard let fix = status?["fix"], let latitude = fix["latitude"]?.number, let longitude = fix["longitude"]?.number
      else {
        Output.complain(
          "waypost: the gateway has no position yet; `waypost status` tells what its receiver does, and under the open sky "
            + "a first fix takes a minute")
        throw ExitCode(2)
      }
      if let age = fix["age"]?.number, age > Self.oldest {
        Output.complain(
          "waypost: the last position is \(age.fixed(0)) s old; wait for a fix, or move where the receiver sees the sky"
        )
        throw ExitCode(2)
      }
      var comment = "by \(fix["device"]?.string ?? "gps")"
      if let time = fix["timestamp"]?.string { comment += ", \(time)" }
      if let error = fix["estimated_error"]?.number { comment += ", ± \(error.fixed(0)) m" }
      return Fix(latitude: latitude, longitude: longitude, comment: comment)
    }
  }
}

/// The rule file that zones are written to.
enum ZoneFile {
  /// Adds the zone; the file is replaced as a whole, so that nobody reads half of it.
  static func add(_ entry: ZoneEntry, to path: String) throws {
    var bytes: [UInt8] = []
    var mode: mode_t = 0o644
    var status = stat()
    if stat(path, &status) == 0 {
      bytes = try SourceFile.read(path: path).bytes
      mode = status.st_mode & 0o7777
    }
    let changed = try ZoneInsertion.inserting(entry, into: SourceFile(path: path, bytes: bytes))
    let temporary = path + "~"
    try Output.save(changed, to: temporary)
    guard chmod(temporary, mode) == 0, rename(temporary, path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(temporary)
      throw Output.SaveFailure(description: "\(path) can't be written (\(reason))")
    }
  }

  /// Shows what is wrong, and ends with 1 where it is what the file holds, with 2 where the file can't be read.
  static func stop(_ diagnostic: Diagnostic, _ path: String?) throws -> Never {
    var diagnostics = Diagnostics()
    diagnostics.append(diagnostic)
    var sources: [SourceFile] = []
    if let path, !(diagnostic.span?.isWholeFile ?? true) { sources = [try SourceFile.read(path: path)] }
    Output.show(diagnostics, sources: sources, format: .text)
    throw ExitCode(diagnostic.span?.isWholeFile ?? true ? 2 : 1)
  }
}
