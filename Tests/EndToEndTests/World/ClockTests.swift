import Foundation
import Glibc
import Model
import Testing

extension EndToEnd {
  /// The box's wall clock is wrong, or steps: gateway and gpsd see one that the test turns, the rest of the world the true one.
  @Suite(.serialized, .enabled(if: Environment.have("gpsd", "mosquitto", "cc"))) struct ClockTests {
    /// A rule that strikes each second by engine time, and one that is up after two seconds: what an engine that looked at the wall
    /// clock would get wrong.
    static let rules =
      Rig.rules() + """
          - name: tick
            on: { every: 1 s }
            then:
              - event: tick
          - name: waited
            when: system.uptime >= 0
            for: 3 s
            then:
              - event: waited

        """

    @Test func theInstrumentMovesTheWallClockOfOneProcessAndNoOther() throws {
      try Bench.with { bench in
        let clock = try bench.wallClock()
        clock.set(Timestamp(seconds: 100))
        let child = try Child(
          "/bin/sh", ["-c", "while :; do date +%s; read up rest </proc/uptime; done"], name: "dates", in: bench)
        func last() -> Int? { child.output.split(separator: "\n").last.flatMap { Int($0) } }
        try Wait.until("1970; \(child.tail)") { last().map { (100...200).contains($0) } ?? false }
        clock.step(by: .hours(-1))
        try Wait.until("before 1970; \(child.tail)") { last().map { $0 < 0 } ?? false }
        clock.restore()
        try Wait.until("now") { last().map { abs(Double($0) - Foundation.Date().timeIntervalSince1970) < 60 } ?? false }
      }
    }

    /// What was sent before anybody knew the time can be dated by the `time` record, and everything after it is dated right.
    @Test(arguments: WrongClock.Kind.allCases)
    func aBoxWithAWrongClockGivesTheRightTimeOnceGPSTellsIt(_ start: WrongClock.Kind) throws {
      try Bench.with { bench in
        let clock = try bench.wallClock()
        start.set(clock)
        let rig = try Rig(in: bench, perSecond: 10, rules: Self.rules)
        try rig.gateway.start()
        try rig.record()
        try Wait.until("undated records; \(rig.gateway.child?.tail ?? "")") {
          try rig.received.count { $0.event?.isEmpty == false } >= 3
        }
        let undated = try rig.received.count
        #expect(try rig.received.allSatisfy { $0.object["timestamp"] == nil }, "dated by a clock that nobody trusts")
        rig.feed.start()
        try Wait.until("the time record; \(rig.gateway.child?.tail ?? "")") {
          try rig.received.contains { $0.type == "time" }
        }
        Wait.pass(2)
        rig.feed.pause()
        try rig.waitUntilLastFixArrived()
        let violations = try rig.violations(order: .strict)
        #expect(violations.isEmpty, "\(few(violations))")
        try judgeTimes(rig, undated: undated)
        let status = try rig.gateway.status()["status"]
        #expect(status?["clock"]?["trusted"]?.flag == true)
        #expect(status?["clock"]?["source"]?.text == "gps")
      }
    }

    /// Steps that nobody vouches for, back and forth, and one that NTP makes.
    @Test func aClockThatStepsMovesNeitherTimersNorWhatIsSent() throws {
      try Bench.with { bench in
        let clock = try bench.wallClock()
        clock.vouch(.yes)
        let rig = try Rig(in: bench, perSecond: 10, rules: Self.rules)
        try rig.startRecording()
        Wait.pass(2)
        for hours in [-1.0, 3, -8760, 438_312] {
          clock.vouch(.no)
          clock.step(by: .hours(hours))
          // Longer than the gateway goes without looking at the clock.
          Wait.pass(hours == -1 ? 12 : 2)
        }
        clock.restore()
        clock.vouch(.yes)
        Wait.pass(1)
        // And the link is away for a moment: back-off runs on its own clock.
        rig.link.set(.cut)
        clock.vouch(.no)
        clock.step(by: .hours(-1))
        Wait.pass(2)
        rig.link.restore()
        let restored = Instant.now
        try Wait.until("the gateway to come back", within: 120) { try rig.received.last?.time ?? restored > restored }
        Wait.pass(1)
        rig.feed.pause()
        try rig.waitUntilLastFixArrived()
        let violations = try rig.violations(order: .strict)
        #expect(violations.isEmpty, "\(few(violations))")
        try judgeTimes(rig, undated: 0)
      }
    }

    @Test func aStepThatNTPMakesIsFollowedByWhatComesAfterItOnly() throws {
      try Bench.with { bench in
        let clock = try bench.wallClock()
        clock.vouch(.yes)
        clock.step(by: .seconds(-90))
        let rig = try Rig(in: bench, perSecond: 10, rules: Self.rules)
        try rig.startRecording()
        try Wait.until("some ticks") { try rig.received.count { $0.event != nil } > 4 }
        clock.restore()
        let stepped = Instant.now
        func isAfterTheStep(_ record: ReceivedRecord) -> Bool {
          isTick(record) && record.time > stepped && abs(error(of: record) ?? 1000) < 2
        }
        try Wait.until("the step to be followed") { try rig.received.contains(where: isAfterTheStep) }
        rig.feed.pause()
        try rig.waitUntilLastFixArrived()
        let violations = try rig.violations(order: .strict)
        #expect(violations.isEmpty, "\(few(violations))")
        let ticks = try rig.judge.inOrder.filter(isTick)
        let jumps = zip(ticks, ticks.dropFirst()).map { a, b in (seconds(b) ?? 0) - (seconds(a) ?? 0) }
        #expect(jumps.count { abs($0 - 91) < 1 } == 1, "\(jumps)")
        #expect(jumps.count { abs($0 - 1) < 0.01 } == jumps.count - 1, "\(jumps)")
        // There is no second time record: what was sent stands.
        #expect(try rig.received.count { $0.type == "time" } <= 1)
      }
    }

    /// Without a second of the gateway's time lost or gained: ticks are due each second, whatever the wall clock did. Every record has
    /// the time at which it was: fixes their own, all others within a few seconds of their arrival here.
    private func judgeTimes(
      _ rig: Rig, undated: Int, _ place: SourceLocation = #_sourceLocation
    ) throws {
      let records = try rig.judge.inOrder
      let offsets = records.filter { $0.type == "time" }.compactMap { record -> (String, Double)? in
        guard let boot = record.object["boot"]?.text, let offset = record.object["offset"]?.number else { return nil }
        return (boot, offset)
      }
      #expect(offsets.count == (undated > 0 ? 1 : 0), sourceLocation: place)
      #expect(
        records.count { $0.object["timestamp"] == nil } >= undated, "what is sent is not dated again",
        sourceLocation: place)
      var ticks: [Double] = []
      for record in records {
        var moment = seconds(record)
        if moment == nil, record.object["time_quality"]?.text == "unsynchronised",
          let boot = record.object["boot"]?.text,
          let uptime = record.object["uptime"]?.number, let offset = offsets.first(where: { $0.0 == boot })?.1
        {
          moment = offset + uptime
        }
        let time = try #require(moment, "\(record.content)", sourceLocation: place)
        if isTick(record) { ticks.append(time) }
        if record.type != "position" {
          let late = arrival(of: record) - time
          // A record waits for its commit, and for a link that was away.
          #expect((-2...50).contains(late), "\(late) s late: \(record.content)", sourceLocation: place)
        }
      }
      #expect(ticks.count > 4, sourceLocation: place)
      let steps = zip(ticks, ticks.dropFirst()).map { $1 - $0 }
      // One mapping dates what came before the clock was trusted, and after: GPS is a little late.
      #expect(steps.allSatisfy { abs($0 - 1) < 0.06 }, "\(steps)", sourceLocation: place)
      #expect(records.count { $0.object["event"]?["type"]?.text == "waited" } == 1, sourceLocation: place)
    }

    private func isTick(_ record: ReceivedRecord) -> Bool { record.object["event"]?["type"]?.text == "tick" }

    private func seconds(_ record: ReceivedRecord) -> Double? { record.fixTime.map { Double($0) / 1000 } }

    /// When it came here, by the true clock.
    private func arrival(of record: ReceivedRecord) -> Double {
      Foundation.Date().timeIntervalSince1970 - (Instant.now - record.time)
    }

    private func error(of record: ReceivedRecord) -> Double? { seconds(record).map { arrival(of: record) - $0 } }
  }
}
