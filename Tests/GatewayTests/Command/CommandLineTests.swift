import Foundation
import Synchronization
import Testing

@testable import Gateway

/// `waypost` itself, as a shell sees it.
@Suite(.serialized, .timeLimit(.minutes(10))) struct CommandLineTests {
  struct Ending {
    var code: Int32
    var output: String
    var errors: String
  }

  static let program: String = {
    let running = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
    let package = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst()
    return ["\(running)/waypost", "\(package)/.build/debug/waypost"]
      .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "waypost"
  }()

  /// Runs to its end; `during` sees its standard error's lines as they come.
  static func run(
    _ arguments: [String], program: String = program,
    during: @escaping @Sendable (Process, String) -> Void = { _, _ in }
  ) async throws -> Ending {
    try await ControlSocketTests.offPool {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = arguments
      let output = FileManager.default.temporaryDirectory.appendingPathComponent("wp-out-" + UUID().uuidString)
      _ = FileManager.default.createFile(atPath: output.path, contents: nil)
      defer { try? FileManager.default.removeItem(at: output) }
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardInput = FileHandle.nullDevice
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      var text = ""
      while case let chunk = errors.fileHandleForReading.availableData, !chunk.isEmpty {
        text += String(decoding: chunk, as: UTF8.self)
        during(process, text)
      }
      process.waitUntilExit()
      return Ending(
        code: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
        output: try String(contentsOf: output, encoding: .utf8), errors: text)
    }
  }

  static let track = """
    t,lat,lon
    0,46.2044,6.1300
    10,46.2044,6.1432
    20,46.2044,6.1432
    30,46.2044,6.1600
    40,46.2044,6.1610

    """

  private func folder() throws -> SetupTests.Folder {
    try SetupTests.Folder(
      SetupTests.tree.merging([
        "bad/rules.yaml": "rulez: []\n", "drive.csv": Self.track, "garbage": "\u{0}\u{1}garbage\n",
        "depot/rules.yaml": Box.rules,
      ]) { $1 })
  }

  @Test func exitCodesAreAsDocumented() async throws {
    let folder = try folder()
    let path = folder.path
    let cases: [([String], Int32)] = [
      (["check", "--config", folder.main], 0), (["check", "\(path)/bad"], 1), (["check", "\(path)/missing"], 2),
      (["check", "--config", "\(path)/missing"], 2), (["check", "--bogus"], 2), (["chekc"], 2), (["--help"], 0),
      (["version"], 0), (["run", "--config", "\(path)/missing"], 78), (["run", "--config", path], 78),
      (["replay", "--rules", "\(path)/rules.d", "\(path)/drive.csv"], 0),
      (["replay", "--rules", "\(path)/bad", "\(path)/drive.csv"], 1),
      (["replay", "--rules", "\(path)/missing", "\(path)/drive.csv"], 2),
      (["replay", "--rules", "\(path)/rules.d", "\(path)/garbage"], 2),
      (["replay", "--rules", "\(path)/rules.d", "\(path)/missing"], 2),
      (["replay", "--rules", "\(path)/rules.d", path], 2), (["replay", "--rules", "\(path)/rules.d", "/dev/null"], 2),
      (["status", "--socket", "\(path)/none.sock"], 2), (["record", "on", "--socket", "\(path)/none.sock"], 2),
      (["demo", "--for", "1"], 2), (["demo", "--rules", "\(path)/missing"], 2),
    ]
    for (arguments, code) in cases {
      let ending = try await Self.run(arguments)
      #expect(ending.code == code, "\(arguments): \(ending.errors)")
      if code != 0 { #expect(!ending.errors.isEmpty, "\(arguments) says why") }
      #expect(!ending.errors.contains("Diagnostic("), "in words: \(ending.errors)")
    }
  }

  @Test func jsonIsAllThatStandardOutputHas() async throws {
    let folder = try folder()
    for arguments in [
      ["check", "--format", "json", "\(folder.path)/bad"],
      ["replay", "--format", "json", "--rules", "\(folder.path)/depot", "\(folder.path)/drive.csv"],
    ] {
      let lines = try await Self.run(arguments).output.split(separator: "\n")
      #expect(!lines.isEmpty)
      for line in lines { #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) } }
    }
  }

  @Test func readerThatHangsUpIsNoError() async throws {
    let folder = try folder()
    let long = (0..<20_000).map { "\($0),46.2,\(6.0 + Double($0) / 10_000)\n" }.joined()
    try Data(("t,lat,lon\n" + long).utf8).write(to: URL(fileURLWithPath: folder.path + "/long.csv"))
    let ending = try await Self.run(
      [
        "-c",
        "{ '\(Self.program)' replay --rules '\(folder.path)/depot' '\(folder.path)/long.csv'; echo $? >&2; } | head -1",
      ],
      program: "/bin/sh")
    #expect(ending.errors == "0\n")
    #expect(ending.output.split(separator: "\n").count == 1)
  }

  @Test func endsInTimeWhileNobodyAnswers() async throws {
    // A broker and a gpsd that take the connection and say nothing.
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(listener, $0, length)
        _ = getsockname(listener, $0, &length)
      }
    }
    listen(listener, 8)
    let port = UInt16(bigEndian: address.sin_port)
    let folder = try SetupTests.Folder(["devices.d/gps.yaml": "devices: { gps: { driver: gpsd, port: \(port) } }\n"])
    // The control socket can't be made either.
    try Data(
      """
      gateway: { id: truck }
      journal: { path: \(folder.path)/journal.db }
      uplinks:
        silent: { mqtt: { url: "mqtt://127.0.0.1:\(port)" } }
        hole: { mqtt: { url: "mqtt://192.0.2.1" } }
      api: { socket: \(folder.path)/missing/control.sock }

      """.utf8
    ).write(to: URL(fileURLWithPath: folder.main))
    let told = Mutex<ContinuousClock.Instant?>(nil)
    let ending = try await Self.run(["run", "--config", folder.main]) { process, text in
      guard text.contains("gateway ready"), text.contains("control socket not available") else { return }
      told.withLock { $0 = $0 ?? .now }
      process.terminate()
    }
    let begun = told.withLock { $0 }
    let took = ContinuousClock.now - (try #require(begun))
    #expect(ending.code == 0, "\(ending.errors)")
    // systemd gives it so long (TimeoutStopSec=), and kills it then.
    #expect(took < .seconds(15))
    // Closed cleanly: nothing waits in the write-ahead log.
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/journal.db-wal"))
  }

  @Test func demoThatEndsEarlySaysWhyAndLeavesNothingBehind() async throws {
    let folder = try folder()
    let ending = try await Self.run(["demo", "--for", "20", "--rules", "\(folder.path)/bad"])
    #expect(ending.code == 2)
    #expect(ending.errors.contains("did you mean `rules`?"), "\(ending.errors)")
    let place = try #require(ending.errors.firstMatch(of: /\/tmp\/waypost-demo-[A-Za-z0-9]{6}/))
    #expect(!FileManager.default.fileExists(atPath: String(place.output)))
  }
}
