import Model

/// One unit of a bus: what of it is due, what was read of it, and whether it answers. A pure value; times are nanoseconds of a clock that
/// never goes backwards.
///
/// What is read equally often is a group, due at multiples of its interval. What is due at one time is a round: blocks, one request each.
/// A round ends before the next begins, so a slow device is read as often as it can be and no more.
struct BusUnit: Sendable {
  /// What is to be submitted of it: the contents, in order.
  typealias News = [Observation.Content]

  struct Group: Sendable {
    /// `nil`: as often as the device.
    var own: Int64?
    /// Ranks in the planner, ascending.
    var metrics: [Int]
    var due: Int64
  }

  /// A block on its way.
  struct Item: Hashable, Sendable {
    var block: ReadBlock
    /// How often it was asked for without a usable answer.
    var failures = 0
  }

  let settings: Settings
  private(set) var planner: ReadPlanner
  private var groups: [Group]
  /// Where the multiples of the groups' intervals are counted from.
  private let origin: Int64
  private var pace: Int64?

  private var queue: [Item] = []
  /// When this round must have ended, for the next to begin in time.
  private var roundEnd: Int64 = .max
  private var roundRead = false
  /// One silence in a round in which something was answered says more of the block than of the unit.
  private var roundSilences = 0
  private var roundFailure: String?
  private var isInRound = false

  private(set) var breaker = UnitBreaker()
  private var probes = 0
  /// The device's state as last told; `nil` before the first word.
  private(set) var isUp: Bool?
  /// Signals whose last reading was bad.
  private var bad: Set<String> = []
  /// Blocks that got no answer while the rest of the unit answers, by their first metric: how often, and when they are asked for again.
  private var silent: [Int: (count: Int, until: Int64)] = [:]
  /// Until then the unit is left alone.
  var readyAt: Int64
  /// For taking turns.
  var lastServed = 0

  init(_ settings: Settings, at time: Int64) {
    self.settings = settings
    let planner = ReadPlanner(settings.metrics, map: settings.map, limits: settings.limits)
    self.planner = planner
    let intervals = Set(planner.metrics.map { $0.every?.nanoseconds }).sorted { ($0 ?? 0) < ($1 ?? 0) }
    groups = intervals.map { own in
      Group(
        own: own, metrics: planner.metrics.indices.filter { planner.metrics[$0].every?.nanoseconds == own }, due: time)
    }
    origin = time
    readyAt = time
  }

  private func interval(of group: Group) -> Int64 {
    max(group.own ?? pace ?? settings.every.nanoseconds, 1_000_000)
  }

  // MARK: What to ask

  /// When the unit has something to ask, `.max` where it never has.
  func nextAsk(_ late: LateReplies) -> Int64 {
    if let probe = breaker.probeAt { return max(probe, readyAt) }
    guard !queue.isEmpty else { return max(groups.map(\.due).min() ?? .max, readyAt) }
    let free = queue.map { late.mayAsk($0.block.request, at: 0) }.min() ?? 0
    let isSplittable = queue.contains { $0.block.metrics.count > 1 }
    return max(isSplittable ? 0 : free, readyAt)
  }

  /// What to ask now: of a unit that is off a probe, else the next of the round. `nil`: nothing, or nothing yet.
  mutating func next(at time: Int64, _ late: LateReplies) -> Item? {
    guard readyAt <= time else { return nil }
    if let probe = breaker.probeAt { return probe <= time ? self.probe(late, at: time) : nil }
    if queue.isEmpty { beginRound(at: time) }
    if let index = queue.firstIndex(where: { late.mayAsk($0.block.request, at: time) <= time }) {
      return queue.remove(at: index)
    }
    // All look like an answer that may still come: a part of one may not.
    for (index, item) in queue.enumerated() where item.block.metrics.count > 1 {
      for count in 1..<item.block.metrics.count {
        let part = planner.block(of: Array(item.block.metrics[..<count]))
        guard late.mayAsk(part.request, at: time) <= time else { continue }
        queue[index].block = planner.block(of: Array(item.block.metrics[count...]))
        return Item(block: part, failures: item.failures)
      }
    }
    let free = queue.map { late.mayAsk($0.block.request, at: time) }.min()
    if let free { readyAt = max(readyAt, free) }
    return nil
  }

