import Model
import Testing

@testable import Rules

struct ExpressionPartTests {
  @Test func eachPartOfAConditionTellsItsValueOrWhyItHasNone() throws {
    var it = try Expressing("reefer.temperature > -15 && (gps.speed_kmh > 5 || in_zone(\"depot\"))")
    _ = it.engine.run([Scene.reading(1, "temperature", .number(-12))])
    let parts = it.expression.parts(in: it.engine.situation(at: .seconds(2)))
    #expect(parts.map(\.depth) == [0, 1, 1, 2, 2])
    #expect(parts.map(\.value) == [nil, .boolean(true), nil, nil, nil])
    #expect(parts[1].text == "reefer.temperature > -15")
    #expect(parts[1].readings.map(\.value) == [.number(-12)])
    #expect(parts[3].readings.first?.unknown == "never read since the start")
    #expect(parts[4].text == "in_zone(\"depot\")")
    #expect(parts[4].readings.first?.unknown == "the side is not known")
  }

  @Test func aStaleSignalSaysSinceWhen() throws {
    var it = try Expressing("reefer.temperature > -15")
    _ = it.engine.run([Scene.reading(1, "temperature", .number(-12))])
    let parts = it.expression.parts(in: it.engine.situation(at: .seconds(31)))
    #expect(parts[0].readings.first?.unknown == "stale: last read 30 s ago")
  }
}
