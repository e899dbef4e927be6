import Model
import Testing

@testable import Gateway

@Suite struct DeviceBoardTests {
  private static func catalogue(_ names: [String] = ["reefer", "gps"]) -> SignalCatalogue {
    SignalCatalogue(
      devices: [
        .init(
          name: "reefer", givesPosition: false,
          metrics: [.init(name: "temperature", kind: .number, unit: "Cel"), .init(name: "door", kind: .boolean)],
          staleAfter: .seconds(30)),
        .init(name: "gps", givesPosition: true, staleAfter: .seconds(10)),
      ].filter { names.contains($0.name) })
  }

  private static func reading(
    _ value: Double?, _ quality: Quality = .good, metric: String = "temperature", at seconds: Double
  ) -> Observation {
    Observation(
      time: .seconds(seconds),
      content: .reading(device: "reefer", metric: metric, value: value.map { .number($0) }, quality: quality))
  }

  @Test func beforeAnythingCameEveryDeviceIsThereInTheOrderOfTheFiles() {
    let reports = DeviceBoard(Self.catalogue()).reports(at: .seconds(5))
    #expect(reports.map(\.name) == ["reefer", "gps"])
    #expect(reports.allSatisfy { $0.heardAgo == nil })
    #expect(reports[0].signals.map(\.quality) == [.never, .never])
  }

  @Test func theLatestValueStandsWithItsUnitAndAge() {
    var board = DeviceBoard(Self.catalogue())
    board.take(Self.reading(-18, at: 1))
    board.take(Self.reading(-18.5, at: 7))
    let report = board.reports(at: .seconds(10))[0]
    #expect(report.heardAgo == .seconds(3))
    #expect(
      report.signals[0]
        == .init(metric: "temperature", unit: "Cel", quality: .good, value: .number(-18.5), age: .seconds(3)))
  }

  @Test func whatIsBadNowKeepsItsLastGoodValueAndIsNoSignOfLife() {
    var board = DeviceBoard(Self.catalogue())
    board.take(Self.reading(-18, at: 1))
    board.take(Self.reading(nil, .bad, at: 20))
    board.take(Observation(time: .seconds(20), content: .device(name: "reefer", isUp: false, reason: "timeout")))
    let report = board.reports(at: .seconds(21))[0]
    #expect(report.heardAgo == .seconds(20))
    #expect(
      report.signals[0]
        == .init(metric: "temperature", unit: "Cel", quality: .bad, value: .number(-18), age: .seconds(20)))
  }

  @Test func aGoodValueTurnsStaleWithTheDevicesTime() {
    var board = DeviceBoard(Self.catalogue())
    board.take(Self.reading(-18, at: 1))
    #expect(board.reports(at: .seconds(31))[0].signals[0].quality == .good)
    #expect(board.reports(at: .seconds(32))[0].signals[0].quality == .stale)
  }

  @Test func aFixAndComingUpAreSignsOfLifeAndALostFixIsNone() {
    var board = DeviceBoard(Self.catalogue())
    board.take(Observation(time: .seconds(1), content: .device(name: "gps", isUp: true, reason: nil)))
    #expect(board.reports(at: .seconds(3))[1].heardAgo == .seconds(2))
    board.take(Observation(time: .seconds(5), content: .position(device: "gps", Position(latitude: 46, longitude: 6))))
    board.take(Observation(time: .seconds(8), content: .positionLost(device: "gps")))
    #expect(board.reports(at: .seconds(9))[1].heardAgo == .seconds(4))
  }

  @Test func whatTheCatalogueDoesNotKnowIsNotKept() {
    var board = DeviceBoard(Self.catalogue(["gps"]))
    for n in 0..<1000 { board.take(Self.reading(1, metric: "m\(n)", at: 1)) }
    board.take(Observation(time: .seconds(1), content: .device(name: "reefer", isUp: true, reason: nil)))
    #expect(board.reports(at: .seconds(2)).map(\.name) == ["gps"])
    board.learn(Self.catalogue())
    #expect(board.reports(at: .seconds(2))[0].heardAgo == nil)
  }

  @Test func aReloadKeepsWhatIsStillConnected() {
    var board = DeviceBoard(Self.catalogue())
    board.take(Self.reading(-18, at: 1))
    let before = board.reports(at: .seconds(2))
    board.learn(Self.catalogue(["reefer"]))
    #expect(board.reports(at: .seconds(2)) == [before[0]])
    board.learn(Self.catalogue(["gps"]))
    board.learn(Self.catalogue())
    #expect(board.reports(at: .seconds(2))[0].signals[0].quality == .never)
  }
}
