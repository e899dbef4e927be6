import Foundation
@testable import Journal
import Model
import Testing

/// Drives and sensors that never get a link, or seldom, at a small limit: what goes, in which order, and what is told of it.
@Suite struct ThinningTests {
  /// A receiver and the truth beside a journal.
  private struct World {
    var folder: JournalFolder
    var journal: Journal
    var random: SeededGenerator
    var options: Journal.Options
    /// Everything that was appended.
    var records: [UInt64: Record] = [:]
    /// What was delivered, or is a gap record.
    var received: [UInt64: StoredRecord] = [:]
    var second = 0.0
    var place = (latitude: 47.0, longitude: 8.5, speed: 12.0, course: 1.0)

    init(seed: UInt64, limit: Int64 = 1 << 20) throws {
      folder = try JournalFolder()
      random = SeededGenerator(seed)
      options = JournalFolder.options(limit: limit, history: .minutes(1))
      journal = try folder.open(options)
      try journal.openCursor(uplink: "central", from: .oldest)
    }

    /// Fills most of the journal at once with what can't be thinned, so that the drive need not be long.
    mutating func fill(_ kilobytes: Int) throws {
      for _ in 0..<kilobytes / 20 {
        second += 1
        try commit(Commit.at(second, [LimitTests.reading(20_000, &random, at: second)]))
      }
    }

    /// One second of a drive with ten readings.
    mutating func drive(events: Bool = true) throws {
      second += 1
      if Int.random(in: 0..<20, using: &random) == 0 {
        place.course += Double.random(in: -1.5...1.5, using: &random)
        place.speed = Double.random(in: 0...30, using: &random)
      }
      place.latitude += (place.speed * _cos(place.course) + .random(in: -2...2, using: &random)) / 111_000
      place.longitude += (place.speed * _sin(place.course) + .random(in: -2...2, using: &random)) / 76_000
      var batch = [
        Record(
          time: .seconds(second), timestamp: Timestamp(seconds: second),
          body: .position(
            device: "gps",
            Position(latitude: place.latitude, longitude: place.longitude, time: Timestamp(seconds: second))))
      ]
      for metric in 0..<10 {
        let value: Value =
          metric == 9
          ? .boolean(second.truncatingRemainder(dividingBy: 300) < 100) : .number(.random(in: 0..<90, using: &random))
        batch.append(
          Record(
            time: .seconds(second), timestamp: Timestamp(seconds: second),
            body: .reading(device: "reefer", metric: "m\(metric)", value: value, unit: "Cel", quality: .good)))
      }
      if events, Int.random(in: 0..<30, using: &random) == 0 { batch.append(.event("e\(second)", at: second)) }
      try commit(Commit.at(second, batch))
    }

    mutating func commit(_ commit: Commit) throws {
      guard let range = try journal.commit(commit) else { return }
      for (offset, record) in commit.records.enumerated() { records[range.lowerBound + UInt64(offset)] = record }
      for record in try journal.read(.init(lanes: LaneSet(.other), range: range)) {
        received[record.identity.seq] = record
      }
    }

    /// The uplink is there for a moment: it takes what is oldest of some lane, or, of readings, a few in the middle.
    mutating func deliver(_ count: Int) throws {
      let lane = [Lane.event, .position, .other, .reading].randomElement(using: &random) ?? .event
      var cursors = journal.cursors(uplink: "central")
      let start = lane == .reading ? UInt64.random(in: 1...journal.lastSequence, using: &random) : 0
      let found = try journal.read(
        .init(
          lanes: LaneSet(lane), range: max(start, cursors[lane].low + 1)...journal.lastSequence + 1,
          limit: lane == .reading ? 5 : count))
      for record in found where lane != .reading || cursors[lane].settle(record.identity.seq) {
        received[record.identity.seq] = record
      }
      if lane != .reading, let last = found.last { cursors[lane].settle(through: last.identity.seq) }
      try commit(Commit(time: .seconds(second), clock: .at(second), cursors: [("central", cursors)]))
    }

    mutating func restart() throws {
      folder = try folder.crashCopy()
      journal = try folder.open(options, now: .at(second))
      #expect(journal.recovery == nil)
      try journal.openCursor(uplink: "central", from: .oldest)
    }
  }

