import Model

// Before anything is dropped that waits: old positions by track reduction with a bound that grows, then readings to coarser intervals.
extension Transaction {
  /// Blocks that one commit looks at, so that none takes long.
  private static let thinnedBlocks = 64
  /// A stretch has at least so many blocks, or records of its lane: of a single block with a fix in it nothing can go. Where there is
  /// no room left at all, a shorter one has to do.
  private static let stretch = (blocks: 16, records: UInt64(256))
  /// What they may come to before they are deflated, bytes.
  private static let thinnedBytes = 1 << 20

  /// Goes on with the first step that has something before it. True when there is room enough.
  mutating func thin(downTo target: Int64, isUrgent: Bool = false) throws(JournalError) -> Bool {
    guard let oldest = try blocks.first(after: 0) else { return false }
    memory.thinning.forget(before: oldest.first)
    var budget = Self.thinnedBlocks
    for number in ThinningStage.all.indices {
      while budget >= (isUrgent ? 2 : Self.stretch.blocks) {
        let horizon = horizon(number, from: oldest.first)
        let after = memory.thinning.reached[number]
        guard after < horizon else { break }
        let headers = try blocks.headers(after: after, limit: min(budget, Self.thinnedBlocks)).prefix {
          $0.last <= horizon
        }
        let records = headers.reduce(0) { $0 + $1.counts[ThinningStage.all[number].lane] }
        guard let last = headers.last,
          headers.count >= Self.stretch.blocks || records >= Self.stretch.records || (isUrgent && headers.count > 1)
        else { break }
        budget -= headers.count
        let through = try thin(Array(headers), by: ThinningStage.all[number]) ?? last.last
        memory.thinning.reach(number, through)
        if try usedPages() <= target { return true }
      }
    }
    return false
  }

  private func horizon(_ number: Int, from first: UInt64) -> UInt64 {
    let stages = ThinningStage.all
    let horizon =
      first + (memory.head.lastSequence + 1 - min(first, memory.head.lastSequence + 1)) / 16
      * ThinningStage.reach(number)
    guard number > 0, stages[number - 1].lane == stages[number].lane else { return horizon }
    return min(horizon, memory.thinning.reached[number - 1])
  }

  /// Thins what these blocks, which follow one another, hold of the step's lane. Gives the last number looked at, where that is less
  /// than all of them.
  private mutating func thin(_ headers: [Block.Header], by stage: ThinningStage) throws(JournalError) -> UInt64? {
    guard let first = headers.firstIndex(where: { $0.counts[stage.lane] > 0 }),
      let last = headers.lastIndex(where: { $0.counts[stage.lane] > 0 })
    else { return nil }
    var units: [UnpackedBlock] = []
    var bytes = 0
    for header in headers[first...last] where bytes < Self.thinnedBytes {
      // One that is damaged ends the stretch; the next commit gives it up.
      guard let block = try unpack(header) else { break }
      bytes += block.sizes.reduce(0, +)
      units.append(block)
    }
    let through = units.count < last - first + 1 ? units.last?.header.last ?? headers[first].last : nil
    let gone = surplus(units, stage)
    guard gone.reduce(0, { $0 + $1.bytes }) * 16 >= bytes, let start = gone.firstIndex(where: { !$0.places.isEmpty }),
      let end = gone.lastIndex(where: { !$0.places.isEmpty })
    else { return through }
    try rewrite(Array(units[start...end]), without: Array(gone[start...end]), stage)
    return through
  }

  private struct Surplus {
    var places: Set<Int> = []
    var bytes = 0
  }

  /// What goes of each block. What every uplink has is among it: history goes before anything that waits.
  private func surplus(_ units: [UnpackedBlock], _ stage: ThinningStage) -> [Surplus] {
    let settlement = settlement
    var places: [(unit: Int, record: Int)] = []
    var records: [Record] = []
    var gone = [Surplus](repeating: Surplus(), count: units.count)
    for (index, unit) in units.enumerated() {
      for (place, entry) in unit.records.enumerated() where entry.record.lane == stage.lane {
        if settlement.isSettled(entry.seq, stage.lane) {
          gone[index].places.insert(place)
          gone[index].bytes += unit.sizes[place]
        } else {
          places.append((index, place))
          records.append(entry.record)
        }
      }
    }
    for surplus in Thinner.surplus(records, stage) {
      let (index, place) = places[surplus]
      gone[index].places.insert(place)
      gone[index].bytes += units[index].sizes[place]
    }
    return gone
  }

  /// Writes the blocks again without what goes, put together, and their sums with it.
  private mutating func rewrite(
    _ units: [UnpackedBlock], without gone: [Surplus], _ stage: ThinningStage
  ) throws(JournalError) {
    guard let first = units.first?.header, let last = units.last?.header else { return }
    let settlement = settlement
    var told = GivenUp()
    // What was thinned up to here by an earlier step is in these blocks' sums from now on, and counts behind them.
    let before = try blocks.last(atOrBefore: first.first - 1)
    let shifts = memory.thinning.take(in: (before?.last ?? 0)...last.last)
    var removed = LaneCounts()
    var remainder: UnpackedBlock?
    for (unit, surplus) in zip(units, gone) {
      var rest = unit
      var shift = removed
      for earlier in shifts where earlier.after < unit.header.first { shift += earlier.counts }
      rest.header.before = unit.header.before - shift
      if unit.header.isEmpty {
        // The sums of blocks that are put together count on nothing being gone between them.
        try write(remainder, evenIfEmpty: true)
        remainder = nil
        try write(rest, evenIfEmpty: true)
        continue
      }
      rest.records = []
      rest.sizes = []
      for (place, entry) in unit.records.enumerated() {
        guard surplus.places.contains(place) else {
          rest.records.append(entry)
          rest.sizes.append(unit.sizes[place])
          continue
        }
        if !settlement.isSettled(entry.seq, stage.lane) { told.add(entry.seq, entry.record) }
        rest.header.counts[stage.lane] -= 1
        removed[stage.lane] += 1
      }
      try keep(rest, joining: &remainder)
    }
    try write(remainder, evenIfEmpty: true)
    memory.thinning.add(shifts.reduce(removed) { $0 + $1.counts }, after: last.last)
    report(told, .thinned, thinned: stage.thinning)
  }
}
