import ArgumentParser
import Config
import Gateway

extension ZoneCommand {
  /// `waypost zone parked NAME TRACK`.
  struct Parked: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a circle around where a recording stood.",
      discussion: """
        Takes where the recording stood longest, and as radius a few times what its receiver wandered there, 25 m at least; \
        `--radius` gives another. The track is of any format that `waypost replay` reads. Prints a zone for a rule file, or \
        with `--file` writes it there, behind the zones that the file has.

          waypost zone parked depot night.rec --file /etc/waypost/rules.d/zones.yaml

        Exit code: 0 done, 1 the file has a zone of that name or can't take one, 2 the track can't be read, or stood nowhere.
        """)

    @Option(
      name: .long, parsing: .upToNextOption,
      help: ArgumentHelp("How far the zone reaches, with its unit: 200 m.", valueName: "radius"))
    var radius: [String] = []

    @Option(
      name: .long,
      help: ArgumentHelp("Write it into this rule file, which is made if it isn't there.", valueName: "zones.yaml"))
    var file: String?

    @Option(
      name: .long,
      help: ArgumentHelp("Whose fixes of a recording; else those of the first receiver in it.", valueName: "name"))
    var device: String?

    @Argument(help: ArgumentHelp("What the zone is to be called.", valueName: "name"))
    var name: String

    @Argument(help: ArgumentHelp("The recording.", valueName: "track"))
    var track: String

    func run() throws {
      let given =
        try radius.isEmpty
        ? nil : LengthArgument(radius, name: "--radius", what: "the radius of a zone", in: 1...1_000_000)
      do {
        guard let place = ParkedPlace(try RecordedWay(path: track, device: device)) else {
          Output.complain(
            "waypost: \(track): it stood nowhere for a minute; `waypost zone track` makes a corridor of where it drove")
          throw ExitCode(2)
        }
        let entry = try place.zone(id: name, radius: given?.text)
        try ZoneFile.addOrPrint(entry, file)
      } catch {
        try ZoneFile.stop(error, file)
      }
    }
  }
}
