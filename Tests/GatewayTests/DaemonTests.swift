import CSQLite
import Config
import Foundation
import Inputs
import Journal
import Logging
import Model
import Testing

@testable import Gateway

/// The whole gateway in this process, with a disk that fails.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DaemonTests {
  private func start() throws -> (folder: SetupTests.Folder, daemon: Daemon) {
    _ = FaultyDisk.shared
    let folder = try SetupTests.Folder([
      "devices.d/gps.yaml": """
      devices:
        gps: { driver: simulator, waypoints: [[6.1432, 46.2044], [6.1484, 46.2050]], every: 100 ms, seed: 7 }
      """
    ])
    try Data(
      """
      gateway: { id: truck }
      journal: { path: \(folder.path)/journal.db, flush: 50 ms }
      api: { socket: \(folder.path)/control.sock }
      uplinks:
        hole: { mqtt: { url: "mqtt://192.0.2.1" } }
      """.utf8
    ).write(to: URL(fileURLWithPath: folder.main))
    let result = Setup.load(main: folder.main)
    let setup = try #require(result.setup, "\(result.diagnostics.all)")
    return (folder, try Daemon(setup: setup, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
  }

  private func status(_ folder: SetupTests.Folder) async throws -> String {
    try await ControlSocketTests.ready(folder.path + "/control.sock")
    return try await ControlSocketTests.ask(.status, at: folder.path + "/control.sock")
  }

  @Test func journalThatCannotBeUsedAnyMoreEndsTheGatewayWithTheReason() async throws {
    let (folder, daemon) = try start()
    let run = Task { try await daemon.run() }
    #expect(try await status(folder).contains("\"gateway\":\"truck\""))
    FaultyDisk.shared.fail(folder.path + "/journal.db", with: SQLITE_CORRUPT)
    let error = await #expect(throws: JournalError.self) { try await run.value }
    FaultyDisk.shared.mend(folder.path + "/journal.db")
    #expect(error?.code == .damaged)
  }

  @Test func fullDiskEndsNothingAndStatusSaysSo() async throws {
    let (folder, daemon) = try start()
    let run = Task { try await daemon.run() }
    _ = try await status(folder)
    FaultyDisk.shared.fail(folder.path + "/journal.db", with: SQLITE_FULL)
    while try await !status(folder).contains("no room for the journal") {}
    FaultyDisk.shared.mend(folder.path + "/journal.db")
    while try await status(folder).contains("no room for the journal") {}
    kill(getpid(), SIGTERM)
    try await run.value
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/journal.db-wal"), "closed cleanly")
  }

  @Test func diskThatStaysFullEndsWithAnErrorButEnds() async throws {
    let (folder, daemon) = try start()
    let run = Task { try await daemon.run() }
    _ = try await status(folder)
    FaultyDisk.shared.fail(folder.path + "/journal.db", with: SQLITE_FULL)
    while try await !status(folder).contains("no room for the journal") {}
    kill(getpid(), SIGTERM)
    await #expect(throws: JournalError.self) { try await run.value }
    FaultyDisk.shared.mend(folder.path + "/journal.db")
  }
}
