import Config
import Model
import Synchronization
import Testing

@testable import Inputs

@Suite struct SimulatedSensorTests {
  private func load(_ metrics: String) -> (set: DeviceSet?, codes: [String]) {
    var diagnostics = Diagnostics()
    let text = "devices:\n  reefer:\n    driver: simulator\n    every: 100 ms\n    metrics: \(metrics)\n"
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
    ("{ t: { values: [] } }", "count"),
  ]) func mistakesAreTold(_ metrics: String, _ code: String) {
    let codes = load(metrics).codes
    #expect(codes.contains(code), "\(codes)")
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
