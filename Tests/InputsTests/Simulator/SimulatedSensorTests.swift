import Config
import Model
import Synchronization
import Testing

@testable import Inputs

@Suite struct SimulatedSensorTests {
  private func load(_ metrics: String, every: String = "100 ms") -> (set: DeviceSet?, codes: [String]) {
    var diagnostics = Diagnostics()
    let text = "devices:\n  reefer:\n    driver: simulator\n    every: \(every)\n    metrics: \(metrics)\n"
    let set = DeviceSet.load(
      [SourceFile(path: "devices.d/a.yaml", bytes: Array(text.utf8))], positionDevice: nil, diagnostics: &diagnostics)
    return (set, diagnostics.all.map(\.code))
  }

  @Test func aValueGoesEvenlyThereAndBack() {
    let sensor = SimulatedSensor(metric: "t", course: .between(-20, -8), over: .seconds(12))
    let values = [0.0, 3, 12, 15, 24, 27].map { sensor.value(at: .seconds($0)) }
    #expect(values == [.number(-20), .number(-17), .number(-8), .number(-11), .number(-20), .number(-17)])
  }

  @Test func valuesComeOneAfterTheOtherAndAgain() {
    let sensor = SimulatedSensor(metric: "d", course: .values([.boolean(false), .boolean(true)]), over: .seconds(5))
    #expect(
      [0.0, 4, 5, 9, 10].map { sensor.value(at: .seconds($0)) }
        == [false, false, true, true, false].map { .boolean($0) })
  }

  @Test func rulesKnowTheMetricsWithTheirKinds() throws {
    let set = try #require(
      load("{ t: { from: 1, to: 2, unit: Cel }, d: { values: [true] }, m: { values: [\"on\"] } }").set)
    let device = try #require(set.catalogue.device("reefer"))
    #expect(
      device.metrics == [
        .init(name: "t", kind: .number, unit: "Cel"), .init(name: "d", kind: .boolean), .init(name: "m", kind: .text),
      ])
    #expect(!device.givesPosition)
    #expect(device.staleAfter == .seconds(10))
  }

  @Test(arguments: [
    ("{ t: { from: 1 } }", "either-or"), ("{ t: { from: 1, to: 2, values: [3] } }", "either-or"),
    ("{}", "out-of-range"),
    ("{ t: { values: [1, true] } }", "wrong-type"), ("{ T: { values: [1] } }", "name"),
    ("{ t: { values: [] } }", "count"), ("{ t: { values: [1], writable: yes } }", "wrong-type"),
    ("{ t: { values: [1], writable: true, pulse: 1 s } }", "conflicting-keys"),
    ("{ t: { values: [true], pulse: 1 s } }", "conflicting-keys"),
  ]) func mistakesAreTold(_ metrics: String, _ code: String) {
    let codes = load(metrics).codes
    #expect(codes.contains(code), "\(codes)")
  }

  @Test func rulesMayWriteWhatItCouldRead() throws {
    let set = try #require(
      load(
        "{ t: { from: 5, to: -2, writable: true }, d: { values: [false], writable: true }, h: { values: [false], writable: true, pulse: 1 s }, m: { values: [\"on\", \"off\", \"on\"], writable: true }, r: { values: [1] } }"
      ).set)
    let device = try #require(set.catalogue.device("reefer"))
    #expect(
      device.metrics.map(\.writing) == [
        .init(minimum: -2, maximum: 5), .init(), .init(pulse: .seconds(1)),
        .init(choices: [.text("on"), .text("off")]), nil,
      ])
    #expect(device.isPaced)
  }

  private static let plant: [SimulatedSensor] = [
    .init(metric: "d", course: .values([.boolean(false)]), over: .seconds(1), writing: .init()),
    .init(metric: "h", course: .values([.boolean(false)]), over: .seconds(1), writing: .init(pulse: .seconds(2))),
    .init(metric: "r", course: .values([.number(1)]), over: .seconds(1)),
  ]

  @Test func actuatorKeepsWhatIsWrittenAndAPulseReturns() {
    var plant = SimulatedPlant(Self.plant, every: .seconds(1))
    func read() -> [Value] { plant.read().map(\.value) }
    #expect(read() == [.boolean(false), .boolean(false), .number(1)])
    let taken = [("d", Value.boolean(true)), ("h", .boolean(true)), ("r", .number(2)), ("x", .number(2))].map {
      plant.write($1, to: $0, at: .milliseconds(500))
    }
    #expect(taken == [true, true, false, false])
    let values = (0..<3).map { _ in Array(read()[..<2]) }
    #expect(
      values == [
        [.boolean(true), .boolean(true)], [.boolean(true), .boolean(true)], [.boolean(true), .boolean(false)],
      ])
  }

  @Test func otherPaceHoldsFromTheLastReadingOn() {
    var plant = SimulatedPlant(Self.plant, every: .seconds(10))
    plant.setPace(.seconds(2))
    #expect(plant.due == .zero)
    _ = plant.read()
    #expect(plant.due == .seconds(2))
    plant.setPace(nil)
    #expect(plant.due == .seconds(10))
    plant.setPace(.seconds(3))
    #expect(plant.due == .seconds(3))
    _ = plant.read()
    #expect(plant.due == .seconds(6))
  }

  @Test func paceAndWritesReachOneThatSleeps() async throws {
    let set = try #require(load("{ d: { values: [false], writable: true } }", every: "1 h").set)
    let input = try #require(set.devices.first?.input as? SimulatedSensorsInput)
    let sink = Sink()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        do { try await input.run(into: sink) } catch { Issue.record(error) }
      }
      while sink.arrivals.withLock({ $0.count }) < 2 { await Task.yield() }
      #expect(await input.write("d", .boolean(true), before: 0) == .expired)
      #expect(await input.write("d", .boolean(true), before: .max) == .done)
      #expect(await input.write("e", .boolean(true), before: .max) == .failed(reason: "no such actuator"))
      input.setPace(.milliseconds(100))
      while sink.arrivals.withLock({ $0.count }) < 4 { await Task.yield() }
      group.cancelAll()
    }
    let last = sink.arrivals.withLock { $0[3] }
    guard case .reading("reefer", "d", .boolean(true), .good) = last else {
      Issue.record("\(last)")
      return
    }
  }

  @Test func aReceiverHasNoMetrics() {
    #expect(load("{ t: { values: [1] } }\n    waypoints: [[6, 46], [6.1, 46]]").codes == ["either-or"])
  }

  private final class Sink: ObservationSink {
    let arrivals = Mutex<[Observation.Content]>([])
    func submit(_ arrival: Arrival) -> Bool {
      arrivals.withLock { $0.append(arrival.content) }
      return true
    }
  }

  @Test func everyMetricIsReadAtEachInterval() async throws {
    let set = try #require(load("{ a: { values: [1] }, b: { values: [2] } }").set)
    let input = try #require(set.devices.first?.input)
    let sink = Sink()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        do { try await input.run(into: sink) } catch { Issue.record(error) }
      }
      while sink.arrivals.withLock({ $0.count }) < 5 { await Task.yield() }
      group.cancelAll()
    }
    let metrics = sink.arrivals.withLock { $0 }.prefix(5).map { content -> String in
      if case .reading(_, let metric, _, _) = content { metric } else { "up" }
    }
    #expect(metrics == ["up", "a", "b", "a", "b"])
  }
}
