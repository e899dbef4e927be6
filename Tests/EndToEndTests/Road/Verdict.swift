import Foundation
import Model

/// Waits until nothing waits any more, and judges everything that arrived in a round.
struct Verdict {
  private let road: Road
  private let order: Judge.Order
  /// The last number before the recording.
  private let before: Int
  private let head: Int
  private let status: WireValue
  /// What the replay of the recording says; `nil` where there is none.
  private let predicted: [String]?

  /// - Throws: when records wait for ever.
  init(_ road: Road, order: Judge.Order, before: Int) throws {
    self.road = road
    self.order = order
    self.before = before
    road.feed.freeze(false)
    road.feed.start()
    // One fix at least after the last fault, so that an outage has an end.
    let began = Instant.now
    Wait.pass(1)
    func hasArrived(_ isMeant: (GPSFeed.Sent) -> Bool) throws -> Bool {
      let times = Set(road.feed.fixes.filter(isMeant).map(\.fix.milliseconds))
      return try road.receiver.received.contains { $0.fixTime.map(times.contains) ?? false }
    }
    try? Wait.until("a fix to arrive", within: 30, every: 200) { try hasArrived { $0.time > began } }
    road.feed.pause()
    let lastFix = road.feed.fixes.last
    try? Wait.until("the last fix to arrive", within: 30, every: 200) { try hasArrived { $0 == lastFix } }
    Wait.pass(road.flush + 0.5)
    let (head, status, predicted) = try Self.rest(of: road)
    (self.head, self.status, self.predicted) = (head, status, predicted)
    let stopped = try road.gateway.stop()
    guard stopped.exit == .code(0) else {
      throw Failure("waypost run: \(stopped.exit); \(road.gateway.child?.tail ?? "")")
    }
    try road.receiver.settle()
  }

  /// When nothing waits any more: the journal's last number, what the gateway counts then, and what the recording gives up to there.
  private static func rest(of road: Road) throws -> (head: Int, status: WireValue, predicted: [String]?) {
    for _ in 0..<20 {
      var last: WireValue?
      try Wait.until(
        "all records to be delivered; \(last.map { String(decoding: $0.raw, as: UTF8.self) } ?? ""); \(road.gateway.child?.tail ?? "")",
        within: 300, every: 200
      ) {
        last = try road.gateway.status()["status"]
        let uplink = last?["uplinks"]?.elements?.first
        return uplink?["waiting"]?.number == 0 && uplink?["in_flight"]?.number == 0
          && last?["journal"]?["waiting_for_commit"]?.number == 0
      }
      guard let status = last, let head = status["journal"]?["last"]?.number else {
        throw Failure("a status without the journal's last number")
      }
      guard road.bounds.isRecorded else { return (Int(head), status, nil) }
      let file = road.bench.path("drive.recording")
      // That the receiver is silent may be told at any moment.
      guard try road.gateway.exportRecording(to: file) == Int(head) else { continue }
      // Of a quarter of an hour with days of backlog, on a machine that has other work.
      return (Int(head), status, try road.gateway.replay(file, within: 1200))
    }
    throw Failure("the gateway never stops talking; \(road.gateway.child?.tail ?? "")")
  }

  func report() throws -> Round.Report {
    let all = Judge(received: try road.receiver.received)
    let refusals = try road.receiver.refusals
    let fixes = road.feed.fixes.map { Judge.Fix($0) }
    var violations = all.identityViolations + all.proofViolations(try road.receiver.batches)
    if order == .strict || road.receiver.tellsLate {
      violations += all.orderViolations(order, except: refusals.touched)
    }
    // What is said later, when it ends, isn't in the recording.
    let judge = Judge(received: all.received.filter { $0.identity.seq <= head })
    var tally = road.tally
    let found: Findings
    switch (road.receiver.types, predicted) {
    case (let types?, let predicted?): found = try ofSomeTypes(types, judge, refusals, fixes, predicted)
    case (nil, let predicted?): found = try ofEverything(judge, refusals, fixes, predicted, &tally)
    case (_, nil): found = unrecorded(judge, refusals, fixes, &tally)
    }
    violations += found
    let first = judge.firstArrivals
    tally["records"] += first.count
    tally["events"] += first.count { $0.event != nil }
    tally["repeats"] += judge.received.count - first.count
    tally["dead letters"] += Int(status["journal"]?["dead_letters"]?["kept"]?.number ?? 0)
    return Round.Report(violations: violations, tally: tally, slowestStart: road.slowestStart)
  }

