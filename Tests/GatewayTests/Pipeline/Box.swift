import Config
import Foundation
import Inputs
import Journal
import Logging
import Model
import Rules
import Synchronization
import Testing

@testable import Gateway

/// A machine with a journal on its disk and clocks that the test turns.
final class Box: Sendable {
  static let rules = """
    zones:
      depot: { circle: [6.1432, 46.2044], radius: 120 m }
    rules:
      - name: visit
        on: { enter: depot, exit: depot }
        then:
          - event: geofence_event
    """

  struct Now {
    var boot: Int64 = 1_000_000_000_000
    var wall = Timestamp(milliseconds: 1_795_300_000_000)
    var isSynchronised = true
    /// What goes by after the next look at the boot clock.
    var pause = Interval.zero
  }

  let folder: String
  var journalPath: String { folder + "/journal.db" }
  private let now = Mutex(Now())
  private let bootID = Mutex("boot-1")

  init() throws {
    _ = FaultyDisk.shared
    let place = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm/" : NSTemporaryDirectory()
    folder = place + "waypost-gateway-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// Another box whose disk is what this one's would be after a power cut now.
  init(powerCut box: Box) throws {
    folder = box.folder + "-" + UUID().uuidString.prefix(8)
    try FileManager.default.copyItem(atPath: box.folder, toPath: folder)
    now.withLock { $0 = box.now.withLock { $0 } }
    bootID.withLock { $0 = box.bootID.withLock { $0 } }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var bootTime: Int64 {
    now.withLock { now in
      defer {
        now.boot += now.pause.nanoseconds
        now.wall = now.wall + now.pause
        now.pause = .zero
      }
      return now.boot
    }
  }

  /// Time goes by after the next look at the boot clock, as when much has come in, or on a machine that has other work.
  func passAfterTheNextLook(_ interval: Interval) { now.withLock { $0.pause = interval } }

  func pass(_ interval: Interval) {
    now.withLock {
      $0.boot += interval.nanoseconds
      $0.wall = $0.wall + interval
    }
  }

  func loseNTP() { now.withLock { $0.isSynchronised = false } }
  func findNTP() { now.withLock { $0.isSynchronised = true } }
  func setWall(_ wall: Timestamp) { now.withLock { $0.wall = wall } }

  /// The machine was off for so long: another boot.
  func reboot(after interval: Interval) {
    now.withLock {
      $0.boot = 5_000_000_000
      $0.wall = $0.wall + interval
    }
    bootID.withLock { $0 += "'" }
  }

  static func ruleSet(_ text: String) throws -> RuleSet {
    var diagnostics = Diagnostics()
    let rules = RuleSet.load(
      rules: [SourceFile(path: "rules.yaml", text: text)], zones: [], catalogue: Setup.defaultCatalogue,
      readFile: { (path, _) throws(Diagnostic) in try SourceFile.read(path: path) }, diagnostics: &diagnostics)
    return try #require(rules, "\(diagnostics.all)")
  }

  func open(
    rules: String = Box.rules, flush: Interval = .seconds(1), limit: Int64 = 64_000_000,
    catalogue: SignalCatalogue = Setup.defaultCatalogue, start: Bool = true, health: Interval? = nil,
    facts: BoxFacts = BoxFacts()
  ) async throws -> Pipeline {
    let reading = now.withLock { $0 }
    let clock = JournalClock(
      bootTime: reading.boot, wallTime: reading.wall, isWallTrusted: reading.isSynchronised)
    let journal = try Journal.open(
      path: journalPath,
      options: Journal.Options(
        limit: limit, bootID: bootID.withLock { $0 }, machineID: "machine", busyTimeout: 5000),
      now: clock)
    var logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    logger.logLevel = .critical
    let pipeline = try Pipeline(
      journal: journal, rules: Self.ruleSet(rules), catalogue: catalogue, flush: flush, now: clock,
      clocks: Clocks(
        bootTime: { [self] in bootTime }, wallTime: { [self] in now.withLock { $0.wall } },
        isSynchronised: { [self] in now.withLock { $0.isSynchronised } }),
      logger: logger, health: health, box: { facts })
    if start { await pipeline.start() }
    return pipeline
  }

  /// So many metres east of the depot's middle; the depot ends at 120 m.
  func fix(metres: Double, time: Timestamp? = nil) -> Arrival {
    arrival(
      .position(
        device: "gps",
        Position(
          latitude: 46.2044, longitude: 6.1432 + metres / 77_180, mode: .threeD,
          time: time ?? now.withLock { $0.wall }, speed: 10, accuracy: 3)))
  }

  func reading(_ value: Double) -> Arrival {
    arrival(.reading(device: "reefer", metric: "temperature", value: .number(value), quality: .good))
  }

  func arrival(_ content: Observation.Content) -> Arrival { Arrival(bootTime: bootTime, content: content) }
}

extension Pipeline {
  /// Everything that is committed and can be read.
  func committed() throws -> [StoredRecord] {
    try read(Journal.Query(range: 1...UInt64(Int64.max), limit: .max, byteLimit: .max))
  }

  /// What of that came of the rule engine, and not of the journal's own bookkeeping.
  func engineRecords() throws -> [StoredRecord] {
    try committed().filter { $0.kind != .time && $0.kind != .gap }
  }

  /// The recording's file.
  func export() throws -> [UInt8] {
    var bytes: [UInt8] = []
    var export = try beginExport()
    while let piece = try nextPiece(of: &export) { bytes += piece }
    return bytes
  }

  /// Takes an arrival as the running gateway does.
  func feed(_ arrival: Arrival) {
    inbox.submit(arrival)
    drain()
  }
}