  private mutating func probe(_ late: LateReplies, at time: Int64) -> Item? {
    guard !planner.metrics.isEmpty else { return nil }
    // Another one each time: one of them may be what the unit is silent about.
    let block = planner.block(of: [probes % planner.metrics.count])
    let free = late.mayAsk(block.request, at: time)
    guard free <= time else {
      readyAt = free
      return nil
    }
    probes += 1
    return Item(block: block)
  }

  private mutating func beginRound(at time: Int64) {
    let due = groups.indices.filter { groups[$0].due <= time }
    guard !due.isEmpty else { return }
    roundEnd = .max
    for index in due {
      let interval = interval(of: groups[index])
      groups[index].due = origin + ((time - origin) / interval + 1) * interval
      roundEnd = min(roundEnd, groups[index].due)
    }
    let ranks = due.count == 1 ? groups[due[0]].metrics : due.flatMap { groups[$0].metrics }.sorted()
    let blocks = planner.blocks(ranks)
    // Last what was silent last time: what is answered before it tells that the unit is there.
    let spoken = blocks.filter { silent[$0.metrics[0]] == nil }
    let again = blocks.filter { block in silent[block.metrics[0]].map { $0.until <= time } ?? false }
    queue = (spoken + again).map { Item(block: $0) }
    isInRound = !queue.isEmpty
    roundRead = false
    roundSilences = 0
    roundFailure = nil
  }

  /// Everything is due at once.
  private mutating func allDue(at time: Int64) {
    for index in groups.indices { groups[index].due = min(groups[index].due, time) }
  }

  /// Reads at this interval from now on what has none of its own; `nil`: as the entry says.
  mutating func setPace(_ every: Interval?, at time: Int64) {
    guard pace != every?.nanoseconds else { return }
    pace = every?.nanoseconds
    // What is due already stays so.
    for index in groups.indices where groups[index].own == nil && groups[index].due > time {
      let interval = interval(of: groups[index])
      groups[index].due = origin + ((time - origin) / interval + 1) * interval
    }
  }

  // MARK: What came of it

  mutating func read(_ item: Item, _ registers: [UInt16], at time: Int64) -> News {
    silent[item.block.metrics[0]] = nil
    roundRead = true
    let news = served(at: time) + readings(item.block.metrics, from: Int(item.block.address), registers)
    return news + endOfRound()
  }

  /// The unit did what it was asked for.
  mutating func served(at time: Int64) -> News {
    answered(at: time)
    guard isUp != true else { return [] }
    isUp = true
    return [.device(name: settings.device, isUp: true, reason: nil)]
  }

  /// The readings in registers that begin at that address; the bad ones are told once.
  mutating func readings(_ ranks: [Int], from address: Int, _ registers: [UInt16]) -> News {
    var news: News = []
    for rank in ranks {
      let metric = planner.metrics[rank]
      let start = Int(metric.address) - address
      for reading in metric.decode(registers[start..<start + metric.count]) {
        if reading.quality == .good {
          bad.remove(reading.metric)
        } else if !bad.insert(reading.metric).inserted {
          continue
        }
        news.append(
          .reading(device: settings.device, metric: reading.metric, value: reading.value, quality: reading.quality))
      }
    }
    return news
  }

  /// - Parameter isSure: False where the refusal may be that of an earlier request.
  mutating func refused(_ item: Item, _ exception: ModbusException, isSure: Bool, at time: Int64) -> News {
    if exception.isGateways { return unanswered(item, exception.reason, at: time) }
    answered(at: time)
    if exception.isPassing, again(item, at: time) {
      // Long enough for what it is doing, short enough for the poll.
      readyAt = max(readyAt, time + 100_000_000)
      return []
    }
    if exception.isOfAddresses, isSure, item.block.metrics.count > 1 {
      let parts = planner.split(item.block)
      queue.insert(contentsOf: parts.map { Item(block: $0) }, at: 0)
      return []
    }
    roundFailure = exception.reason
    return spoiled(item.block.metrics) + endOfRound()
  }

