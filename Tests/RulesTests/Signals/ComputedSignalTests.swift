import Model
import Testing

@testable import Rules

struct ComputedSignalTests {
  private func readings(_ effects: [Effect], _ name: String) -> [(Double, Model.Value?, Quality)] {
    effects.records.compactMap { record in
      guard case .reading(let device, let metric, let value, _, let quality) = record.body,
        "\(device).\(metric)" == name
      else { return nil }
      return (record.time.seconds, value, quality)
    }
  }

  @Test func aComputedSignalFollowsWhatItReads() throws {
    var engine = try RuleFile.engine(
      """
      signals:
        reefer.fahrenheit: reefer.kelvin * 1.8 - 459.67
        reefer.kelvin: reefer.temperature + 273.15
      """)
    let found = readings(engine.run([Scene.reading(1, "temperature", .number(0))]), "reefer.fahrenheit")
    #expect(found.count == 1)
    guard case .number(let degrees)? = found.first?.1 else { throw Expressing.Refused(description: "unknown") }
    #expect(abs(degrees - 32) < 1e-6)
  }

  @Test func itIsUnknownWithWhatItReads() throws {
    var engine = try RuleFile.engine("signals: { reefer.kelvin: reefer.temperature + 273.15 }")
    let effects =
      engine.run([Scene.reading(1, "temperature", .number(0))]) + engine.advance(to: .seconds(30))
      + engine.run([Scene.reading(31, "temperature", nil, .bad)])
    let found = readings(effects, "reefer.kelvin")
    #expect(found.map(\.0) == [1, 11, 31])
    #expect(found.map(\.2) == [.good, .stale, .bad])
    #expect(found[1].1 == nil)
  }

  @Test func aCycleIsRefusedWithItsPath() {
    #expect(
      performing: {
        try RuleFile.load("signals: { a.x: b.y + 1, b.y: c.z + 1, c.z: a.x + 1, d.w: reefer.temperature }")
      },
      throws: { "\($0)".contains("`a.x` → `b.y` → `c.z` → `a.x`") })
  }

  @Test func aNameThatADeviceHasIsRefused() {
    #expect(throws: Expressing.Refused.self) { try RuleFile.load("signals: { reefer.temperature: 1 + 1 }") }
    #expect(throws: Expressing.Refused.self) { try RuleFile.load("signals: { gps.speed: 1 + 1 }") }
  }

  @Test func itSeesTheZonesOfTheSameInstant() throws {
    var engine = try RuleFile.engine(
      """
      zones: { depot: { circle: [6.1432, 46.2044], radius: 100 m } }
      signals: { site.inside: in_zone("depot") }
      """)
    let effects = engine.run([Scene.fix(1, east: 0), Scene.fix(2, east: 0)])
    #expect(readings(effects, "site.inside").map(\.0) == [1])
  }

  @Test func itGoesThroughTheReportPolicies() throws {
    var engine = try RuleFile.engine(
      """
      signals: { reefer.kelvin: reefer.temperature + 273.15 }
      report: [{ signals: [reefer.kelvin], every: 10 s }]
      """)
    let effects = engine.run((0...25).map { Scene.reading(Double($0), "temperature", .number(Double($0))) })
    #expect(readings(effects, "reefer.kelvin").map(\.0) == [0, 9, 19])
    #expect(readings(effects, "reefer.temperature").isEmpty)
  }
}
