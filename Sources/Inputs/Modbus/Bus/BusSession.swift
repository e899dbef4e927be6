import Model

/// Everything that a bus decides, as a pure value: what happens goes in with its time, what to do comes out. It knows no line and no
/// clock. Times are nanoseconds of a clock that never goes backwards.
///
/// One request at a time is on its way. Before any read goes what ends a pulse, then writes; units that have something to read take
/// turns. A unit that is silent is soon asked only now and then (`UnitBreaker`), and none is asked what could be mistaken for an earlier
/// answer of it (`LateReplies`).
struct BusSession: Sendable {
  /// Counts the devices that were ever on the bus.
  typealias Member = Int

  enum Action: Hashable, Sendable {
    /// Open the line; `opened` or `lineFailed` must follow.
    case open
    /// Close it; nothing may come from it any more.
    case close
    /// Send this and wait for its answer; `finished` or `lineFailed` must follow.
    case exchange(Exchange)
    case submit(Member, Observation.Content)
    case finish(write: UInt64, WriteOutcome)
    /// The device is no longer on the bus: nothing of it is on its way.
    case left(Member)
    case note(Member, Note)
  }

  struct Exchange: Hashable, Sendable {
    var unit: UInt8
    var request: ModbusRequest
    /// How long it may take to answer, nanoseconds.
    var timeout: Int64
  }

  /// What a person may want to read in the log: at most one a minute and device.
  enum Note: Hashable, Sendable {
    case answers
    case silent(reason: String)
  }

  /// What came of an exchange.
  enum Result: Hashable, Sendable {
    case answer(ModbusAnswer)
    /// Nothing that answers the request came in time.
    case timeout
    /// Bytes came that are no frame.
    case garbled
    /// Something more urgent came up; the answer may still come.
    case interrupted
  }

  struct Settings: Hashable, Sendable {
    /// True for a line on which all units hear each other: silence separates frames, and after a time-out it stays open.
    var isSerial: Bool
    /// The silence between two frames, nanoseconds.
    var gap: Int64 = 0
  }

  /// Between two tries to open the line: from the one, doubled up to the other. A serial adapter is looked for each second.
  static let firstWait: Int64 = 200_000_000
  static let longestWait: Int64 = 4_000_000_000
  static let serialWait: Int64 = 1_000_000_000
  /// Writes that wait, of all devices of the bus.
  static let writeLimit = 64
  static let notePause: Int64 = 60_000_000_000

  private enum Line: Hashable, Sendable {
    /// May be opened from then on. `failed`: not closed by us, so that it's tried whether or not something is due.
    case closed(until: Int64, failed: String?)
    case opening
    case open
    case busy(since: Int64)
  }

  private enum Errand: Hashable, Sendable {
    case read(Member, BusUnit.Item)
    case write(UInt64)
  }

  private let settings: Settings
  private var line: Line
  private var wait: Int64 = 0
  /// True while the connection has not yet answered anything.
  private var isNew = true
  private var units: [Member: BusUnit] = [:]
  private var late: [UInt8: LateReplies] = [:]
  private var writes: [WriteJob] = []
  private var leaving: Set<Member> = []
  private var errand: (Errand, Exchange)?
  /// The bus is silent until then.
  private var quietUntil: Int64 = 0
  private var waitsUntil: Int64 = 0
  private var turn = 0
  private var noted: [Member: (at: Int64, note: Note)] = [:]

  init(_ settings: Settings, at time: Int64) {
    self.settings = settings
    line = .closed(until: time, failed: nil)
  }

  var isEmpty: Bool { units.isEmpty }
  var isOpen: Bool {
    switch line {
    case .open, .busy: true
    case .closed, .opening: false
    }
  }

  // MARK: Devices

  mutating func join(_ member: Member, _ unit: BusUnit.Settings, at time: Int64) {
    units[member] = BusUnit(unit, at: time)
  }

  /// Takes a device out; `left` follows, at once unless a pulse of it must be taken back first.
  mutating func leave(_ member: Member, at time: Int64) -> [Action] {
    guard units[member] != nil, leaving.insert(member).inserted else { return [] }
    var actions: [Action] = []
    for index in writes.indices.reversed() where writes[index].member == member {
      // The one on its way ends with its exchange.
      if case .write(writes[index].id)? = errand?.0 { continue }
      let outcome = writes[index].end(at: time) ?? (isOpen ? nil : .unknown(reason: "not taken back"))
      guard let outcome else { continue }
      let job = writes.remove(at: index)
      if !job.isTold { actions.append(.finish(write: job.id, outcome)) }
    }
    return actions + departures()
  }

