import Foundation

/// One run of the oracle: a road, a schedule of faults from a seed, and the judgement of what arrived.
struct Round {
  /// Where the records go. A way is a line here and in `receiver`.
  enum Way: String, CaseIterable, Sendable {
    case mqtt, webSocket, socketIO, socketIOUnacknowledged, ownTracks, sparkplug

    var carriesGaps: Bool { self != .ownTracks && self != .sparkplug }

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
  var bounds = Bounds.wide
  var binary = Environment.waypost
  var environment: [String: String] = [:]
  /// Whether the files of a broken one stay, to be read.
  var keepsFiles = true

  /// How much the journal and the uplink may keep.
  enum Bounds: String, Sendable { case wide, tight }

  /// What such a round is for comes for certain: in a long one the backlog of a day, with tight bounds more than they hold.
  private var certain: [any Fault.Type] {
    switch bounds {
    case .wide: seconds >= Backlog.wholeDay ? [Backlog.self] : []
    case .tight: [Flood.self, LongOutage.self]
    }
  }

  var schedule: Schedule { Schedule(seed: seed, seconds: seconds, among: faults, certain: certain) }

  struct Report {
    var violations: [Judge.Violation]
    var tally: Tally
    var slowestStart: Double
  }

  /// `strict` and `live_first` by turns.
  var order: Judge.Order { seed % 2 == 0 ? .strict : .liveFirst }

  /// - Throws: What went wrong otherwise: a process that ended, records that never stopped waiting; with the seed.
  func run() throws -> Report {
    let schedule = schedule
    do {
      return try Bench.with { bench in
        bench.staysAfterFailure = keepsFiles
        return try NetworkNamespace.with(in: bench) { filter in
          let road = try Road(
            to: try way.receiver(in: bench), order: order, in: bench, filter: filter,
            bounds: bounds == .tight ? .tight : .wide, binary: binary, environment: environment)
          let report = try drive(road, schedule)
          if keepsFiles, !report.violations.isEmpty { bench.keep() }
          return report
        }
      }
    } catch {
      throw Failure("\(title):\n\(schedule)\n\(error)")
    }
  }

  var title: String {
    "\(way.rawValue), \(order), WAYPOST_SEED=\(seed), \(format(seconds)) s"
      + (bounds == .tight ? ", WAYPOST_BOUNDS=tight" : "")
  }

  private func drive(_ road: Road, _ schedule: Schedule) throws -> Report {
    let before = try road.start()
    let began = Instant.now
    var isLeftOut: Set<Int> = []
    // What takes longer than it should puts off all that follows, so that nothing lasts shorter than it should.
    var delay = 0.0
    for happening in schedule.happenings {
      let fault = schedule.entries[happening.index].fault
      let early = happening.at + delay - (Instant.now - began)
      if early > 0 { Wait.pass(early) } else { delay -= early }
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
    Wait.pass(seconds + delay - (Instant.now - began))
    // Always the last one: a new process connects at once, so that nobody waits for a back-off.
    try road.killGateway()
    try road.startGateway()
    road.tally[Kill.name] += 1
    return try Verdict(road, order: order, before: before).report()
  }
}
