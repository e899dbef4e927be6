import Config
import Foundation
import Inputs
import Model
import Rules
import Testing

@testable import Gateway

@Suite struct SetupTests {
  /// A folder like /etc/waypost.
  final class Folder: Sendable {
    let path = NSTemporaryDirectory() + "waypost-setup-" + UUID().uuidString
    var main: String { path + "/waypost.yaml" }

    init(_ files: [String: String]) throws {
      for (name, text) in files {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
      }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  static let gps = "devices:\n  gps: { driver: gpsd }\n"
  static let rule = """
    rules:
      - name: visit
        on: { enter: yard }
        then: [{ event: visit }]

    """
  static let zone = """
    {"type":"Feature","id":"yard","properties":{},"geometry":{"type":"Polygon","coordinates":
    [[[6.14,46.2],[6.15,46.2],[6.15,46.21],[6.14,46.21],[6.14,46.2]]]}}
    """
  static let tree = [
    "waypost.yaml": "gateway: { id: truck }\n", "devices.d/truck.yaml": gps, "rules.d/visits.yaml": rule,
    "zones.d/yard.geojson": zone,
  ]

  private func codes(_ result: Setup.Result) -> [String] { result.diagnostics.sorted().map(\.code) }

  private func files(_ result: Setup.Result) -> Set<String> {
    Set(result.diagnostics.all.compactMap { $0.span?.file.split(separator: "/").last.map(String.init) })
  }

  @Test func wholeTreeIsReady() throws {
    let folder = try Folder(Self.tree)
    let result = Setup.load(main: folder.main)
    #expect(codes(result).isEmpty, "\(result.diagnostics.all)")
    let setup = try #require(result.setup)
    #expect(setup.configuration.id == "truck" && setup.devices.positionDevice == "gps")
    #expect(setup.fingerprint.count == 8)
    #expect(Setup.load(main: folder.main).setup?.fingerprint == setup.fingerprint)
  }

  @Test func configurationAloneIsReady() throws {
    let folder = try Folder(["waypost.yaml": "# nothing yet\n"])
    #expect(Setup.load(main: folder.main).setup != nil)
  }

  @Test func mistakesOfAllFilesAreToldTogether() throws {
    var files = Self.tree
    files["waypost.yaml"] = "gatway: 1\n"
    files["devices.d/truck.yaml"] = "devices:\n  gps: { driver: gspd }\n"
    files["rules.d/visits.yaml"] = Self.rule.replacingOccurrences(of: "then", with: "than")
    files["zones.d/yard.geojson"] = Self.zone.replacingOccurrences(of: "Polygon", with: "Poligon")
    let folder = try Folder(files)
    let result = Setup.load(main: folder.main)
    #expect(result.setup == nil && !result.couldNotRun)
    #expect(self.files(result) == ["waypost.yaml", "truck.yaml", "visits.yaml", "yard.geojson"])
    let byPath = Setup.check(paths: [folder.path])
    #expect(byPath.diagnostics.all.count == result.diagnostics.all.count)
    #expect(Set(byPath.sources.map(\.path)) == Set(result.sources.map(\.path)), "its lines can be shown")
  }

  @Test func missingConfigurationDoesNotHideTheOthersMistakes() throws {
    let folder = try Folder(["devices.d/truck.yaml": "devices:\n  gps: { driver: gspd }\n"])
    let result = Setup.load(main: folder.main)
    #expect(result.couldNotRun && result.setup == nil)
    #expect(Set(codes(result)) == ["file-missing", "unknown-driver"])
  }

  @Test func configurationThatIsADirectoryIsTold() throws {
    let folder = try Folder(["waypost.yaml/x": ""])
    let result = Setup.load(main: folder.main)
    #expect(result.couldNotRun && result.setup == nil)
    #expect(result.diagnostics.all.first?.message.contains("directory") == true)
  }

  @Test func brokenConfigurationStillSaysWhichDeviceZonesFollow() throws {
    let two = "devices:\n  a: { driver: gpsd }\n  b: { driver: gpsd, port: 2948 }\n"
    let mistaken = try Folder(["waypost.yaml": "gateway: { position: b }\nfoo: 1\n", "devices.d/d.yaml": two])
    #expect(codes(Setup.load(main: mistaken.main)) == ["unknown-key"])
    #expect(codes(Setup.check(paths: [mistaken.path])) == ["unknown-key"])
    let unreadable = try Folder(["waypost.yaml": "gateway: [\n", "devices.d/d.yaml": two])
    #expect(files(Setup.load(main: unreadable.main)) == ["waypost.yaml"])
    let silent = try Folder(["waypost.yaml": "", "devices.d/d.yaml": two])
    #expect(codes(Setup.load(main: silent.main)) == ["several-position-devices"])
  }

  @Test func aCommandThatNobodyWaitsForIsAMistakeAtItsPlace() throws {
    var files = Self.tree
    files["rules.d/door.yaml"] =
      "rules:\n  - { name: door, on: { command: { open_door: { seconds: number } } }, then: [event: { type: opened, severity: info }] }\n"
    func load(_ commands: String) throws -> Setup.Result {
      files["waypost.yaml"] =
        "gateway: { id: truck }\nuplinks:\n  hub:\n    websocket: { url: \"ws://h\" }\n    commands: \(commands)\n"
      let folder = try Folder(files)
      return withExtendedLifetime(folder) { Setup.load(main: folder.main) }
    }
    for right in ["[status, resend, requeue, open_door]", "all", "none"] { #expect(codes(try load(right)) == []) }
    let typo = try load("[status, opendoor, hoist]")
    #expect(codes(typo) == ["unknown-command", "unknown-command"] && typo.setup == nil)
    let told = typo.diagnostics.sorted()
    #expect(told.first?.help == "did you mean `open_door`?")
    #expect(told.first?.span?.start.line == 5 && told.first?.span?.start.column == 24)
    #expect(told.last?.help?.contains("`on: { command: hoist }`") == true)
    // Where the rules can't be read nobody knows what they wait for.
    files["rules.d/door.yaml"] = "rules: [\n"
    #expect(codes(try load("[open_door]")).contains("unknown-command") == false)
  }

  @Test func pathIsTakenForWhatItIs() throws {
    let folder = try Folder(Self.tree)
    let paths = [
      "", "/", "/waypost.yaml", "/devices.d", "/devices.d/truck.yaml", "/rules.d", "/rules.d/", "/zones.d",
      "/zones.d/yard.geojson",
    ]
    for path in paths {
      let result = Setup.check(paths: [folder.path + path])
      #expect(codes(result).isEmpty && !result.sources.isEmpty, "\(path): \(result.diagnostics.all)")
    }
    let twice = Setup.check(paths: [folder.path + "/rules.d", folder.path + "/zones.d", folder.path])
    #expect(codes(twice).isEmpty, "each file counts once: \(twice.diagnostics.all)")
    #expect(twice.sources.count == 4)
  }

  @Test func loneRuleFileFindsTheZoneFilesThatItNames() throws {
    var files = Self.tree
    files["rules.d/visits.yaml"] = "zones: { yard: { file: yard.geojson } }\n" + Self.rule
    let folder = try Folder(files)
    let result = Setup.check(paths: [folder.path + "/rules.d/visits.yaml"])
    #expect(codes(result).isEmpty, "\(result.diagnostics.all)")
  }

  @Test func rulesOfAConfigurationAreCheckedAgainstItsDevices() throws {
    var files = Self.tree
    files["devices.d/reefer.yaml"] =
      "devices:\n  reefer: { driver: simulator, metrics: { door: { values: [true, false] } } }\n"
    files["rules.d/door.yaml"] =
      "rules:\n  - name: door\n    when: reefer.door\n    then:\n      - event: door_open\n"
    let folder = try Folder(files)
    for path in ["/rules.d", "/rules.d/", "/rules.d/door.yaml"] {
      #expect(codes(Setup.check(paths: [folder.path + path])).isEmpty, "\(path)")
      #expect(Setup.catalogue(beside: [folder.path + path]).devices.map(\.name).sorted() == ["gps", "reefer"])
    }
    files["elsewhere/door.yaml"] = files["rules.d/door.yaml"]
    let other = try Folder(files)
    #expect(codes(Setup.check(paths: [other.path + "/elsewhere/door.yaml"])) == ["expression-unknown-name"])
    #expect(Setup.catalogue(beside: [other.path + "/elsewhere"]) == Setup.defaultCatalogue)
  }

  @Test func pathThatIsNotThereOrHoldsNothingCannotBeChecked() throws {
    let folder = try Folder(["notes.txt": "x"])
    for path in [folder.path, folder.path + "/missing.yaml", "/dev/null/x"] {
      let result = Setup.check(paths: [path])
      #expect(result.couldNotRun && result.diagnostics.hasErrors, "\(path)")
    }
  }

  @Test func loneGeoJSONIsCheckedAsZones() throws {
    let open = Self.zone.replacingOccurrences(of: ",[6.14,46.2]]", with: "]")
    let folder = try Folder(["area.geojson": open])
    let result = Setup.check(paths: [folder.path + "/area.geojson"])
    #expect(files(result) == ["area.geojson"])
  }

  @Test func replayTakesTheDevicesOfAConfiguration() throws {
    let folder = try Folder(Self.tree)
    #expect(Setup.catalogue(main: folder.main).catalogue?.positionDevice == "gps")
    #expect(Setup.catalogue(main: "/nonexistent/waypost.yaml").catalogue == nil)
    #expect(Setup.rules(paths: [folder.path + "/rules.d"], catalogue: Setup.defaultCatalogue).rules != nil)
  }

  @Test func controlSocketIsTheConfigurationsElseTheDefault() throws {
    let folder = try Folder(["waypost.yaml": "api: { socket: /run/x.sock }\n"])
    #expect(Setup.controlSocket(main: folder.main) == "/run/x.sock")
    #expect(Setup.controlSocket(main: "/nonexistent") == "/run/waypost/control.sock")
  }
}