  mutating func setPace(_ member: Member, _ every: Interval?, at time: Int64) {
    units[member]?.setPace(every, at: time)
  }

  private mutating func departures() -> [Action] {
    var actions: [Action] = []
    for member in leaving.sorted() where !writes.contains(where: { $0.member == member }) {
      // An answer that is on its way finds nobody any more.
      leaving.remove(member)
      units[member] = nil
      noted[member] = nil
      actions.append(.left(member))
    }
    return actions
  }

  // MARK: Writes

  mutating func write(
    _ id: UInt64, _ member: Member, _ metric: String, _ value: Value, deadline: Int64
  ) -> [Action] {
    guard let unit = units[member], !leaving.contains(member) else {
      return [.finish(write: id, .failed(reason: "stopped"))]
    }
    guard writes.count < Self.writeLimit else { return [.finish(write: id, .failed(reason: "too many writes"))] }
    let target = unit.settings.metrics.first { candidate in
      candidate.access.isWritable && candidate.signals.contains { $0.name == metric }
    }
    guard let target else { return [.finish(write: id, .failed(reason: "not writable"))] }
    writes.append(
      WriteJob(
        id: id, member: member, metric: target, signal: metric, value: value, deadline: deadline,
        writesMultiple: unit.settings.writesMultiple))
    return []
  }

  /// What has become of those that need no bus for that.
  private mutating func settleWrites(at time: Int64) -> [Action] {
    var actions: [Action] = []
    for index in writes.indices.reversed() {
      guard let outcome = writes[index].outcome(at: time) else { continue }
      actions.append(.finish(write: writes[index].id, outcome))
      if writes[index].mustRelease { writes[index].told() } else { writes.remove(at: index) }
    }
    return actions.reversed() + (actions.isEmpty ? [] : departures())
  }

  // MARK: Time

  /// When `advance` has something to do; while an exchange is on its way, nothing.
  var deadline: Int64 {
    let settling = writes.map(\.settlesAt).min() ?? .max
    switch line {
    case .opening, .busy: return .max
    case .closed(let until, let failed):
      let due = failed == nil && !settings.isSerial ? nextAsk : (units.isEmpty ? .max : until)
      return min(max(due, until), settling)
    case .open: return min(max(nextAsk, waitsUntil), settling)
    }
  }

  private var nextAsk: Int64 {
    var next = Int64.max
    for unit in units.values { next = min(next, unit.nextAsk(late[unit.settings.unit] ?? LateReplies())) }
    for job in writes { next = min(next, max(job.nextAsk, pauseEnd(of: job))) }
    return max(next, quietUntil)
  }

  /// Time has passed. At most one request comes out, or one order to open the line.
  mutating func advance(to time: Int64) -> [Action] {
    if case .busy = line { return [] }
    var actions = settleWrites(at: time)
    switch line {
    case .closed(let until, let failed):
      let isWanted = failed != nil || settings.isSerial || nextAsk <= time
      guard until <= time, !units.isEmpty, isWanted else { return actions }
      line = .opening
      actions.append(.open)
    case .open:
      if let exchange = nextExchange(at: time) {
        line = .busy(since: time)
        actions.append(.exchange(exchange))
      } else if nextAsk <= time {
        // What is due must wait for something else, as for the end of a pulse: not to be asked about all the time.
        waitsUntil = time + 5_000_000
      }
    case .opening, .busy: break
    }
    return actions
  }

  private mutating func nextExchange(at time: Int64) -> Exchange? {
    guard quietUntil <= time else { return nil }
    if let exchange = nextWrite(at: time, where: \.mustRelease) ?? nextWrite(at: time, where: { _ in true }) {
      return exchange
    }
    // A unit that may well not answer doesn't keep a pulse from its end.
    let pulseEnd = writes.filter(\.mustRelease).map(\.nextAsk).min() ?? .max
    let turns = units.sorted { ($0.value.lastServed, $0.key) < ($1.value.lastServed, $1.key) }
    for (member, unit) in turns where !leaving.contains(member) {
      let timeout = unit.settings.timeout.nanoseconds
      if pulseEnd < time + timeout, unit.isUp != true || unit.breaker.isOff { continue }
      guard let item = units[member]?.next(at: time, late[unit.settings.unit] ?? LateReplies()) else { continue }
      turn += 1
      units[member]?.lastServed = turn
      return send(.read(member, item), item.block.request, unit.settings)
    }
    return nil
  }

