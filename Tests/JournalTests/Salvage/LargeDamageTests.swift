import Foundation
import Journal
import Model
import Testing

/// A journal as large as its usual limit, without the page that leads to its blocks. For `make verify`, in a release build:
/// `WAYPOST_LARGE_JOURNAL=200` fills so many megabytes.
@Suite(
  .enabled(
    if: ProcessInfo.processInfo.environment["WAYPOST_LARGE_JOURNAL"] != nil, "set WAYPOST_LARGE_JOURNAL to its size, MB"
  ))
struct LargeDamageTests {
  @Test func itStartsWithinTenSeconds() throws {
    let size = ProcessInfo.processInfo.environment["WAYPOST_LARGE_JOURNAL"].flatMap(Int64.init) ?? 200
    let folder = try JournalFolder()
    let options = JournalFolder.options(limit: 256_000_000)
    var random = SeededGenerator(1)
    var records: UInt64 = 0
    do {
      let journal = try folder.open(options)
      try journal.openCursor(uplink: "central", from: .oldest)
      var second = 0.0
      while try journal.statistics().usedBytes < size * 1_000_000 {
        for _ in 0..<500 {
          second += 1
          let readings = (0..<100).map { Record.reading(Double($0) + .random(in: 0..<1, using: &random), at: second) }
          try journal.commit(.at(second, readings + [.position(.random(in: -80...80, using: &random), at: second)]))
        }
      }
      records = journal.lastSequence
      try journal.closeCleanly(time: .seconds(second), clock: .at(second))
    }
    let file = try #require(FileHandle(forUpdatingAtPath: folder.path))
    try file.write(contentsOf: Data(repeating: 0, count: 4096))
    try file.close()
    let (memory, begin) = (Self.peak, ContinuousClock.now)
    let journal = try folder.open(options, now: .at(1e6))
    let took = ContinuousClock.now - begin
    let salvaged = try #require(journal.recovery?.salvaged)
    print(
      "\(size) MB: \(salvaged.records.total) of \(records) records in \(took), \(Self.peak - memory) KiB of memory more"
    )
    #expect(took < .seconds(10))
    #expect(salvaged.records.total == records)
  }

  /// The most memory that was resident so far, KiB.
  private static var peak: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
    return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
  }
}
