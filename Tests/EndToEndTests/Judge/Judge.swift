import Model

/// Says whether what arrived is what should have. A pure value; it knows nothing of how the records came.
struct Judge: Sendable {
  /// In order of arrival.
  var received: [ReceivedRecord]

  enum Violation: Hashable, Sendable, CustomStringConvertible {
    /// One name, two contents.
    case changed(ReceivedRecord.Identity, String, String)
    /// A record came again where nothing had failed.
    case repeated(ReceivedRecord.Identity)
    /// A number between the first and the last never came.
    case lost(seq: Int)
    /// One number under two journal ids.
    case numberedTwice(seq: Int)
    case duplicateEvent(String, ReceivedRecord.Identity, ReceivedRecord.Identity)
    case reordered(ReceivedRecord.Identity, after: ReceivedRecord.Identity)
    /// The engine decided it, and it didn't come.
    case missing(String)
    /// It came, and the engine never decided it.
    case unknown(String)
    /// A fix that no outage excuses is missing.
    case missingFix(milliseconds: Int64, at: Double)
    case unknownFix(String)
    /// A batch said that everything up to `low` was settled, and `seq` came only then.
    case settledTooEarly(lane: String, low: Int, seq: Int)
    /// A batch named a head behind what had arrived.
    case headBehind(Int, seq: Int)
    /// A fix was left out, and what is left is farther from it than was told.
    case astray(milliseconds: Int64, metres: Double, told: Double)
    /// What the gateway counts as dropped isn't what it told of.
    case miscounted(String, counted: Int, told: Int)

    var description: String {
      switch self {
      case .changed(let name, let first, let second): "\(name) came with two contents: \(first) and \(second)"
      case .repeated(let name): "\(name) came twice"
      case .lost(let seq): "seq \(seq) never came"
      case .numberedTwice(let seq): "seq \(seq) came under two journal ids"
      case .duplicateEvent(let event, let first, let second): "event \(event) came as \(first) and as \(second)"
      case .reordered(let name, let after): "\(name) came first after \(after)"
      case .missing(let line): "decided, but never came: \(line)"
      case .unknown(let line): "came, but was never decided: \(line)"
      case .missingFix(let milliseconds, let at): "the fix of \(milliseconds) (at \(at) s) is missing without an excuse"
      case .unknownFix(let line): "no such fix was ever taken: \(line)"
      case .settledTooEarly(let lane, let low, let seq): "\(lane) was said to be settled up to \(low), then \(seq) came"
      case .headBehind(let head, let seq): "head was said to be \(head) after \(seq) had come"
      case .astray(let milliseconds, let metres, let told):
        "the fix of \(milliseconds) was left out, and what is left is \(metres) m from it, told were \(told) m"
      case .miscounted(let what, let counted, let told):
        "\(what): the gateway counts \(counted), and \(told) are told or missing"
      }
    }
  }

  /// The first arrival of each record, in order of arrival.
  var firstArrivals: [ReceivedRecord] {
    var seen: Set<ReceivedRecord.Identity> = []
    return received.filter { seen.insert($0.identity).inserted }
  }

  /// Each record once, by number.
  var inOrder: [ReceivedRecord] { firstArrivals.sorted { $0.identity.seq < $1.identity.seq } }

  /// A name means one content for ever, one number one record, one event id one record.
  var identityViolations: [Violation] {
    var violations: [Violation] = []
    var contents: [ReceivedRecord.Identity: String] = [:]
    var events: [String: ReceivedRecord.Identity] = [:]
    var numbers: [Int: ReceivedRecord.Identity] = [:]
    for record in received {
      if let content = contents[record.identity] {
        if content != record.content { violations.append(.changed(record.identity, content, record.content)) }
        continue
      }
      contents[record.identity] = record.content
      if numbers.updateValue(record.identity, forKey: record.identity.seq) != nil {
        violations.append(.numberedTwice(seq: record.identity.seq))
      }
      if let event = record.event {
        if let first = events[event] { violations.append(.duplicateEvent(event, first, record.identity)) }
        events[event] = events[event] ?? record.identity
      }
    }
    return violations
  }

  /// With nothing failing nothing comes twice.
  var repeats: [Violation] {
    var seen: Set<ReceivedRecord.Identity> = []
    return received.filter { !seen.insert($0.identity).inserted }.map { .repeated($0.identity) }
  }

  /// An uplink that takes all kinds from the oldest on sees every number up to `head`.
  func holes(upTo head: Int) -> [Violation] {
    let seen = Set(received.map(\.identity.seq))
    return head < 1 ? [] : (1...head).filter { !seen.contains($0) }.map { .lost(seq: $0) }
  }

  enum Order { case strict, liveFirst }