  private mutating func nextWrite(at time: Int64, where isMeant: (WriteJob) -> Bool) -> Exchange? {
    for index in writes.indices where isMeant(writes[index]) && writes[index].nextAsk <= time {
      guard let unit = units[writes[index].member]?.settings, pauseEnd(of: writes[index]) <= time else { continue }
      var job = writes[index]
      guard let request = job.request(at: time) else { continue }
      let free = late[unit.unit]?.mayAsk(request, at: time) ?? time
      guard free <= time else {
        writes[index].delay(until: free)
        continue
      }
      writes[index] = job
      return send(.write(job.id), request, unit)
    }
    return nil
  }

  /// Writes to one unit go one after the other, and the unit has its pauses.
  private func pauseEnd(of job: WriteJob) -> Int64 { units[job.member]?.readyAt ?? 0 }

  private mutating func send(_ errand: Errand, _ request: ModbusRequest, _ unit: BusUnit.Settings) -> Exchange {
    let exchange = Exchange(unit: unit.unit, request: request, timeout: unit.timeout.nanoseconds)
    self.errand = (errand, exchange)
    return exchange
  }

  // MARK: What came of it

  mutating func opened(at time: Int64) -> [Action] {
    guard case .opening = line else { return [] }
    line = .open
    isNew = true
    return []
  }

  /// The line couldn't be opened, or was lost; also while an exchange was on its way.
  mutating func lineFailed(_ reason: String, at time: Int64) -> [Action] {
    var actions: [Action] = []
    let wasSent = takeErrand()
    if wasSent == nil, case .closed = line { return [] }
    if isOpen { actions.append(.close) }
    // A server may close what was idle for long: once, that is no news.
    let isQuiet = !settings.isSerial && !isNew && isOpen
    isNew = true
    guard !isQuiet else {
      line = .closed(until: time, failed: nil)
      wait = 0
      if let (errand, _) = wasSent { actions += putBack(errand, reason, at: time) }
      return actions
    }
    wait = settings.isSerial ? Self.serialWait : min(max(wait * 2, Self.firstWait), Self.longestWait)
    line = .closed(until: time + wait, failed: reason)
    if let (errand, _) = wasSent, case .write(let id) = errand { actions += writeUnanswered(id, reason, at: time) }
    for index in writes.indices { writes[index].notSent(reason) }
    for index in writes.indices.reversed() where leaving.contains(writes[index].member) {
      let job = writes.remove(at: index)
      if !job.isTold { actions.append(.finish(write: job.id, .unknown(reason: reason))) }
    }
    for member in units.keys.sorted() {
      actions += tell(member, units[member]?.lineFailed(reason, at: time) ?? [], at: time)
    }
    return actions + departures()
  }

  private mutating func takeErrand() -> (Errand, Exchange)? {
    defer { errand = nil }
    return errand
  }

  private mutating func putBack(_ errand: Errand, _ reason: String, at time: Int64) -> [Action] {
    switch errand {
    case .read(let member, let item):
      units[member]?.interrupted(item)
      return []
    case .write(let id): return writeUnanswered(id, reason, at: time)
    }
  }

  /// The exchange is over.
  /// - Parameter time: When the answer came, or when the wait for it ended.
  mutating func finished(_ result: Result, at time: Int64) -> [Action] {
    guard case .busy(let since) = line, let (errand, exchange) = takeErrand() else { return [] }
    line = .open
    quietUntil = time + settings.gap
    var actions: [Action] = []
    let isSure = late[exchange.unit]?.mayRefuse(exchange.request, at: since) != true
    var isAnswered = true
    switch result {
    case .answer(let answer):
      isNew = false
      wait = 0
      if case .exception = answer { isAnswered = isSure }
    case .timeout, .garbled, .interrupted:
      isAnswered = false
      if !settings.isSerial {
        // On another connection nothing late comes; its transactions aren't ours.
        line = .closed(until: time, failed: nil)
        actions.append(.close)
      }
    }
    if !isAnswered {
      late[exchange.unit, default: LateReplies()].mayCome(
        for: exchange.request, sentAt: since, timeout: exchange.timeout)
    }
    pause(exchange, at: time)
    switch errand {
    case .read(let member, let item): actions += finishedRead(member, item, result, isSure: isSure, at: time)
    case .write(let id): actions += finishedWrite(id, exchange, result, at: time)
    }
    return actions + departures()
  }

