import ArgumentParser
import Config
import Gateway
import Glibc

/// `waypost zone`: zones of where the vehicle is, or was.
struct ZoneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zone",
    abstract: "Make a zone of where the vehicle is, or of where it was.",
    subcommands: [Here.self, Track.self, Parked.self])

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
      let radius = try LengthArgument(radius, name: "RADIUS", what: "the radius of a zone", in: 1...1_000_000)
      let fix = try present(in: control.ask(.status).node["status"])
      do {
        let entry = try ZoneEntry.circle(
          id: name, latitude: fix.latitude, longitude: fix.longitude, radius: radius.text, comment: fix.comment)
        try ZoneFile.addOrPrint(entry, file)
      } catch {
        try ZoneFile.stop(error, file)
      }
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
