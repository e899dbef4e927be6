import Chance
import Foundation
import Journal
import Model
import Testing

@testable import Gateway

/// The debug and the release build, as programs: what one finds on the desk is what the other does on the box, byte for byte.
///
/// `WAYPOST_RELEASE_BINARY` names the release build; without it, that a second run of this build says the same is all that is tried.
@Suite(.serialized, .timeLimit(.minutes(10))) struct BuildsTests {
  static let release = ProcessInfo.processInfo.environment["WAYPOST_RELEASE_BINARY"]

  static let devices = """
    devices:
      gps: { driver: simulator, waypoints: [[6.1432, 46.2044], [6.1484, 46.2050]] }
      reefer:
        driver: simulator
        metrics:
          temperature: { from: -20, to: 20, unit: Cel }
          door: { values: [true, false] }
          mode: { values: ["eco", "boost"] }
      cab:
        driver: simulator
        metrics:
          buzzer: { values: [false], writable: true }
          setpoint: { from: 5, to: 30, unit: Cel, writable: true }
          horn: { values: [false], writable: true, pulse: 500 ms }

    """

  @Test(
    arguments: 0..<(ProcessInfo.processInfo.environment["WAYPOST_SEEDS"].flatMap(UInt64.init) ?? 8) as Range<UInt64>)
  func replayGivesTheSameBytesInEveryBuild(seed: UInt64) async throws {
    var chance = Chance(seed: seed &* 104_729 &+ 1)
    let rules = RandomRules(&chance)
    let journey = RandomJourney(&chance, count: 400)
    let folder = try SetupTests.Folder([
      "waypost.yaml": "gateway: { id: truck }\n", "devices.d/truck.yaml": Self.devices,
      "rules.d/a.yaml": rules.text,
    ])
    var recording = RecordingWriter(RecordingHeader(gateway: "truck", engine: "abc123", time: .zero, state: []))
    for observation in journey.observations { recording.append(observation) }
    recording.append(Observation(time: journey.end, content: .system(.tick)))
    let path = folder.path + "/drive.recording"
    try Data(recording.finish()).write(to: URL(fileURLWithPath: path))

    func replay(_ program: String) async throws -> CommandLineTests.Ending {
      try await CommandLineTests.run(
        ["replay", "--config", folder.main, "--rules", "\(folder.path)/rules.d", "--format", "json", path],
        program: program)
    }
    let here = try await replay(CommandLineTests.program)
    #expect(here.code == 0, "\(here.errors)\n\(rules.text)")
    #expect(here.output.utf8.count > 1000, "\(here.output)")
    let there = try await replay(Self.release ?? CommandLineTests.program)
    #expect(there.code == 0, "\(there.errors)")
    guard here.output != there.output else { return }
    let lines = (here.output.split(separator: "\n"), there.output.split(separator: "\n"))
    let place = zip(lines.0, lines.1).enumerated().first { $1.0 != $1.1 }
    Issue.record(
      "line \(place?.offset ?? -1) of \(lines.0.count) and \(lines.1.count)\n\(place?.element.0 ?? "-")\n\(place?.element.1 ?? "-")\n\(rules.text)"
    )
  }
}
