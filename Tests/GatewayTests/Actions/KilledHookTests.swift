import Foundation
import Glibc
import Inputs
import Model
import Testing

@testable import Gateway
@testable import Journal

/// `waypost run` itself, killed while a hook is at work.
@Suite(.timeLimit(.minutes(10))) struct KilledHookTests {
  private final class Running: @unchecked Sendable {
    let process = Process()

    init(_ folder: SetupTests.Folder) throws {
      process.executableURL = URL(fileURLWithPath: CommandLineTests.program)
      process.arguments = ["run", "--config", folder.main]
      process.standardError = FileHandle.nullDevice
      process.standardInput = FileHandle.nullDevice
      try process.run()
    }

    func end(_ signal: Int32) {
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
    }

    deinit { if process.isRunning { end(SIGKILL) } }
  }

  private func until(_ what: Comment, _ condition: () throws -> Bool) throws {
    let deadline = Date() + 300
    while try !condition() {
      guard Date() < deadline else {
        Issue.record(what)
        return
      }
      poll(nil, 0, 5)
    }
  }

  @Test func killedInTheMiddleItIsUnknownAndNeverRunsAgain() async throws {
    let folder = try SetupTests.Folder([
      "hooks.d/slow": "#!/bin/sh\necho $$ >> runs\nexec sleep 1000\n",
      "hooks.d/quick": "#!/bin/sh\ncat >> quick.ran\n",
    ])
    try Data(
      """
      gateway: { id: truck }
      journal: { path: \(folder.path)/journal.db, flush: 50 ms }
      api: { socket: \(folder.path)/control.sock }
      """.utf8
    ).write(to: URL(fileURLWithPath: folder.main))
    for hook in ["slow", "quick"] { chmod("\(folder.path)/hooks.d/\(hook)", 0o755) }
    try decide(["slow"], in: folder)

    try await ControlSocketTests.offPool {
      let first = try Running(folder)
      try self.until("the hook to be at work") { self.runs(folder).count == 1 }
      first.end(SIGKILL)
      // Under systemd it would have gone with the service.
      if let pid = self.runs(folder).first.flatMap({ pid_t($0) }) { kill(pid, SIGKILL) }

      try self.decide(["quick"], in: folder)
      let second = try Running(folder)
      try self.until("the other hook") {
        FileManager.default.contents(atPath: folder.path + "/hooks.d/quick.ran")?.isEmpty == false
      }
      second.end(SIGTERM)
      #expect(second.process.terminationStatus == 0)
    }
    #expect(runs(folder).count == 1, "at most once")
    let states = try open(folder).states()
    // The second may have been met by SIGTERM in its last moment.
    #expect(states.first == .unknown && [[.done], [.failed]].contains(states.dropFirst()), "\(states)")
  }

  private func runs(_ folder: SetupTests.Folder) -> [String] {
    (FileManager.default.contents(atPath: folder.path + "/hooks.d/runs")).map {
      String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init)
    } ?? []
  }

  private func open(_ folder: SetupTests.Folder) throws -> Journal {
    try Journal.open(
      path: folder.path + "/journal.db",
      options: Journal.Options(bootID: Boot.id, machineID: MachineIdentity.machineID), now: clock)
  }

  private var clock: JournalClock {
    JournalClock(bootTime: BootClock.now, wallTime: WallClock.now, isWallTrusted: false)
  }

  /// As the engine's decision stands in the journal.
  private func decide(_ hooks: [String], in folder: SetupTests.Folder) throws {
    let journal = try open(folder)
    let time = journal.resumeTime(now: clock).time
    try journal.commit(
      Commit(
        time: time, clock: clock,
        actions: hooks.map { name in
          var payload = PackedWriter()
          payload.write(HookTests.hook(1, name, at: time, timeout: .minutes(5)))
          return .decide(kind: "run", payload: payload.bytes, expires: time + .minutes(10))
        }))
    try journal.closeCleanly(time: time, clock: clock)
  }
}