  /// `strict`: first arrivals by number. `liveFirst`: so within each lane for the backlog, and for what was live.
  ///
  /// - Parameter excepted: numbers whose order is nobody's fault: what was refused comes again later.
  func orderViolations(_ order: Order, except excepted: Set<Int> = []) -> [Violation] {
    var last: [String: ReceivedRecord.Identity] = [:]
    return firstArrivals.filter { !excepted.contains($0.identity.seq) }.compactMap { record in
      let stream = order == .strict ? "" : "\(record.lane) \(record.isLate)"
      defer { last[stream] = record.identity }
      guard let previous = last[stream], previous.seq > record.identity.seq else { return nil }
      return .reordered(record.identity, after: previous)
    }
  }

  /// The records that the engine decides; the gateway itself adds the others.
  static let gatewayTypes: Set<String> = ["gap", "time", "health"]

  /// What arrived, by number, must be what the replay of the recording says, byte for byte; `skipping` leaves out what had a number
  /// before the recording began. `verbatim`: false for what a library between read and wrote anew; its meaning is compared.
  func replayViolations(predicted lines: [String], skipping first: Int = 0, verbatim: Bool = true) throws -> [Violation]
  {
    let expected = try lines.map { Decided(try WireValue.parse(Array($0.utf8)), verbatim) }
    let actual = inOrder.filter { $0.identity.seq > first && !Self.gatewayTypes.contains($0.type) }
      .map { Decided($0.object, verbatim) }
    return Self.differences(of: actual, from: expected)
  }

  /// The same for a format that says only some types, and those in words of its own: positions are known by place and time, the others by
  /// the event's id. `dead`: what was refused for good.
  func replayViolations(
    predicted lines: [String], ofTypes types: Set<String>, skipping first: Int, without dead: [ReceivedRecord] = []
  ) throws -> [Violation] {
    var expected = try lines.map { try WireValue.parse(Array($0.utf8)) }
      .filter { types.contains($0["type"]?.text ?? "") }.map(Essence.init)
    for essence in dead.map({ Essence($0.object) }) {
      if let index = expected.firstIndex(of: essence) { expected.remove(at: index) }
    }
    let actual = inOrder.filter { $0.identity.seq > first }.map { Essence($0.object) }
    return Self.differences(of: actual, from: expected)
  }

  private static func differences<Record: Equatable & Predicted>(
    of actual: [Record], from expected: [Record]
  ) -> [Violation] {
    if expected == actual { return [] }
    let difference = actual.difference(from: expected)
    let violations = difference.map { change -> Violation in
      switch change {
      case .remove(_, let record, _): .missing(record.text)
      case .insert(_, let record, _): .unknown(record.text)
      }
    }
    return violations
  }

  /// What of a record any format says: of an event its id, of a fix where it was, and when if that was known in time.
  private struct Essence: Equatable, Predicted {
    private let event: String?
    private let place: PlaceAndTime

    init(_ object: WireValue) {
      event = object["event"]?["id"]?.text ?? (object["_type"]?.text == "transition" ? object["id"]?.text : nil)
      let time = object["timestamp"]?.text.flatMap { Timestamp(rfc3339: $0)?.milliseconds }
      place = PlaceAndTime(
        latitude: object.place.latitude ?? .infinity, longitude: object.place.longitude ?? .infinity, time: time)
    }

    var text: String { event ?? place.description }
    static func == (a: Self, b: Self) -> Bool { a.event == b.event && (a.event != nil || a.place == b.place) }
  }

  /// The bytes of a record that must agree. One that was decided before the clock was trusted is dated by the journal, when it is
  /// sent; the replay knows the engine's time of it only.
  private struct Decided: Equatable, Predicted {
    let text: String
    let timeless: String
    let isDated: Bool

    init(_ object: WireValue, _ verbatim: Bool) {
      let identity = ReceivedRecord.identityMembers
      text = object.without(identity, canonical: !verbatim)
      timeless = object.without(
        identity.union(["timestamp", "time_quality", "boot", "uptime", "engine_time"]), canonical: !verbatim)
      isDated = object["timestamp"] != nil
    }

    static func == (a: Self, b: Self) -> Bool {
      a.isDated && b.isDated ? a.text == b.text : a.timeless == b.timeless
    }
  }

  /// When the gateway may not have kept what it took: from (kill − flush) to ready again.
  struct Outage: Hashable, Sendable {
    var from: Instant
    var to: Instant
    /// Seconds by which it may have begun earlier, where nothing that was sent in them arrived: it was on its way, through gpsd or to the disk.
    var early = 0.0
    /// Seconds by which it goes on, up to the first fix that arrives of those sent after `to`.
    var late = 0.0

    init(from: Instant, to: Instant, lastsUntilAFixArrives: Bool) {
      (self.from, self.to) = (from, to)
      if lastsUntilAFixArrives { late = .infinity }
    }

