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
  func orderViolations(_ order: Order) -> [Violation] {
    var last: [String: ReceivedRecord.Identity] = [:]
    return firstArrivals.compactMap { record in
      let stream = order == .strict ? "" : "\(record.lane) \(record.isLate)"
      defer { last[stream] = record.identity }
      guard let previous = last[stream], previous.seq > record.identity.seq else { return nil }
      return .reordered(record.identity, after: previous)
    }
  }

  /// The records that the engine decides; the gateway itself adds the others.
  static let gatewayTypes: Set<String> = ["gap", "time", "health"]

  /// What arrived, by number, must be what the replay of the recording says, byte for byte; `skipping` leaves out what had a number
  /// before the recording began.
  func replayViolations(predicted lines: [String], skipping first: Int = 0) throws -> [Violation] {
    let expected = try lines.map { try Self.comparable(WireValue.parse(Array($0.utf8))) }
    let actual = inOrder.filter { $0.identity.seq > first && !Self.gatewayTypes.contains($0.type) }
      .map { Self.comparable($0.object) }
    if expected == actual { return [] }
    let difference = actual.difference(from: expected)
    let violations = difference.map { change -> Violation in
      switch change {
      case .remove(_, let line, _): .missing(line)
      case .insert(_, let line, _): .unknown(line)
      }
    }
    return violations
  }

  /// The bytes that must agree. A record decided before the clock was trusted gets its time when it is sent, so without `timestamp`
  /// in the prediction there is nothing to compare it with.
  private static func comparable(_ object: WireValue) -> String {
    object.without(ReceivedRecord.identityMembers.union(["time_quality", "boot", "uptime"]))
  }

  /// When the gateway may not have kept what it took: from (kill − flush) to ready again.
  struct Outage: Hashable, Sendable {
    var from: Instant
    var to: Instant
    init(killed: Instant, flush: Double, ready: Instant) {
      from = killed + -flush
      to = ready
    }
  }

  /// A fix that the receiver gave, by its time.
  struct Fix: Hashable, Sendable {
    var milliseconds: Int64
    var time: Instant
  }

  /// Every fix taken arrives, but for the outages; nothing else does.
  func fixViolations(given fixes: [Fix], outages: [Outage]) -> [Violation] {
    var arrived: Set<Int64> = []
    var violations: [Violation] = []
    let given = Set(fixes.map(\.milliseconds))
    for record in firstArrivals where record.type == "position" {
      guard let time = record.fixTime, given.contains(time) else {
        violations.append(.unknownFix(record.content))
        continue
      }
      arrived.insert(time)
    }
    let start = fixes.first?.time ?? .now
    for fix in fixes where !arrived.contains(fix.milliseconds) {
      if outages.contains(where: { $0.from <= fix.time && fix.time <= $0.to }) { continue }
      violations.append(.missingFix(milliseconds: fix.milliseconds, at: fix.time - start))
    }
    return violations
  }

  /// What gpsd reported, in its order, nothing left out and nothing besides.
  func reportViolations(_ reports: [GPSDReport]) -> [Violation] {
    let expected = reports.map(PlaceAndTime.init)
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
