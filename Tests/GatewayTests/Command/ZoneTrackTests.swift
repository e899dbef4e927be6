import Config
import Foundation
import Rules
import Testing

@testable import Gateway

/// `waypost zone track` and `waypost zone parked`, from files.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ZoneTrackTests {
  private static let drive =
    "t,lat,lon\n"
    + (0..<120).map { "\(1_770_000_000 + $0),46.2044,\(6.1 + Double($0) * 0.0002)" }.joined(separator: "\n")
    + "\n"
    + (120..<400).map { "\(1_770_000_000 + $0),46.2044,6.1239\($0 % 7)" }.joined(separator: "\n") + "\n"

  private func folder() throws -> SetupTests.Folder {
    try SetupTests.Folder([
      "waypost.yaml": "gateway: { id: truck }\n", "devices.d/truck.yaml": SetupTests.gps,
      "zones.d/yard.geojson": SetupTests.zone, "drive.csv": Self.drive,
    ])
  }

  private func zone(_ arguments: String...) async throws -> CommandLineTests.Ending {
    try await CommandLineTests.run(["zone"] + arguments)
  }

  @Test func driveBecomesAZoneThatPassesTheCheck() async throws {
    let folder = try folder()
    let made = try await zone(
      "track", "haul_road", folder.path + "/drive.csv", "--width", "30", "m", "--config", folder.main)
    #expect(made.code == 0, "\(made.errors)")
    #expect(made.output.contains("haul_road: { corridor: haul_road.geojson, width: 30 m }"), "\(made.output)")
    #expect(made.output.contains("none of 400 fixes is farther than 3.0 m from the line"), "\(made.output)")
    let file = folder.path + "/zones.d/haul_road.geojson"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text.contains("\"width\":30,\"source\":\"drive.csv\",\"error\":3"))
    let alone = Setup.load(main: folder.main)
    #expect(alone.setup?.rules.zones.map(\.id) == ["haul_road", "yard"], "\(alone.diagnostics.all)")

    // What is there stays, unless it was meant.
    try Data("mine\n".utf8).write(to: URL(fileURLWithPath: file))
    let again = try await zone(
      "track", "haul_road", folder.path + "/drive.csv", "--width", "30 m", "--config", folder.main)
    #expect(again.code == 1 && again.errors.contains("--force"), "\(again.errors)")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine\n")

    // Named by a rule file it is that file's zone, and no second one.
    let rules = folder.path + "/rules.d/zones.yaml"
    try FileManager.default.createDirectory(atPath: folder.path + "/rules.d", withIntermediateDirectories: true)
    let forced = try await zone(
      "track", "haul_road", folder.path + "/drive.csv", "--width", "12 m", "--error", "2 m", "--file", rules,
      "--config", folder.main, "--force")
    #expect(forced.code == 0, "\(forced.errors)")
    #expect(
      try String(contentsOfFile: rules, encoding: .utf8)
        == "zones:\n  haul_road: { corridor: haul_road.geojson, width: 12 m }\n")
    for result in [
      Setup.load(main: folder.main), Setup.check(paths: [folder.path]), Setup.check(paths: [folder.path + "/rules.d"]),
    ] { #expect(result.diagnostics.all.isEmpty, "\(result.diagnostics.all)") }
    #expect(Setup.load(main: folder.main).setup?.rules.zones.map(\.id) == ["haul_road", "yard"])
    #expect(try String(contentsOfFile: file, encoding: .utf8) != "mine\n")
  }

  @Test func refusedZoneLeavesTheFormerLine() async throws {
    let folder = try folder()
    try FileManager.default.createDirectory(atPath: folder.path + "/rules.d", withIntermediateDirectories: true)
    let rules = folder.path + "/rules.d/zones.yaml"
    try Data("zones:\n  road: { circle: [1, 2], radius: 5 m }\n".utf8).write(to: URL(fileURLWithPath: rules))
    let ending = try await zone(
      "track", "road", folder.path + "/drive.csv", "--width", "30 m", "--file", rules, "--config", folder.main)
    #expect(ending.code == 1 && ending.errors.contains("there is a zone `road` already"), "\(ending.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/zones.d/road.geojson"))
  }

  @Test func whatCannotBeDoneIsToldWithTheRemedy() async throws {
    let folder = try folder()
    let drive = folder.path + "/drive.csv"
    let noUnit = try await zone("track", "road", drive, "--width", "30", "--config", folder.main)
    #expect(noUnit.code == 2 && noUnit.errors.contains("30 m"), "\(noUnit.errors)")
    let noFolder = try await zone("track", "road", drive, "--width", "30 m", "--config", "/nowhere/waypost.yaml")
    #expect(noFolder.code == 2 && noFolder.errors.contains("--line"), "\(noFolder.errors)")
    let noTrack = try await zone("track", "road", folder.path + "/none.gpx", "--width", "30 m", "--config", folder.main)
    #expect(noTrack.code == 2 && noTrack.errors.contains("none.gpx"), "\(noTrack.errors)")
    try Data("t,lat,lon\n0,46,6\n3600,47,6\n7200,48,6\n".utf8).write(to: URL(fileURLWithPath: drive))
    let sparse = try await zone("track", "road", drive, "--width", "30 m", "--config", folder.main)
    #expect(sparse.code == 2 && sparse.errors.contains("record one a second"), "\(sparse.errors)")
    let never = try await zone("parked", "road", drive)
    #expect(never.code == 2 && never.errors.contains("zone track"), "\(never.errors)")
  }

  @Test func whereItStoodBecomesACircle() async throws {
    let folder = try folder()
    let printed = try await zone("parked", "depot", folder.path + "/drive.csv")
    #expect(printed.code == 0, "\(printed.errors)")
    #expect(
      printed.output.hasPrefix("zones:\n  depot: { circle: [6.12393, 46.2044], radius: 30 m }  # stood "),
      "\(printed.output)")
    let rules = folder.path + "/zones.yaml"
    let written = try await zone(
      "parked", "depot", folder.path + "/drive.csv", "--radius", "80", "m", "--file", rules)
    #expect(written.code == 0, "\(written.errors)")
    #expect(try String(contentsOfFile: rules, encoding: .utf8).contains("radius: 80 m }  # stood"))
    #expect(try await CommandLineTests.run(["check", rules]).code == 0)
  }
}
