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
  private let predicted: [String]

  /// - Throws: when records wait for ever.
  init(_ road: Road, order: Judge.Order, before: Int) throws {
    self.road = road
    self.order = order
    self.before = before
    road.feed.freeze(false)
    road.feed.start()
    // One fix at least after the last fault, so that an outage has an end.
    Wait.pass(1)
    road.feed.pause()
    Wait.pass(road.flush + 0.5)
    var last: WireValue?
    try Wait.until(
      "all records to be delivered; \(last.map { String(decoding: $0.raw, as: UTF8.self) } ?? ""); \(road.gateway.child?.tail ?? "")",
      within: 180, every: 200
    ) {
      last = try road.gateway.status()["status"]
      let uplink = last?["uplinks"]?.elements?.first
      return uplink?["waiting"]?.number == 0 && uplink?["in_flight"]?.number == 0
        && last?["journal"]?["waiting_for_commit"]?.number == 0
    }
    try road.receiver.settle()
    let file = road.bench.path("drive.recording")
    try road.gateway.record("export", file)
    // Of a quarter of an hour with days of backlog, on a machine that has other work.
    predicted = try road.gateway.replay(file, within: 600)
    guard let status = try road.gateway.status()["status"], let head = status["journal"]?["last"]?.number else {
      throw Failure("a status without the journal's last number")
    }
    self.status = status
    self.head = Int(head)
    let stopped = try road.gateway.stop()
    guard stopped.exit == .code(0) else {
      throw Failure("waypost run: \(stopped.exit); \(road.gateway.child?.tail ?? "")")
    }
    try road.receiver.settle()
  }

  func report() throws -> Round.Report {
    let judge = Judge(received: try road.receiver.received)
    let refusals = try road.receiver.refusals
    var violations = judge.identityViolations + judge.proofViolations(try road.receiver.batches)
    if order == .strict || road.receiver.tellsLate {
      violations += judge.orderViolations(order, except: refusals.touched)
    }
    var tally = road.tally
    var explained: [String] = []
    if let types = road.receiver.types {
      violations += try judge.replayViolations(predicted: predicted, ofTypes: types, skipping: before)
    } else {
      let explanation = judge.explanation(refused: refusals.deadly)
      let holes = judge.holes(upTo: head)
      violations += holes.filter { !explanation.explains($0) }
      tally["holes explained"] += holes.count { explanation.explains($0) }
      violations += judge.countViolations(explanation, status: status, dead: holes.count { explanation.isDead($0) })
      let split = explanation.split(predicted, in: judge, from: before + 1, to: head)
      explained = split.explained
      violations += try judge.replayViolations(
        predicted: split.toCome, skipping: before, verbatim: road.receiver.isVerbatim)
    }
    let excused = try explained.compactMap { try WireValue.parse(Array($0.utf8))["timestamp"]?.text }
    violations += judge.fixViolations(
      given: road.feed.fixes.map { Judge.Fix($0) }, outages: road.outages, otherDevices: ["yesterday"],
      explained: Set(excused.compactMap { Timestamp(rfc3339: $0)?.milliseconds }))
    let first = judge.firstArrivals
    tally["records"] += first.count
    tally["events"] += first.count { $0.event != nil }
    tally["repeats"] += judge.received.count - first.count
    tally["dead letters"] += Int(status["journal"]?["dead_letters"]?["kept"]?.number ?? 0)
    return Round.Report(violations: violations, tally: tally, slowestStart: road.slowestStart)
  }
}
