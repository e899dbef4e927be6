import Foundation
import Logging
import ServiceLifecycle
import Testing

@testable import Gateway

/// `waypost zone here` against a gateway that is somewhere.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ZoneHereTests {
  /// Says where it is.
  struct Answers: ControlAnswers {
    var status: String

    func answer(_ request: ControlRequest, write: (_ chunk: [UInt8]) async throws -> Void) async throws {
      try await write(Array("{\"ok\":true,\"status\":\(status)}\n".utf8))
    }
  }

  private static let fix = """
    {"fix":{"device":"gps","latitude":46.2044,"longitude":6.1432,"estimated_error":4.2,"timestamp":"2026-11-21T08:00:00.000Z","age":0.6}}
    """

  private func here(_ arguments: [String], status: String) async throws -> CommandLineTests.Ending {
    let path = NSTemporaryDirectory() + "wp-\(UUID().uuidString.prefix(8)).sock"
    let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    let server = ControlServer(path: path, answers: Answers(status: status), logger: quiet)
    let group = ServiceGroup(services: [server], logger: quiet)
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      await server.listening.wait()
      let ending = try await CommandLineTests.run(["zone", "here"] + arguments + ["--socket", path])
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
      return ending
    }
  }

  @Test func presentPositionIsPrintedAsAZone() async throws {
    let ending = try await here(["depot", "200", "m"], status: Self.fix)
    #expect(ending.code == 0, "\(ending.errors)")
    #expect(
      ending.output
        == "zones:\n  depot: { circle: [6.1432, 46.2044], radius: 200 m }  # by gps, 2026-11-21T08:00:00.000Z, ± 4 m\n")
  }

  @Test func fileGetsItOnceAndPassesTheCheck() async throws {
    let file = NSTemporaryDirectory() + "wp-zones-\(UUID().uuidString).yaml"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Data("# ours\nzones:\n  a: { circle: [1, 2], radius: 5 m } # first\n".utf8).write(
      to: URL(fileURLWithPath: file))
    #expect(try await here(["depot", "1 km", "--file", file], status: Self.fix).code == 0)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text.hasPrefix("# ours\nzones:\n  a: { circle: [1, 2], radius: 5 m } # first\n  depot: { circle"))
    #expect(try await CommandLineTests.run(["check", file]).code == 0)
    let again = try await here(["depot", "1 km", "--file", file], status: Self.fix)
    #expect(again.code == 1)
    #expect(again.errors.contains("there is a zone `depot` already"), "\(again.errors)")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
  }

  @Test(arguments: [
    ("{}", "no position yet"), ("{\"fix\":{\"device\":\"gps\"}}", "no position yet"),
    ("{\"fix\":{\"device\":\"gps\",\"latitude\":46,\"longitude\":6,\"age\":300}}", "is 300 s old"),
  ]) func withoutAFreshFixItSaysSo(status: String, words: String) async throws {
    let ending = try await here(["depot", "200 m"], status: status)
    #expect(ending.code == 2)
    #expect(ending.errors.contains(words), "\(ending.errors)")
    #expect(ending.output.isEmpty)
  }

  @Test func wrongRadiusOrMissingGatewayIsToldWithTheRemedy() async throws {
    let unit = try await here(["depot", "200"], status: Self.fix)
    #expect(unit.code == 2)
    #expect(unit.errors.contains("200 m"), "\(unit.errors)")
    let absent = try await CommandLineTests.run(["zone", "here", "depot", "200 m", "--socket", "/tmp/none.sock"])
    #expect(absent.code == 2)
    #expect(absent.errors.contains("systemctl start waypost"), "\(absent.errors)")
  }
}