    init(killed: Instant, flush: Double, ready: Instant) {
      from = killed + -flush
      to = ready
    }

    /// Seconds that a fix may be on its way on a machine that has other work.
    static let owed = 3.0

    /// A kill, on a machine that may have other work: what gpsd, gateway and disk owe then comes later than by itself.
    static func kill(at moment: Instant, flush: Double, ready: Instant) -> Self {
      var outage = Self(killed: moment, flush: flush + 0.5, ready: ready + 0.75)
      (outage.early, outage.late) = (owed, 20)
      return outage
    }

    /// As long as it is on a machine that has nothing else to do.
    var onAnIdleMachine: Self {
      var outage = self
      (outage.early, outage.late) = (0, 0)
      return outage
    }
  }

  /// A fix that the receiver gave, by its time.
  struct Fix: Hashable, Sendable {
    var milliseconds: Int64
    var time: Instant
    var latitude = 46.5
    var longitude = 6.25

    init(milliseconds: Int64, time: Instant) { (self.milliseconds, self.time) = (milliseconds, time) }

    init(_ sent: GPSFeed.Sent) {
      self.init(milliseconds: sent.fix.milliseconds, time: sent.time)
      (latitude, longitude) = (sent.fix.latitude, sent.fix.longitude)
    }
  }

  /// Every fix taken arrives, but for the outages and those whose absence is explained; nothing else does, unless it is of
  /// `otherDevices`.
  func fixViolations(
    given fixes: [Fix], outages: [Outage], otherDevices: Set<String> = [], explained: Set<Int64> = []
  ) -> [Violation] {
    var arrived: Set<Int64> = []
    var violations: [Violation] = []
    let given = Set(fixes.map(\.milliseconds))
    let others = otherDevices
    for record in firstArrivals where record.type == "position" && !others.contains(record.object["device"]?.text ?? "")
    {
      if let time = record.fixTime, given.contains(time) {
        arrived.insert(time)
        continue
      }
      // gpsd reports a place before it knows the date; such a fix carries its arrival's time, and is known by its place alone.
      let place = PlaceAndTime(record)
      let isTaken = fixes.contains {
        PlaceAndTime(latitude: $0.latitude, longitude: $0.longitude, time: nil).isNear(place)
      }
      if !isTaken { violations.append(.unknownFix(record.content)) }
    }
    let start = fixes.first?.time ?? .now
    violations += Self.unexcused(fixes, arrived: arrived, outages: outages)
      .filter { !explained.contains($0.milliseconds) }
      .map { .missingFix(milliseconds: $0.milliseconds, at: $0.time - start) }
    return violations
  }

  /// The fixes that didn't arrive and that no outage excuses.
  static func unexcused(_ fixes: [Fix], arrived: Set<Int64>, outages: [Outage]) -> [Fix] {
    let outages = outages.map { outage -> Outage in
      var outage = outage
      let before = fixes.last { $0.time < outage.from && arrived.contains($0.milliseconds) }
      let next = fixes.first { $0.time > outage.to && arrived.contains($0.milliseconds) }
      if outage.early > 0 {
        outage.from = max(outage.from + -outage.early, before?.time ?? outage.from + -outage.early)
      }
      if outage.late > 0, let next { outage.to = min(outage.to + outage.late, next.time) }
      return outage
    }
    return fixes.filter { fix in
      !arrived.contains(fix.milliseconds) && !outages.contains { $0.from <= fix.time && fix.time <= $0.to }
    }
  }

  /// What gpsd reported, in its order, nothing left out and nothing besides. A fix whose time lies before one that came earlier is
  /// sent with its arrival's time (rules.md, "Zones and jitter"), so that only its place can agree.
  func reportViolations(_ reports: [GPSDReport]) -> [Violation] {
    var latest: Timestamp?
    let expected = reports.map { report in
      var report = report
      if let time = report.time, let before = latest, time < before { report.time = nil }
      latest = [latest, report.time].compactMap { $0 }.max()
      return PlaceAndTime(report)
    }
    let actual = firstArrivals.filter { $0.type == "position" }.map(PlaceAndTime.init)
    if expected == actual { return [] }
    return actual.difference(from: expected).map {
      switch $0 {
      case .remove(_, let fix, _): .missing("\(fix)")
      case .insert(_, let fix, _): .unknown("\(fix)")
      }
    }
  }
}

extension ReceivedRecord {
  /// The fix's own time, milliseconds since 1970.
  var fixTime: Int64? { object["timestamp"]?.text.flatMap { Timestamp(rfc3339: $0)?.milliseconds } }
}

/// What is compared with the replay's prediction.
private protocol Predicted {
  /// For people.
  var text: String { get }
}