  private typealias Findings = [Judge.Violation]

  /// Every number is accounted for, and what came is what the replay predicts.
  private func ofEverything(
    _ judge: Judge, _ refusals: Refusals, _ fixes: [Judge.Fix], _ predicted: [String], _ tally: inout Tally
  ) throws -> Findings {
    let explanation = judge.explanation(refused: refusals.deadly)
    var violations = numbers(judge, explanation, byReason: true, &tally)
    let split = explanation.split(predicted, in: judge, from: before + 1, to: head)
    violations += try judge.replayViolations(
      predicted: split.toCome, skipping: before, verbatim: road.receiver.isVerbatim)
    let explained = try split.explained.compactMap {
      try WireValue.parse(Array($0.utf8))["timestamp"]?.text.flatMap { Timestamp(rfc3339: $0)?.milliseconds }
    }
    return violations + self.fixes(fixes, judge, explained: Set(explained))
  }

  /// Every number is accounted for, and of the fixes that are missing what is left tells within what was told.
  private func unrecorded(
    _ judge: Judge, _ refusals: Refusals, _ fixes: [Judge.Fix], _ tally: inout Tally
  ) -> Findings {
    let explanation = judge.explanation(refused: refusals.deadly)
    // Here `gap` records may be given up, too.
    let violations = numbers(judge, explanation, byReason: false, &tally)
    let thinning = Thinning(judge, given: fixes, of: "gps", outages: road.outages, by: explanation, head: head)
    tally["fixes left out, and measured"] += thinning.measured
    print(
      "\(thinning.measured) fixes left out, at most \(format(thinning.worst.measured)) m from what is left; told: up to \(format(thinning.worst.told)) m"
    )
    return violations + thinning.violations + self.fixes(fixes, judge, explained: thinning.explained)
  }

  /// No number tells what is missing, since not everything comes; and no `gap` record says what was given up while the disk was full: as
  /// many are missing as are counted, at the most.
  private func ofSomeTypes(
    _ types: Set<String>, _ judge: Judge, _ refusals: Refusals, _ fixes: [Judge.Fix], _ predicted: [String]
  ) throws -> Findings {
    let seen = Set(judge.received.map(\.identity.seq))
    let dead = refusals.records.filter { refusals.deadly.contains($0.key) && !seen.contains($0.key) }.map(\.value)
    let counts = status["journal"]?["given_up"]
    let givenUp = Int((counts?["thinned"]?.number ?? 0) + (counts?["limit"]?.number ?? 0))
    let unfulfilled = try judge.replayViolations(
      predicted: predicted, ofTypes: types, skipping: before, without: dead)
    return judge.deadLetterViolations(status: status, dead: dead.count)
      + Self.forgive(unfulfilled, upTo: givenUp)
      + Self.forgive(self.fixes(fixes, judge, explained: Set(dead.compactMap(\.fixTime))), upTo: givenUp)
  }

  /// Each number up to the last came, or is told of and counted, or was refused for good and kept.
  private func numbers(
    _ judge: Judge, _ explanation: Explanation, byReason: Bool, _ tally: inout Tally
  ) -> Findings {
    let holes = judge.holes(upTo: head)
    let unexplained = holes.filter { !explanation.explains($0) }
    tally["holes explained"] += holes.count - unexplained.count
    for (reason, count) in explanation.told { tally["told: \(reason)"] += count }
    return unexplained
      + judge.countViolations(
        explanation, status: status, dead: holes.count { explanation.isDead($0) }, byReason: byReason)
  }

  private func fixes(_ given: [Judge.Fix], _ judge: Judge, explained: Set<Int64>) -> Findings {
    judge.fixViolations(given: given, outages: road.outages, otherDevices: ["yesterday"], explained: explained)
  }

  /// Without so many of what is missing.
  private static func forgive(_ violations: Findings, upTo count: Int) -> Findings {
    var left = count
    return violations.filter { violation in
      switch violation {
      case .missing, .missingFix:
        left -= 1
        return left < 0
      default: return true
      }
    }
  }
}
