import Config
import Foundation
import Inputs
import Rules
import Testing

@testable import Gateway

@Suite struct ProfileFoldersTests {
  private typealias Folder = SetupTests.Folder

  private static func profile(_ address: Int) -> String {
    "model: A\nprotocol: modbus\nmetrics: { level: { input: \(address), type: uint16 } }\n"
  }

  private func text(_ folders: ProfileFolders, _ name: String) -> String? {
    folders.library.file(named: name).map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  @Test func onesOwnProfileWins() throws {
    let folder = try Folder([
      "shipped/a.yaml": Self.profile(1), "shipped/b.yaml": Self.profile(2), "profiles.d/b.yaml": Self.profile(3),
      "profiles.d/c.yml": Self.profile(4), "profiles.d/.hidden.yaml": "x", "profiles.d/notes.txt": "x",
    ])
    var diagnostics = Diagnostics()
    let folders = ProfileFolders(
      shipped: folder.path + "/shipped", own: folder.path + "/profiles.d", diagnostics: &diagnostics)
    #expect(diagnostics.isEmpty)
    #expect(folders.library.names == ["a", "b", "c"])
    #expect(text(folders, "a") == Self.profile(1))
    #expect(text(folders, "b") == Self.profile(3))
    #expect(folders.own.map(\.path) == ["b.yaml", "c.yml"].map { folder.path + "/profiles.d/" + $0 })
  }

  /// What counts for the fingerprint and for `reload`: a new version of the package changes what no device has.
  @Test func onlyProfilesThatDevicesNameCountOfThePackages() throws {
    let folder = try Folder([
      "shipped/a.yaml": Self.profile(1), "shipped/b.yaml": Self.profile(2), "profiles.d/c.yaml": Self.profile(3),
    ])
    var diagnostics = Diagnostics()
    let folders = ProfileFolders(
      shipped: folder.path + "/shipped", own: folder.path + "/profiles.d", diagnostics: &diagnostics)
    let devices = SourceFile(
      path: "devices.d/a.yaml",
      text:
        "devices:\n  x: { driver: modbus, profile: b }\n  y: { driver: gpsd }\n  z: { driver: serial, profile: none }\n"
    )
    #expect(
      folders.sources(for: [devices]).map(\.path)
        == ["profiles.d/c.yaml", "shipped/b.yaml"].map { folder.path + "/" + $0 })
  }

  @Test func foldersThatAreNotThereHoldNothing() {
    var diagnostics = Diagnostics()
    let folders = ProfileFolders(shipped: "/nonexistent/devices", own: "/nonexistent/own", diagnostics: &diagnostics)
    #expect(diagnostics.isEmpty)
    #expect(folders.library.names.isEmpty)
  }

  @Test(arguments: [("profiles.d/my pump.yaml", "name"), ("profiles.d/pump.yml", "duplicate-profile")])
  func aFileThatNoDeviceCouldNameIsTold(_ name: String, _ code: String) throws {
    let folder = try Folder(["profiles.d/pump.yaml": Self.profile(1), name: Self.profile(2)])
    var diagnostics = Diagnostics()
    _ = ProfileFolders(shipped: "/nonexistent", own: folder.path + "/profiles.d", diagnostics: &diagnostics)
    #expect(diagnostics.all.map(\.code) == [code])
    #expect(diagnostics.all.first?.span?.file == folder.path + "/" + name)
  }

  @Test func aProfileThatNoDeviceHasIsCheckedToo() throws {
    var tree = SetupTests.tree
    tree["profiles.d/pump.yaml"] = Self.profile(70000)
    let folder = try Folder(tree)
    let result = Setup.load(main: folder.main)
    #expect(result.setup == nil)
    #expect(result.diagnostics.all.map(\.code) == ["out-of-range"])
    #expect(result.sources.contains { $0.path.hasSuffix("profiles.d/pump.yaml") })
  }

  @Test func anotherProfileIsAnotherConfiguration() throws {
    var tree = SetupTests.tree
    tree["profiles.d/pump.yaml"] = Self.profile(1)
    let folder = try Folder(tree)
    let before = try #require(Setup.load(main: folder.main).setup)
    try Data(Self.profile(2).utf8).write(to: URL(fileURLWithPath: folder.path + "/profiles.d/pump.yaml"))
    let after = try #require(Setup.load(main: folder.main).setup)
    #expect(before.fingerprint != after.fingerprint)
    let changes = SetupChanges(from: before, to: after, credentials: [])
    #expect(changes.files.changed == [folder.path + "/profiles.d/pump.yaml"])
  }

  @Test func aChangedProfileBeginsItsDevicesAnewAndNoOthers() throws {
    var tree = SetupTests.tree
    for (name, address) in [("a", 1), ("b", 2)] { tree["profiles.d/\(name).yaml"] = Self.profile(address) }
    tree["devices.d/site.yaml"] = """
      devices:
        x: { driver: modbus, profile: a, unit: 1, connection: { tcp: 127.0.0.1 } }
        y: { driver: modbus, profile: b, unit: 2, connection: { tcp: 127.0.0.1 } }
      """
    let folder = try Folder(tree)
    let before = Setup.load(main: folder.main)
    let old = try #require(before.setup, "\(before.diagnostics.all)")
    func changes(_ text: String) throws -> SetupChanges {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/profiles.d/b.yaml"))
      return SetupChanges(from: old, to: try #require(Setup.load(main: folder.main).setup), credentials: [])
    }
    #expect(try changes("# A comment\n" + Self.profile(2)).devices.isEmpty)
    #expect(try changes(Self.profile(3)).devices.changed == ["y"])
  }

  @Test func aDeviceIsToldWhichProfilesThereAre() throws {
    var tree = SetupTests.tree
    tree["profiles.d/pump.yaml"] = Self.profile(1)
    tree["devices.d/site.yaml"] =
      "devices:\n  x: { driver: modbus, profile: pumb, unit: 1, connection: { tcp: 127.0.0.1 } }\n"
    let folder = try Folder(tree)
    let findings = Setup.load(main: folder.main).diagnostics.all
    #expect(findings.map(\.code) == ["unknown-profile"])
    #expect(findings.first?.help == "did you mean `pump`?")
  }

  @Test func aProfileAloneAndAFolderOfThemAreChecked() throws {
    let folder = try Folder([
      "devices/a.yaml": Self.profile(1), "devices/b.yaml": Self.profile(2),
      "wrong/c.yaml": "modell: A\nprotocol: modbus\n",
      "profiles.d/d.yaml": "metric: {}\n",
    ])
    #expect(Setup.check(paths: [folder.path + "/devices"]).diagnostics.isEmpty)
    #expect(Setup.check(paths: [folder.path + "/devices"]).sources.count == 2)
    #expect(Setup.check(paths: [folder.path + "/devices/a.yaml"]).diagnostics.isEmpty)
    let wrong = Setup.check(paths: [folder.path + "/wrong/c.yaml"]).diagnostics.all
    #expect(wrong.contains { $0.help == "did you mean `model`?" })
    #expect(Setup.check(paths: [folder.path + "/profiles.d"]).diagnostics.all.contains { $0.code == "missing-key" })
  }
}