  private mutating func pause(_ exchange: Exchange, at time: Int64) {
    for (member, unit) in units where unit.settings.unit == exchange.unit {
      let pause = exchange.request.isWrite ? unit.settings.pauseAfterWrite : unit.settings.pause
      units[member]?.readyAt = max(unit.readyAt, time + pause.nanoseconds)
    }
  }

  private mutating func finishedRead(
    _ member: Member, _ item: BusUnit.Item, _ result: Result, isSure: Bool, at time: Int64
  ) -> [Action] {
    let news: BusUnit.News?
    switch result {
    case .answer(.registers(let registers)): news = units[member]?.read(item, registers, at: time)
    case .answer(.exception(let exception)):
      news = units[member]?.refused(item, exception, isSure: isSure, at: time)
    case .answer(.written): news = nil
    case .timeout: news = units[member]?.unanswered(item, "timeout", at: time)
    case .garbled: news = units[member]?.garbled(item, "unreadable", at: time)
    case .interrupted:
      units[member]?.interrupted(item)
      news = nil
    }
    return tell(member, news ?? [], at: time)
  }

  private mutating func finishedWrite(
    _ id: UInt64, _ exchange: Exchange, _ result: Result, at time: Int64
  ) -> [Action] {
    guard let index = writes.firstIndex(where: { $0.id == id }) else { return [] }
    let member = writes[index].member
    var outcome: WriteOutcome?
    var news: BusUnit.News = []
    switch result {
    case .answer(.written):
      outcome = writes[index].written(at: time)
      news = units[member]?.served(at: time) ?? []
    case .answer(.registers(let registers)):
      outcome = writes[index].read(registers, at: time)
      news = units[member]?.served(at: time) ?? []
      news += units[member]?.readings(ofName: writes[index].metric.name, registers) ?? []
    case .answer(.exception(let exception)):
      outcome = writes[index].refused(exception, at: time)
      if exception.isGateways { news = units[member]?.silence(exception.reason, at: time) ?? [] }
    case .timeout, .interrupted: return writeUnanswered(id, "timeout", at: time)
    case .garbled: outcome = writes[index].unanswered("unreadable", at: time)
    }
    return tell(member, news, at: time) + finish(index, outcome, at: time)
  }

  private mutating func writeUnanswered(_ id: UInt64, _ reason: String, at time: Int64) -> [Action] {
    guard let index = writes.firstIndex(where: { $0.id == id }) else { return [] }
    let member = writes[index].member
    let news = units[member]?.silence(reason, at: time) ?? []
    let outcome = writes[index].unanswered(reason, at: time)
    return tell(member, news, at: time) + finish(index, outcome, at: time)
  }

  private mutating func finish(_ index: Int, _ outcome: WriteOutcome?, at time: Int64) -> [Action] {
    // One that began while its device was leaving is ended as the others were.
    let isLeaving = leaving.contains(writes[index].member)
    guard let outcome = outcome ?? (isLeaving ? writes[index].end(at: time) : nil) else { return [] }
    let job = writes.remove(at: index)
    return job.isTold ? [] : [.finish(write: job.id, outcome)]
  }

  private mutating func tell(_ member: Member, _ news: BusUnit.News, at time: Int64) -> [Action] {
    guard !leaving.contains(member) else { return [] }
    var actions: [Action] = []
    for content in news {
      actions.append(.submit(member, content))
      guard case .device(_, let isUp, let reason) = content else { continue }
      let note: Note = isUp ? .answers : .silent(reason: reason ?? "")
      // One that comes and goes is told once a minute, with what it was then.
      if let last = noted[member], time - last.at < Self.notePause { continue }
      noted[member] = (time, note)
      actions.append(.note(member, note))
    }
    return actions
  }
}
