import CSQLite
import Foundation
import Inputs
import Logging
import Model
import Rules
import Testing

@testable import Gateway
@testable import Journal

/// From the engine's word to the program and back, over the journal.
@Suite(.timeLimit(.minutes(10))) struct HookTests {
  static func hook(_ number: Int, _ name: String = "mark", at time: EngineTime, timeout: Interval = .minutes(5))
    -> HookRun
  {
    HookRun(
      id: "abc-\(number)", time: time, timestamp: nil, rule: "r", state: .raised, hook: name, arguments: ["\(number)"],
      timeout: timeout, trigger: [], data: [.init(key: "n", value: .number(Double(number)))])
  }

  /// The desk at work on a pipeline, as `ActionService` has it.
  private func work(_ pipeline: Pipeline, _ hooks: HookProcessTests.Hooks, _ body: (HookDesk) async throws -> Void)
    async throws
  {
    let desk = HookDesk(
      folder: HookFolder(path: hooks.path), gateway: "box", ledger: pipeline,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    let bell = pipeline.orderBell.listen()
    let task = Task {
      func give() async {
        for order in await pipeline.takeOrders() {
          if case .run(let id, let run) = order { await desk.submit(id, run) }
        }
      }
      await give()
      for await _ in bell { await give() }
    }
    defer { task.cancel() }
    try await body(desk)
  }

  private func until(_ what: Comment, _ condition: () async throws -> Bool) async throws {
    let deadline = Date() + 300
    while try await !condition() {
      guard Date() < deadline else {
        Issue.record(what)
        return
      }
      try await ControlSocketTests.offPool { _ = poll(nil, 0, 10) }
    }
  }

  @Test func decidedHookRunsOnceAndItsRowSaysSo() async throws {
    let (box, hooks) = (try Box(), try HookProcessTests.Hooks())
    try hooks.add("mark", "cat >> runs")
    let pipeline = try await box.open()
    try await work(pipeline, hooks) { desk in
      await pipeline.decide(Self.hook(1, at: pipeline.clock.last))
      try await until("the hook to end") { try await pipeline.states() == [.done] }
      await desk.finish()
    }
    let line = try #require(hooks.contents("runs"))
    #expect(
      line == #"{"id":"abc-1","gateway":"box","rule":"r","state":"raised","hook":"mark","trigger":{},"data":{"n":1}}"#
        + "\n")
  }

  @Test func nothingBeginsBeforeItIsOnDisk() async throws {
    let (box, hooks) = (try Box(), try HookProcessTests.Hooks())
    try hooks.add("mark", "cat >> runs")
    let pipeline = try await box.open()
    try await work(pipeline, hooks) { desk in
      FaultyDisk.shared.fail(box.journalPath, with: SQLITE_FULL)
      await pipeline.decide(Self.hook(1, at: pipeline.clock.last))
      #expect(await pipeline.takeOrders().isEmpty)
      FaultyDisk.shared.mend(box.journalPath)
      await pipeline.flushNow()
      try await until("the hook to end") { try await pipeline.states() == [.done] }
      await desk.finish()
    }
  }

  /// Killed between the mark and the end: nobody knows, and it is never started again.
  @Test func hookAtWorkWhenTheGatewayWasKilledIsUnknownAndNotRepeated() async throws {
    let (box, hooks) = (try Box(), try HookProcessTests.Hooks())
    try hooks.add("mark", "cat >> runs")
    let pipeline = try await box.open()
    await pipeline.decide(Self.hook(1, at: pipeline.clock.last))
    await pipeline.decide(Self.hook(2, at: pipeline.clock.last))
    let orders = await pipeline.takeOrders()
    #expect(orders.count == 2)
    guard case .run(let first, _) = orders.first else { return }
    #expect(await pipeline.begin(first) == .started)
    let cut = try Box(powerCut: box)
    let again = try await cut.open()
    try await work(again, hooks) { desk in
      try await until("both to end") { try await again.states() == [.unknown, .done] }
      await desk.finish()
    }
    #expect(hooks.contents("runs")?.contains("abc-1") == false)
    #expect(hooks.contents("runs")?.contains("abc-2") == true, "decided, but not started: it may")
  }

  @Test func hookThatCouldNotStartInTimeIsGivenUp() async throws {
    let (box, hooks) = (try Box(), try HookProcessTests.Hooks())
    try hooks.add("mark", "cat >> runs")
    let pipeline = try await box.open()
    await pipeline.decide(Self.hook(1, at: pipeline.clock.last))
    box.pass(.minutes(2))
    try await work(pipeline, hooks) { desk in
      try await until("it to expire") { try await pipeline.states() == [.expired] }
      await desk.finish()
    }
    #expect(hooks.contents("runs") == nil)
  }

  @Test(arguments: [("none", "no such hook"), ("bad", "exit code 7"), ("slow", "timeout")])
  func failureIsToldWithItsReason(_ name: String, _ reason: String) async throws {
    let (box, hooks) = (try Box(), try HookProcessTests.Hooks())
    try hooks.add("bad", "exit 7")
    try hooks.add("slow", "sleep 1000")
    let pipeline = try await box.open()
    try await work(pipeline, hooks) { desk in
      await pipeline.decide(
        Self.hook(1, name, at: pipeline.clock.last, timeout: name == "slow" ? .milliseconds(200) : .minutes(5)))
      try await until("it to fail") { try await pipeline.states() == [.failed] }
      #expect(try await pipeline.outcomes() == [reason])
      await desk.finish()
    }
  }

  @Test func moreAtOnceThanMayBeWaitForOneAnother() async throws {
    let (box, hooks) = (try Box(), try HookProcessTests.Hooks())
    // Each notes how many are at work while it is.
    try hooks.add("mark", "touch busy.$1; ls busy.* | wc -l >> most; sleep 0.1; rm busy.$1")
    let pipeline = try await box.open()
    try await work(pipeline, hooks) { desk in
      for number in 0..<12 { await pipeline.decide(Self.hook(number, at: pipeline.clock.last)) }
      try await until("all to end") { try await pipeline.states().allSatisfy { $0 == .done } }
      await desk.finish()
    }
    let most =
      hooks.contents("most")?.split(separator: "\n").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) } ?? []
    #expect(most.count == 12 && most.allSatisfy { $0 <= HookDesk.concurrency }, "\(most)")
  }

  @Test func stoppedGatewayEndsWhatIsAtWorkSoon() async throws {
    let (box, hooks) = (try Box(), try HookProcessTests.Hooks())
    try hooks.add("slow", "trap '' TERM; echo > at-work; sleep 1000; sleep 1000")
    let pipeline = try await box.open()
    try await work(pipeline, hooks) { desk in
      await pipeline.decide(Self.hook(1, "slow", at: pipeline.clock.last, timeout: .minutes(5)))
      try await until("it to be at work") { hooks.contents("at-work") != nil }
      let began = Date()
      await desk.finish()
      // Not in the five minutes that it has, nor when it would end by itself.
      #expect(Date().timeIntervalSince(began) < 60)
    }
    #expect(try await pipeline.outcomes() == ["the gateway ended"])
  }

  @Test func linesAndShutdownGoAtOnceAndOnlyAfterTheCommit() async throws {
    let box = try Box()
    let pipeline = try await box.open(flush: .minutes(1))
    await pipeline.feed(box.fix(metres: 500))
    #expect(try await pipeline.engineRecords().isEmpty)
    let shutdown = Shutdown(id: "abc-1", time: await pipeline.clock.last, rule: "ignition")
    FaultyDisk.shared.fail(box.journalPath, with: SQLITE_FULL)
    await pipeline.order([.shutdown(shutdown)])
    #expect(await pipeline.takeOrders().isEmpty)
    FaultyDisk.shared.mend(box.journalPath)
    await pipeline.flushNow()
    #expect(await pipeline.takeOrders() == [.shutdown(shutdown)])
    #expect(try await pipeline.engineRecords().count == 1, "what waited for its flush went with it")
  }
}

extension Pipeline {
  func order(_ effects: [Effect]) {
    handle(effects, bootTime: clocks.bootTime())
    drain()
  }

  func decide(_ run: HookRun) { order([.run(run)]) }

  /// Of every action, in the order in which they were decided.
  func states() throws -> [StoredAction.State] { try journal.states() }

  func outcomes() throws -> [String] { try journal.actions("outcome") }
}

extension Journal {
  func states() throws -> [StoredAction.State] {
    try actions("state").map { StoredAction.State(rawValue: UInt8($0) ?? 99) ?? .decided }
  }

  fileprivate func actions(_ column: String) throws -> [String] {
    var found: [String] = []
    try connection().query("SELECT \(column) FROM actions ORDER BY id", step: "test") { found.append($0.text(0)) }
    return found
  }
}
