import CSQLite
import Foundation
import Inputs
import Journal
import Logging
import Model
import Rules
import Testing

@testable import Gateway

/// From the engine's word to the actuator and back, over the journal.
@Suite(.timeLimit(.minutes(10))) struct WriteTests {
  static func write(_ number: Int, _ metric: String, _ value: Value, _ device: String = "cab", at time: EngineTime)
    -> ActuatorWrite
  {
    ActuatorWrite(
      id: "abc-\(number)", time: time, timestamp: nil, rule: "r", state: .raised, device: device, metric: metric,
      value: value, isPulse: metric == "horn")
  }

  /// The desk at work on a pipeline, as `ActionService` has it.
  private func work(
    _ pipeline: Pipeline, _ box: Box, _ actuators: ScriptedActuator..., body: (WriteDesk) async throws -> Void
  ) async throws {
    let inputs = RunningInputs(actuators.map(\.configured), inbox: Inbox())
    await inputs.start()
    let desk = WriteDesk(
      actuators: inputs, ledger: pipeline, now: { box.bootTime },
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    let bell = pipeline.orderBell.listen()
    let task = Task {
      func give() async {
        for order in await pipeline.takeOrders() {
          if case .write(let id, let write, let deadline) = order { await desk.submit(id, write, before: deadline) }
        }
      }
      await give()
      for await _ in bell { await give() }
    }
    defer { task.cancel() }
    try await body(desk)
    await inputs.stop()
    for actuator in actuators { actuator.release() }
    await desk.finish()
  }

  private func until(_ what: Comment, _ condition: () async throws -> Bool) async throws {
    let deadline = Date() + 300
    while try await !condition() {
      guard Date() < deadline else {
        Issue.record(what)
        return
      }
      try await ControlSocketTests.offPool { _ = poll(nil, 0, 5) }
    }
  }

  /// The outcome events so far: what was written, and what came of it.
  private func told(_ pipeline: Pipeline) async throws -> [String] {
    await pipeline.flushNow()
    return try await pipeline.engineRecords().compactMap { record in
      guard case .event(let event) = record.body, case .general(let general) = event.content else { return nil }
      func text(_ key: String) -> String { general.data.first { $0.key == key }?.value.plainText ?? "-" }
      return "\(text("target"))=\(text("value")) \(text("result")) \(text("reason"))"
    }
  }

  @Test func levelIsWrittenAndAnEventSaysSo() async throws {
    let (box, cab) = (try Box(), ScriptedActuator())
    let pipeline = try await box.open()
    try await work(pipeline, box, cab) { _ in
      await pipeline.order([.write(Self.write(1, "buzzer", .boolean(true), at: pipeline.clock.last))])
      try await until("it to end") { try await pipeline.states() == [.done] }
      #expect(cab.written == ["buzzer=true"])
      #expect(try await told(pipeline) == ["cab.buzzer=true done -"])
    }
  }

  @Test func nothingIsWrittenBeforeItIsOnDisk() async throws {
    let (box, cab) = (try Box(), ScriptedActuator())
    let pipeline = try await box.open()
    try await work(pipeline, box, cab) { _ in
      FaultyDisk.shared.fail(box.journalPath, with: SQLITE_FULL)
      await pipeline.order([.write(Self.write(1, "buzzer", .boolean(true), at: pipeline.clock.last))])
      #expect(await pipeline.takeOrders().isEmpty)
      #expect(cab.written.isEmpty)
      FaultyDisk.shared.mend(box.journalPath)
      await pipeline.flushNow()
      try await until("it to end") { try await pipeline.states() == [.done] }
    }
  }

  /// Killed with both sent and neither answered.
  @Test func levelOfAKilledGatewayIsWrittenAgainAPulseNever() async throws {
    let (box, cab) = (try Box(), ScriptedActuator())
    let pipeline = try await box.open()
    let horns = ScriptedActuator("horns")
    cab.hold()
    horns.hold()
    try await work(pipeline, box, cab, horns) { _ in
      let time = await pipeline.clock.last
      await pipeline.order([
        .write(Self.write(1, "buzzer", .boolean(true), at: time)),
        .write(Self.write(2, "horn", .boolean(true), "horns", at: time)),
      ])
      try await until("both to be sent") { cab.written.count == 1 && horns.written.count == 1 }
      #expect(try await pipeline.states() == [.decided, .started])
      let cut = try Box(powerCut: box)
      cut.pass(.seconds(5))
      let (second, secondHorns) = (ScriptedActuator(), ScriptedActuator("horns"))
      let again = try await cut.open()
      try await work(again, cut, second, secondHorns) { _ in
        try await until("the level to end") { try await again.states() == [.done, .unknown] }
      }
      #expect(second.written == ["buzzer=true"])
      #expect(secondHorns.written == [], "at most once")
      #expect(
        try await told(again) == [
          "horns.horn=true unknown the gateway ended while it was at work", "cab.buzzer=true done -",
        ])
    }
  }

  @Test func pulseThatWasNotBegunIsDoneAfterTheKill() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    await pipeline.order([.write(Self.write(1, "horn", .boolean(true), at: pipeline.clock.last))])
    let (cut, cab) = (try Box(powerCut: box), ScriptedActuator())
    let again = try await cut.open()
    try await work(again, cut, cab) { _ in
      try await until("it to end") { try await again.states() == [.done] }
    }
    #expect(cab.written == ["horn=true"])
  }

  @Test(arguments: [false, true])
  func whatIsTooOldAfterAKillIsNotWritten(_ unknownDowntime: Bool) async throws {
    let box = try Box()
    let pipeline = try await box.open()
    let time = await pipeline.clock.last
    await pipeline.order([
      .write(Self.write(1, "buzzer", .boolean(true), at: time)),
      .write(Self.write(2, "horn", .boolean(true), at: time)),
    ])
    let (cut, cab) = (try Box(powerCut: box), ScriptedActuator())
    if unknownDowntime {
      cut.loseNTP()
      cut.reboot(after: .seconds(1))
    } else {
      cut.pass(.seconds(11))
    }
    let again = try await cut.open()
    try await work(again, cut, cab) { _ in
      try await until("both to end") { try await again.states() == [.unknown, .expired] }
      #expect(try await told(again).map { $0.split(separator: " ").dropFirst().first } == ["unknown", "expired"])
    }
    #expect(cab.written.isEmpty)
  }

  @Test func deviceThatDoesNotAnswerKeepsNobodyElseWaiting() async throws {
    let (box, cab, other) = (try Box(), ScriptedActuator(), ScriptedActuator("other"))
    let pipeline = try await box.open()
    cab.hold()
    try await work(pipeline, box, cab, other) { _ in
      let time = await pipeline.clock.last
      await pipeline.order([
        .write(Self.write(1, "buzzer", .boolean(true), at: time)),
        .write(Self.write(2, "setpoint", .number(5), at: time)),
        .write(Self.write(3, "buzzer", .boolean(true), "other", at: time)),
      ])
      try await until("the other") { try await pipeline.states().last == .done }
      try await until("the first to be sent") { cab.written == ["buzzer=true"] }
      cab.release()
      try await until("all") { try await pipeline.states().allSatisfy { $0 == .done } }
      #expect(cab.written == ["buzzer=true", "setpoint=5"])
    }
  }

  @Test func newerLevelTakesThePlaceOfOneThatWaitsButNotPastAPulse() async throws {
    let (box, cab) = (try Box(), ScriptedActuator())
    let pipeline = try await box.open()
    cab.hold()
    try await work(pipeline, box, cab) { _ in
      let time = await pipeline.clock.last
      await pipeline.order([.write(Self.write(1, "setpoint", .number(1), at: time))])
      // What was not sent yet would be among those that wait.
      try await until("the first to be sent") { cab.written.count == 1 }
      await pipeline.order([
        .write(Self.write(2, "setpoint", .number(2), at: time)),
        .write(Self.write(3, "buzzer", .boolean(true), at: time)),
        .write(Self.write(4, "setpoint", .number(3), at: time)),
        .write(Self.write(5, "horn", .boolean(true), at: time)),
        .write(Self.write(6, "horn", .boolean(true), at: time)),
        .write(Self.write(7, "setpoint", .number(4), at: time)),
        .write(Self.write(8, "setpoint", .number(5), at: time)),
      ])
      try await until("the old ones to end") { try await pipeline.states().count { $0 == .expired } == 2 }
      cab.release()
      try await until("all") { try await pipeline.states().allSatisfy { $0 == .done || $0 == .expired } }
      #expect(
        cab.written == ["setpoint=1", "buzzer=true", "setpoint=3", "horn=true", "horn=true", "setpoint=5"])
      #expect(try await told(pipeline).contains("cab.setpoint=2 expired a newer write took its place"))
    }
  }

  @Test func moreThanMayWaitFailAtOnce() async throws {
    let (box, cab) = (try Box(), ScriptedActuator())
    let pipeline = try await box.open()
    cab.hold()
    try await work(pipeline, box, cab) { _ in
      let time = await pipeline.clock.last
      await pipeline.order([.write(Self.write(0, "buzzer", .boolean(true), at: time))])
      try await until("it to be sent") { cab.written.count == 1 }
      await pipeline.order(
        (1...WriteDesk.queueLimit + 2).map { .write(Self.write($0, "horn", .boolean(true), at: time)) })
      try await until("two to fail") { try await pipeline.states().count { $0 == .failed } == 2 }
    }
  }

  @Test func whatWaitedTooLongExpires() async throws {
    let (box, cab) = (try Box(), ScriptedActuator())
    let pipeline = try await box.open()
    cab.hold()
    try await work(pipeline, box, cab) { _ in
      let time = await pipeline.clock.last
      await pipeline.order([
        .write(Self.write(1, "buzzer", .boolean(true), at: time)),
        .write(Self.write(2, "setpoint", .number(1), at: time)),
        .write(Self.write(3, "horn", .boolean(true), at: time)),
      ])
      try await until("the first to be sent") { cab.written.count == 1 }
      box.pass(.seconds(11))
      cab.release()
      try await until("all") { try await pipeline.states() == [.done, .expired, .expired] }
    }
    #expect(cab.written == ["buzzer=true"])
  }

  /// Nothing overtakes a pulse that must wait for the disk.
  @Test func pulseWaitsForTheDiskAndThoseBehindItWithIt() async throws {
    let (box, cab) = (try Box(), ScriptedActuator())
    let pipeline = try await box.open()
    cab.hold()
    try await work(pipeline, box, cab) { _ in
      let time = await pipeline.clock.last
      await pipeline.order([
        .write(Self.write(1, "buzzer", .boolean(true), at: time)),
        .write(Self.write(2, "horn", .boolean(true), at: time)),
        .write(Self.write(3, "setpoint", .number(1), at: time)),
      ])
      try await until("the first to be sent") { cab.written.count == 1 }
      FaultyDisk.shared.fail(box.journalPath, with: SQLITE_FULL)
      cab.release()
      try await until("the pulse to be given back") { await pipeline.hasDecided }
      #expect(cab.written == ["buzzer=true"])
      FaultyDisk.shared.mend(box.journalPath)
      await pipeline.flushNow()
      try await until("all") { try await pipeline.states() == [.done, .done, .done] }
      #expect(cab.written == ["buzzer=true", "horn=true", "setpoint=1"])
    }
  }

  @Test func whatBecomesOfAWriteIsTold() async throws {
    let (box, cab) = (try Box(), ScriptedActuator())
    let pipeline = try await box.open()
    cab.answer(.failed(reason: "read back 0"), .unknown(reason: "timeout"), .expired)
    try await work(pipeline, box, cab) { _ in
      let time = await pipeline.clock.last
      await pipeline.order([
        .write(Self.write(1, "setpoint", .number(1), at: time)),
        .write(Self.write(2, "horn", .boolean(true), at: time)),
        .write(Self.write(3, "setpoint", .number(2.5), at: time)),
        .write(Self.write(4, "door", .boolean(true), at: time)),
        .write(Self.write(5, "roof", .boolean(true), at: time)),
        .write(Self.write(6, "buzzer", .boolean(true), "gone", at: time)),
      ])
      try await until("all") {
        try await pipeline.states() == [.failed, .unknown, .expired, .failed, .failed, .failed]
      }
      #expect(
        try await told(pipeline).sorted() == [
          "cab.door=true failed it can't be written", "cab.horn=true unknown timeout",
          "cab.roof=true failed no such signal", "cab.setpoint=1 failed read back 0", "cab.setpoint=2.5 expired -",
          "gone.buzzer=true failed no such device",
        ])
    }
  }

  /// A reload puts another input in the place of the one for which it was decided.
  @Test func writeIsHeldToWhatTheDeviceTakesNow() async throws {
    let writing = SignalCatalogue.Writing(minimum: 0, maximum: 5)
    let now = ScriptedActuator(
      metrics: [
        .init(name: "setpoint", kind: .number, writing: writing), .init(name: "horn", kind: .boolean, writing: .init()),
        .init(name: "buzzer", kind: .boolean, writing: .init(pulse: .seconds(1))),
      ])
    let inputs = RunningInputs([ScriptedActuator().configured], inbox: Inbox())
    let tooEarly = Task {
      await inputs.carryOut(Self.write(1, "setpoint", .number(6), at: .zero), before: .max)
    }
    await inputs.start()
    #expect(await tooEarly.value == .done, "it waits until they run")
    await inputs.exchange(stopping: ["cab"], for: [now.configured])
    for (metric, value, reason) in [
      ("setpoint", Value.number(6), "above 5"), ("horn", .boolean(true), "it is no pulse any more"),
      ("buzzer", .boolean(true), "it has become a pulse"),
    ] {
      #expect(
        await inputs.carryOut(Self.write(1, metric, value, at: .zero), before: .max) == .failed(reason: reason))
    }
    await inputs.stop()
    #expect(await inputs.carryOut(Self.write(1, "setpoint", .number(1), at: .zero), before: .max) == nil)
    #expect(now.written.isEmpty)
  }
}