  @Test(arguments: 0..<6)
  func whatIsLeftRedrawsEachTrackAndEachMissingOneIsTold(seed: UInt64) throws {
    var world = try World(seed: seed)
    try world.fill(700)
    for step in 0..<2400 {
      try world.drive()
      if seed % 2 == 1, step % 40 == 0 { try world.deliver(Int.random(in: 1...60, using: &world.random)) }
      if seed % 3 == 2, step % 700 == 699 { try world.restart() }
      if step % 800 == 799 { try check(world, isCut: seed % 2 == 0) }
    }
    let drops = try world.journal.statistics().drops
    #expect(drops[.thinned][.position] > 500)
    #expect(drops[.thinned][.reading] > 1000 || seed % 2 == 1)
    #expect(drops[.limit][.event] == 0)
  }

  private func check(_ world: World, isCut: Bool) throws {
    let journal = world.journal
    let present = try journal.all()
    var there = world.received
    for record in present { there[record.identity.seq] = record }
    let gaps = there.values.compactMap { Gap($0.body) }
    let statistics = try journal.statistics()
    #expect(statistics.bytes <= 1 << 20)
    let cursors = statistics.uplinks[0].cursors
    for lane in Lane.allCases {
      let waiting = present.count { $0.lane == lane && !cursors[lane].contains($0.identity.seq) }
      #expect(statistics.uplinks[0].depth[lane] == UInt64(waiting), "\(lane)")
    }
    let missing = world.records.keys.filter { there[$0] == nil }.sorted()
    for seq in missing { #expect(gaps.contains { $0.range.contains(seq) }, "\(seq) went without a word") }
    // A gap that went itself is told again by the one that took its place.
    if isCut { #expect(present.compactMap { Gap($0.body) }.reduce(0) { $0 + $1.count } == UInt64(missing.count)) }
    #expect(UInt64(missing.count) <= statistics.drops.total)
    if present.contains(where: { $0.lane == .reading }) {
      #expect(missing.allSatisfy { world.records[$0]?.lane != .event })
    }
    try checkTracks(world, there, missing, gaps)
    checkReadings(world, there, missing, gaps)
  }

  private struct Gap {
    var range: ClosedRange<UInt64>
    var count: UInt64
    var reason: String
    var thinned: Thinning?

    init?(_ body: Record.Body) {
      guard case .gap(let first, let last, let count, let reason, let thinned) = body else { return nil }
      (range, self.count, self.reason, self.thinned) = (first...last, count, reason, thinned)
    }
  }

  /// Where the straight line between the neighbours that are left is at the time of a fix that isn't.
  private func checkTracks(
    _ world: World, _ there: [UInt64: StoredRecord], _ missing: [UInt64], _ gaps: [Gap]
  ) throws {
    let kept = there.values.filter { $0.lane == .position }.sorted { $0.identity.seq < $1.identity.seq }
    var next = 0
    for seq in missing {
      guard case .position(_, let fix) = world.records[seq]?.body else { continue }
      // What was dropped whole, as the oldest, has nothing to be drawn by.
      if gaps.contains(where: { $0.range.contains(seq) && $0.thinned == nil }) { continue }
      let error = gaps.filter { $0.range.contains(seq) }.compactMap { gap -> Double? in
        if case .positions(let error) = gap.thinned { error } else { nil }
      }.max()
      let bound = try #require(error, "\(seq) went, and no gap says how far the line is from it")
      while next < kept.count, kept[next].identity.seq < seq { next += 1 }
      let index = next
      guard index > 0, index < kept.count, case .position(_, let a) = kept[index - 1].body,
        case .position(_, let b) = kept[index].body, let start = a.time, let end = b.time, let time = fix.time
      else {
        Issue.record("position \(seq) has no neighbours")
        continue
      }
      let part = Double(time.milliseconds - start.milliseconds) / Double(end.milliseconds - start.milliseconds)
      let east =
        (a.longitude + part * (b.longitude - a.longitude) - fix.longitude) * 111_320 * _cos(fix.latitude * .pi / 180)
      let north = (a.latitude + part * (b.latitude - a.latitude) - fix.latitude) * 111_200
      let distance = (east * east + north * north).squareRoot()
      #expect(distance <= bound * 1.005, "position \(seq) is \(distance) m from the line, and \(bound) m are stated")
    }
  }

  private func checkReadings(
    _ world: World, _ there: [UInt64: StoredRecord], _ missing: [UInt64], _ gaps: [Gap]
  ) {
    var kept: [String: [EngineTime]] = [:]
    for seq in there.keys.sorted() {
      if case .reading(_, let metric, _, _, _) = world.records[seq]?.body, let time = world.records[seq]?.time {
        kept[metric, default: []].append(time)
      }
    }
    var places: [String: Int] = [:]
    for seq in missing {
      guard let record = world.records[seq], case .reading(_, let metric, _, _, _) = record.body else { continue }
      let own = gaps.filter { $0.range.contains(seq) }
      if own.contains(where: { $0.thinned == nil }) { continue }
      let stated = own.compactMap { if case .readings(let interval) = $0.thinned { interval } else { nil } }.max()
      guard let stated else {
        Issue.record("reading \(seq) went, and no gap says what is left")
        continue
      }
      let times = kept[metric] ?? []
      var next = places[metric] ?? 0
      while next < times.count, times[next] <= record.time { next += 1 }
      places[metric] = next
      let before = next > 0 ? times[next - 1] : nil
      #expect(before.map { record.time - $0 <= stated } == true, "reading \(seq) of \(metric), \(stated)")
    }
  }

  @Test func theOlderARecordTheCoarserWhatIsLeft() throws {
    var world = try World(seed: 77)
    try world.fill(700)
    for _ in 0..<2000 { try world.drive() }
    let times = try world.journal.all(LaneSet(.position)).compactMap { record -> Double? in
      if case .utc(let time) = record.moment { time.seconds } else { nil }
    }
    // Half of what is left is of less than a quarter of the time: the newest.
    let (first, middle, last) = (times[0], times[times.count / 2], times[times.count - 1])
    #expect(last - middle < (last - first) / 4, "\(times.count) positions: \(first), \(middle), \(last)")
  }

  @Test func whatComesLaterIsThinnedToo() throws {
    var world = try World(seed: 3, limit: 2 << 20)
    try world.fill(1500)
    for _ in 0..<2500 { try world.drive() }
    let before = try world.journal.statistics().drops
    for _ in 0..<1500 { try world.drive() }
    let after = try world.journal.statistics().drops
    #expect(after[.thinned][.position] - before[.thinned][.position] > 500)
    #expect(after[.thinned][.reading] - before[.thinned][.reading] > 3000)
    #expect(after[.limit][.position] == 0)
    let positions = try world.journal.all(LaneSet(.position))
    // The newest eighth is as it came.
    let fresh = positions.suffix(100).map(\.identity.seq)
    #expect(fresh[99] - fresh[0] < 100 * 13)
  }

  @Test func aCommitNeverLooksAtMoreThanAFewBlocks() throws {
    var world = try World(seed: 5)
    try world.fill(700)
    var most: UInt64 = 0
    for _ in 0..<1500 {
      let before = world.journal.memory.thinning.reached[0]
      try world.drive()
      most = max(most, world.journal.memory.thinning.reached[0] - before)
    }
    // Of 64 blocks, with a position, ten readings, an event and a gap in each at the most.
    #expect(most > 0)
    #expect(most <= 64 * 13)
  }

  @Test func switchesStayWhereverTheyChange() {
    func reading(_ second: Double, _ value: Value?, _ quality: Quality = .good) -> Record {
      Record(
        time: .seconds(second), timestamp: nil,
        body: .reading(device: "d", metric: "m", value: value, unit: nil, quality: quality))
    }
    let stage = ThinningStage.readings(.seconds(10))
    #expect(
      Thinner.surplus(
        [
          reading(0, .boolean(true)), reading(1, .boolean(true)), reading(2, .boolean(false)),
          reading(3, .boolean(true)),
        ], stage)
        == [1])
    #expect(
      Thinner.surplus(
        [
          reading(0, .number(1)), reading(1, .number(2)), reading(2, nil, .bad), reading(3, .number(2)),
          reading(10, .number(2)),
        ],
        stage) == [1])
  }

  @Test func whatThinningTookOffTheSumsIsToldByPlace() throws {
    var book = ThinningBook()
    var counts = LaneCounts()
    counts[.position] = 5
    book.add(counts, after: 100)
    book.add(counts, after: 50)
    book.add(counts, after: 100)
    #expect(book.shift(at: 50)[.position] == 0)
    #expect(book.shift(at: 51)[.position] == 5)
    #expect(book.shift(at: 101)[.position] == 15)
    #expect(try ThinningBook(packed: book.packed) == book)
    book.forget(before: 400)
    #expect(book.shifts.count == 1)
    #expect(book.shift(at: 400)[.position] == 15)
  }
}

private func _sin(_ x: Double) -> Double { Foundation.sin(x) }
private func _cos(_ x: Double) -> Double { Foundation.cos(x) }
