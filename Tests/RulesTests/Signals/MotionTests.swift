import Geo
import Model
import Testing

@testable import Rules

struct MotionTests {
  private func value(_ text: String, _ fixes: [Observation]) throws -> Model.Value? {
    var it = try Expressing(text)
    _ = it.engine.run(fixes)
    return it.value(at: it.engine.now.seconds)
  }

  @Test func theOdometerAddsUpTheWay() throws {
    let fixes = (0...100).map { Scene.fix(Double($0), east: Double($0) * 10, speed: 10) }
    guard case .number(let metres)? = try value("gps.odometer", fixes) else {
      throw Expressing.Refused(description: "")
    }
    #expect(abs(metres - 1000) < 2)
  }

  @Test func aStandingTruckDrivesNowhere() throws {
    let fixes = (0...3600).map { Scene.fix(Double($0), east: Double($0 % 7), north: Double($0 % 5), speed: 0.2) }
    #expect(try value("gps.odometer", fixes) == .number(0))
    #expect(try value("gps.moving", fixes) == .boolean(false))
  }

  @Test func standingNeedsTenSecondsOfSlowness() throws {
    let drive = (0...20).map { Scene.fix(Double($0), east: Double($0) * 10, speed: 10) }
    func stop(_ seconds: Int) -> [Observation] {
      drive + (1...seconds).map { Scene.fix(20 + Double($0), east: 200, speed: 0) }
    }
    #expect(try value("gps.moving", stop(9)) == .boolean(true))
    #expect(try value("gps.moving", stop(11)) == .boolean(false))
  }

  @Test func aTripBeginsAfterAStandOfFiveMinutes() throws {
    func way(_ stand: Int) -> [Observation] {
      let end = 100 + stand
      var fixes = (0...100).map { Scene.fix(Double($0), east: Double($0) * 10, speed: 10) }
      fixes += (101...end).map { Scene.fix(Double($0), east: 1000, speed: 0) }
      fixes += (1...10).map { Scene.fix(Double(end + $0), east: 1000 + Double($0) * 10, speed: 10) }
      return fixes
    }
    guard case .number(let short)? = try value("gps.trip_distance", way(60)),
      case .number(let long)? = try value("gps.trip_distance", way(400))
    else { throw Expressing.Refused(description: "") }
    #expect(abs(short - 1100) < 15)
    #expect(abs(long - 100) < 15)
  }

  @Test func anImpossibleJumpIsNoWay() throws {
    let fixes = (0...10).map { Scene.fix(Double($0), east: $0 == 5 ? 90_000 : Double($0) * 10, speed: 10) }
    guard case .number(let metres)? = try value("gps.odometer", fixes) else {
      throw Expressing.Refused(description: "")
    }
    #expect(metres < 100)
  }
}
