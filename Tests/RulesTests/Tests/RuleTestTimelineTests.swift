import Model
import Testing

@testable import Config
@testable import Rules

@Suite struct RuleTestTimelineTests {
  private func test(_ change: (inout RuleTest) -> Void) -> RuleTest {
    var test = RuleTest(name: "t", span: SourceSpan(wholeFile: "t.yaml"))
    change(&test)
    return test
  }

  @Test func aValueStaysUntilTheNextAndIsReadEverySecond() {
    let test = test {
      $0.signals = [
        .init(
          device: "reefer", metric: "temperature",
          steps: [
            .init(at: .zero, reading: .value(.number(1))), .init(at: .seconds(2), reading: .bad),
            .init(at: .seconds(3), reading: .silent), .init(at: .seconds(5), reading: .value(.number(2))),
          ])
      ]
    }
    let readings = test.timeline(track: [], catalogue: Scene.catalogue).compactMap { observation -> String? in
      guard case .reading(_, _, let value, let quality) = observation.content else { return nil }
      return "\(Int(observation.time.seconds)) \(value.map { "\($0)" } ?? quality.name)"
    }
    #expect(readings == ["0 number(1.0)", "1 number(1.0)", "2 bad", "5 number(2.0)", "6 number(2.0)"])
  }

  @Test func aDriveHasAFixEachSecondWithItsSpeedAndCourse() throws {
    let test = test {
      $0.start = Scene.midnight
      $0.drive = [
        .init(at: .zero, latitude: 46, longitude: 6), .init(at: .seconds(10), latitude: 46.001, longitude: 6),
      ]
    }
    let fixes = test.timeline(track: [], catalogue: Scene.catalogue).compactMap { observation -> Position? in
      if case .position(_, let position) = observation.content { position } else { nil }
    }
    #expect(fixes.count == 11)
    let speed = try #require(fixes[5].speed)
    #expect(abs(speed - 11.115) < 0.01)
    #expect(fixes[5].course == 0)
    #expect(abs(fixes[5].latitude - 46.0005) < 1e-9)
    #expect(fixes[5].time == Scene.midnight + .seconds(5))
  }

  @Test func theClockIsTrustedFromTheStartWhereTheTestSaysWhenItIs() {
    let timeline = test { $0.start = Scene.midnight }.timeline(track: [], catalogue: Scene.catalogue)
    #expect(timeline.map(\.content) == [.system(.start(downtime: .zero)), .system(.clock(utcAtZero: Scene.midnight))])
  }
}
