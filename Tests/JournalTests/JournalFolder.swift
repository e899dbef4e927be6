import Foundation
import Journal
import Model

/// A folder of its own for a test's journal, gone with it.
final class JournalFolder {
  let folder: String
  var path: String { folder + "/journal.db" }

  init() throws {
    // In memory where there is such a place: thousands of commits would wait for the disk, and nothing here is about the disk itself.
    let place = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm/" : NSTemporaryDirectory()
    folder = place + "waypost-journal-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Ids come in a row, "aaaaa0", "aaaaa1", so that a test can tell them apart.
  static func options(
    limit: Int64 = 64_000_000, history: Interval = .hours(24), boot: String = "boot-1", machine: String = "machine-1",
    ids: String = "aaaaa"
  ) -> Journal.Options {
    let counter = Counter()
    return Journal.Options(
      limit: limit, history: history, bootID: boot, machineID: machine, busyTimeout: 0,
      makeID: { ids + String(counter.next()) })
  }

  func open(_ options: Journal.Options = JournalFolder.options(), now: JournalClock = .at(0)) throws -> Journal {
    try Journal.open(path: path, options: options, now: now)
  }

  /// What a power cut would leave: the files as they are now, in a folder of their own.
  func crashCopy() throws -> JournalFolder {
    let copy = try JournalFolder()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !name.hasSuffix(".ballast") {
      try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(copy.folder)/\(name)")
    }
    return copy
  }

  /// Without the ballast, which is no part of it.
  var files: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasSuffix(".ballast") }.sorted()) ?? []
  }
}

final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var value = -1
  func next() -> Int {
    lock.withLock {
      value += 1
      return value
    }
  }
}

extension JournalClock {
  /// `seconds` since the boot; the wall clock began at 2026-11-21T00:00:00Z with it.
  static func at(_ seconds: Double, trusted: Bool = true) -> JournalClock {
    JournalClock(
      bootTime: Int64(seconds * 1e9), wallTime: Timestamp(seconds: 1_795_219_200 + seconds), isWallTrusted: trusted)
  }
}

extension Commit {
  /// A commit at `seconds` of engine and boot time.
  static func at(_ seconds: Double, _ records: [Record] = []) -> Commit {
    Commit(time: .seconds(seconds), clock: .at(seconds), records: records)
  }
}

extension Record {
  static func reading(_ value: Double, at seconds: Double = 1) -> Record {
    Record(
      time: .seconds(seconds), timestamp: Timestamp(seconds: seconds),
      body: .reading(
        device: "reefer", metric: "temperature", value: .number(value), unit: "Cel", quality: .good))
  }

  static func position(_ latitude: Double, at seconds: Double = 1) -> Record {
    Record(
      time: .seconds(seconds), timestamp: Timestamp(seconds: seconds),
      body: .position(
        device: "gps", Position(latitude: latitude, longitude: 6, mode: .threeD, time: Timestamp(seconds: seconds))))
  }

  static func event(_ id: String, at seconds: Double = 1) -> Record {
    Record(
      time: .seconds(seconds), timestamp: Timestamp(seconds: seconds),
      body: .event(
        Event(
          id: id, rule: "cold_chain",
          content: .general(GeneralEvent(type: "cold_chain", severity: .critical, state: .raised, data: [])))))
  }

  static func undated(_ name: String = "gps", at seconds: Double = 1) -> Record {
    Record(time: .seconds(seconds), timestamp: nil, body: .device(name: name, isUp: true, reason: nil))
  }
}

extension Journal {
  /// Everything that can be read.
  func all(_ lanes: LaneSet = .all) throws -> [StoredRecord] {
    try read(Query(lanes: lanes, range: 1...UInt64(Int64.max), limit: .max, byteLimit: .max))
  }

  /// Settles everything up to `seq` for the uplink.
  @discardableResult
  func settle(_ uplink: String, through seq: UInt64, at seconds: Double) throws -> ClosedRange<UInt64>? {
    try commit(
      Commit(time: .seconds(seconds), clock: .at(seconds), cursors: [(uplink, LaneCursors(low: seq))]))
  }
}
