import Foundation

/// One run of the oracle: a road, a schedule of faults from a seed, and the judgement of what arrived.
struct Round {
  /// Where the records go. A way is a line here and in `receiver`.
  enum Way: String, CaseIterable, Sendable {
    case mqtt, webSocket, socketIO, socketIOUnacknowledged, ownTracks, sparkplug

    func receiver(in bench: Bench) throws -> any Receiver {
      switch self {
      case .mqtt: try BrokerReceiver(.json, in: bench)
      case .sparkplug: try BrokerReceiver(.sparkplug, in: bench)
      case .ownTracks: try BrokerReceiver(.owntracks, in: bench)
      case .webSocket: try ScriptReceiver(.waypost, in: bench)
      case .socketIO: try ScriptReceiver(.socketIO, in: bench)
      case .socketIOUnacknowledged: try ScriptReceiver(.socketIOUnacknowledged, in: bench)
      }
    }
  }

  var way: Way
  var seed: UInt64
  /// Of the schedule; what is kept is then given time to arrive.
  var seconds: Double
  var faults = Faults.all
  var binary = Environment.waypost
  var environment: [String: String] = [:]

  struct Report {
    var violations: [Judge.Violation]
    var tally: Tally
    var slowestStart: Double
  }

  /// `strict` and `live_first` by turns.
  var order: Judge.Order { seed % 2 == 0 ? .strict : .liveFirst }

  /// - Throws: What went wrong otherwise: a process that ended, records that never stopped waiting; with the seed.
  func run() throws -> Report {
    let schedule = Schedule(seed: seed, seconds: seconds, among: faults)
    do {
      return try Bench.with { bench in
        try NetworkNamespace.with(in: bench) { filter in
          let road = try Road(
            to: try way.receiver(in: bench), order: order, in: bench, filter: filter, binary: binary,
            environment: environment)
          let report = try drive(road, schedule)
          // Kept, to be read.
          if !report.violations.isEmpty { bench.keep() }
          return report
        }
      }
    } catch {
      throw Failure("\(title):\n\(schedule)\n\(error)")
    }
  }

  var title: String { "\(way.rawValue), \(order), WAYPOST_SEED=\(seed), \(format(seconds)) s" }

  private func drive(_ road: Road, _ schedule: Schedule) throws -> Report {
    let before = try road.start()
    let began = Instant.now
    var isLeftOut: Set<Int> = []
    for happening in schedule.happenings {
      let fault = schedule.entries[happening.index].fault
      Wait.pass(happening.at - (Instant.now - began))
      if happening.isEnd {
        if !isLeftOut.contains(happening.index) { try fault.end(on: road) }
      } else if fault.isPossible(on: road) {
        road.tally[type(of: fault).name] += 1
        try fault.begin(on: road)
      } else {
        isLeftOut.insert(happening.index)
        road.tally["left out: \(type(of: fault).name)"] += 1
      }
    }
    Wait.pass(seconds - (Instant.now - began))
    // Always the last one: a new process connects at once, so that nobody waits for a back-off.
    try road.killGateway()
    try road.startGateway()
    road.tally[Kill.name] += 1
    return try Verdict(road, order: order, before: before).report()
  }
}
