import Foundation
import Glibc
import Journal
import Model
import Testing

extension EndToEnd {
  /// What the daemon finds in its journal's place, and goes on from. It runs as another user than the test, as it does on a box.
  @Suite(.serialized, .enabled(if: geteuid() == 0 && Environment.have("mosquitto", "setpriv"))) struct RecoveryTests {
    private static let nobody = "65534"

    /// A folder of the daemon's user with a journal in it, in which 40 records wait, and what watches them arrive.
    private struct Box {
      let bench: Bench
      let gateway: Gateway
      let subscriber: Subscriber
      var path: String { bench.path("state/journal.db") }

      init(in bench: Bench) throws {
        self.bench = bench
        let broker = try Broker(in: bench)
        subscriber = try Subscriber(port: broker.port, in: bench)
        // A copy: the build's own folder may be closed to others.
        let program = bench.path("waypost")
        try FileManager.default.copyItem(atPath: Environment.waypost, toPath: program)
        chmod(program, 0o755)
        let wrapper = try bench.write(
          "#!/bin/sh\nexec setpriv --reuid \(nobody) --regid \(nobody) --clear-groups \(program) \"$@\"\n",
          to: "as-nobody")
        chmod(wrapper, 0o755)
        for folder in ["state", "run"] {
          mkdir(bench.path(folder), 0o755)
          chown(bench.path(folder), 65534, 65534)
        }
        var settings = Gateway.Settings()
        settings.brokerPort = broker.port
        settings.journal = bench.path("state/journal.db")
        settings.flush = "100 ms"
        gateway = try Gateway(settings, in: bench, binary: wrapper)
        let configuration = try String(contentsOfFile: gateway.configuration, encoding: .utf8)
        try bench.write(
          configuration.replacingOccurrences(of: bench.path("control.sock"), with: bench.path("run/control.sock")),
          to: "etc/waypost.yaml")
        let clock = JournalClock(bootTime: 0, wallTime: Timestamp(seconds: 1_790_000_000), isWallTrusted: false)
        let journal = try Journal.open(path: path, options: .init(bootID: "b", machineID: "m"), now: clock)
        try journal.openCursor(uplink: "central", from: .oldest)
        for number in 1...40 {
          try journal.commit(
            Commit(
              time: .seconds(Double(number)), clock: clock,
              records: [
                Record(
                  time: .seconds(Double(number)), timestamp: Timestamp(seconds: 1_790_000_000 + Double(number)),
                  body: .reading(device: "old", metric: "n", value: .number(Double(number)), unit: nil, quality: .good))
              ]))
        }
        try journal.closeCleanly(time: .seconds(40), clock: clock)
        give(to: 65534)
      }

      func give(to user: uid_t) {
        for ending in ["", "-wal", ".ballast"] { chown(path + ending, user, user) }
      }

      func arrived() throws -> Int {
        Set(try ReceivedRecord.records(in: subscriber.messages).filter { $0.type == "reading" }.map(\.identity)).count
      }

      var log: String { gateway.child?.tail ?? "" }
      func exists(_ ending: String) -> Bool { access(path + ending, F_OK) == 0 }
    }

    @Test func aFileThatOnlyItsModeClosesIsOpenedAndNothingIsLost() throws {
      try Bench.with { bench in
        let box = try Box(in: bench)
        chmod(box.path, 0o400)
        try box.gateway.start()
        try Wait.until("what waited; \(box.log)") { try box.arrived() == 40 }
        #expect(!box.exists(".broken-1"))
        try box.gateway.stop()
      }
    }

    @Test(arguments: [(mode_t(0o600), 0), (mode_t(0o644), 40)])
    func anotherUsersFileIsSetAsideAndWhatMayBeReadIsSalvaged(mode: mode_t, salvaged: Int) throws {
      try Bench.with { bench in
        let box = try Box(in: bench)
        box.give(to: 0)
        chmod(box.path, mode)
        try box.gateway.start()
        #expect(box.exists(".broken-1"))
        #expect(box.log.contains("belongs to root (0), mode \(String(mode, radix: 8))"), "\(box.log)")
        try Wait.until("\(salvaged) records; \(box.log)") { try box.arrived() == salvaged }
        try box.gateway.stop()
      }
    }

    @Test func anEmptyFolderIsSetAsideAndOneWithFilesIsRefused() throws {
      try Bench.with { bench in
        let box = try Box(in: bench)
        unlink(box.path)
        unlink(box.path + "-wal")
        mkdir(box.path, 0o755)
        try box.gateway.start()
        #expect(box.log.contains("an empty folder was in the journal's place"), "\(box.log)")
        try box.gateway.stop()
        unlink(box.path)
        mkdir(box.path, 0o755)
        try bench.write("mine", to: "state/journal.db/photo.jpg")
        #expect(try box.gateway.launch().wait() == .code(1))
        #expect(box.log.contains("names a directory; give it a file"), "\(box.log)")
        #expect(access(box.path + "/photo.jpg", F_OK) == 0)
      }
    }

    @Test func aNewerJournalIsRefusedAndLeftAsItIs() throws {
      try Bench.with { bench in
        let box = try Box(in: bench)
        // user_version, at 60 (sqlite.org/fileformat2.html).
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: box.path))
        try file.seek(toOffset: 60)
        try file.write(contentsOf: Data([0, 0, 0, 99]))
        try file.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: box.path))
        #expect(try box.gateway.launch().wait() == .code(1))
        #expect(box.log.contains("made by a newer Waypost (schema 99"), "\(box.log)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: box.path)) == before)
      }
    }

    @Test func aRottenFileIsSetAsideAndWhatIsWholeArrivesWithAWordOfTheRest() throws {
      try Bench.with { bench in
        let box = try Box(in: bench)
        // The first page: SQLite has nothing to begin with. And one further on.
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: box.path))
        try file.write(contentsOf: Data(repeating: 0, count: 1024))
        let size = Int(try file.seekToEnd())
        for page in stride(from: size / 1024 - 6, to: size / 1024 - 3, by: 1) {
          try file.seek(toOffset: UInt64(page * 1024 + 600))
          try file.write(contentsOf: Data(repeating: 0xa5, count: 300))
        }
        try file.close()
        try box.gateway.start()
        #expect(box.exists(".broken-1"))
        #expect(box.log.contains("journal repaired"), "\(box.log)")
        try Wait.until("all 40, or a word of them; \(box.log)") {
          let records = try ReceivedRecord.records(in: box.subscriber.messages)
          var known = Set(records.filter { $0.type == "reading" }.map(\.identity.seq))
          for gap in records where gap.type == "gap" {
            guard let first = gap.object["first"]?.number, let last = gap.object["last"]?.number else { continue }
            known.formUnion(Int(first)...Int(last))
          }
          return known.isSuperset(of: 1...40)
        }
        try box.gateway.stop()
      }
    }
  }
}