  /// No answer came in time.
  mutating func unanswered(_ item: Item, _ reason: String, at time: Int64) -> News {
    let wasOff = breaker.isOff
    let news = silence(reason, at: time)
    guard !wasOff, !breaker.isOff else { return news }
    roundFailure = reason
    if again(item, at: time) { return [] }
    if roundRead || isUp == true { stayedSilent(item.block, at: time) }
    return spoiled(item.block.metrics) + endOfRound()
  }

  /// An answer came, and it was broken. That costs little time, and the unit is there: it doesn't count as silence.
  mutating func garbled(_ item: Item, _ reason: String, at time: Int64) -> News {
    guard !breaker.isOff else { return silence(reason, at: time) }
    roundFailure = reason
    if again(item, at: time) { return [] }
    return spoiled(item.block.metrics) + endOfRound()
  }

  /// One more request without an answer, of a write too.
  mutating func silence(_ reason: String, at time: Int64) -> News {
    roundSilences += 1
    if roundRead, roundSilences > 1, !breaker.isOff { return [] }
    guard breaker.failed(at: time, timeout: settings.timeout.nanoseconds) else { return [] }
    queue = []
    isInRound = false
    return spoiled(planner.metrics.indices) + down(reason)
  }

  /// The request was given up for something more urgent.
  mutating func interrupted(_ item: Item) { if !breaker.isOff { queue.append(item) } }

  /// The line is gone: nothing of it can be read.
  mutating func lineFailed(_ reason: String, at time: Int64) -> News {
    queue = []
    isInRound = false
    breaker.answered()
    silent = [:]
    allDue(at: time)
    return spoiled(planner.metrics.indices) + down(reason)
  }

  /// Any answer at all: the unit is there.
  mutating func answered(at time: Int64) {
    if breaker.isOff { allDue(at: time) }
    breaker.answered()
  }

  /// Puts it back, behind the others, if there may be another try within this poll.
  private mutating func again(_ item: Item, at time: Int64) -> Bool {
    let timeout = settings.timeout.nanoseconds
    // A single metric must wait until its late answer can't come any more; of several a part can be asked for at once.
    let earliest = item.block.metrics.count > 1 ? time : time + (LateReplies.patience - 1) * timeout
    guard item.failures < settings.retries, earliest + timeout <= roundEnd else { return false }
    var item = item
    item.failures += 1
    queue.append(item)
    return true
  }

  /// Others of this unit are answered: it is this block. Some devices say nothing where others refuse, so its parts may do.
  private mutating func stayedSilent(_ block: ReadBlock, at time: Int64) {
    let count = (silent[block.metrics[0]]?.count ?? 0) + 1
    guard count < 2 || block.metrics.count == 1 else {
      silent[block.metrics[0]] = nil
      _ = planner.split(block)
      return
    }
    let wait = min(UnitBreaker.longestWait * 5, settings.timeout.nanoseconds * 10 << Int64(min(count, 10)))
    silent[block.metrics[0]] = (count, count < 2 ? time : time + wait)
  }

  private mutating func endOfRound() -> News {
    guard isInRound, queue.isEmpty else { return [] }
    isInRound = false
    guard !roundRead, let roundFailure else { return [] }
    return down(roundFailure)
  }

  private mutating func spoiled(_ ranks: some Sequence<Int>) -> News {
    ranks.flatMap { planner.metrics[$0].signals }.compactMap { signal in
      guard bad.insert(signal.name).inserted else { return nil }
      return .reading(device: settings.device, metric: signal.name, value: nil, quality: .bad)
    }
  }

  private mutating func down(_ reason: String) -> News {
    guard isUp != false else { return [] }
    isUp = false
    return [.device(name: settings.device, isUp: false, reason: reason)]
  }
}

extension BusUnit {
  /// The readings of one metric, whose registers these are; none where it isn't among those read.
  mutating func readings(ofName name: String, _ registers: [UInt16]) -> News {
    guard let rank = planner.metrics.firstIndex(where: { $0.name == name }),
      registers.count == planner.metrics[rank].count
    else { return [] }
    return readings([rank], from: Int(planner.metrics[rank].address), registers)
  }
}
