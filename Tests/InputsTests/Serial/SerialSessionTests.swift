import Config
import Model
import Testing

@testable import Inputs

private let second: Int64 = 1_000_000_000

/// A session of a profile with a line that is open, and the clock that drives it.
struct SerialBench {
  var session: SerialSession
  var now: Int64 = 0
  var actions: [LineAction] = []

  init(_ body: String, _ change: (inout SerialSession.Settings) -> Void = { _ in }) throws {
    let profile = try Self.profile(body)
    var settings = SerialSession.Settings(
      device: "scale", profile: profile, metrics: profile.metrics, silence: .seconds(10))
    change(&settings)
    session = SerialSession(settings, at: 0)
    _ = session.advance(to: 0)
    _ = session.opened(at: 0)
    actions = session.advance(to: 0)
  }

  static func profile(_ body: String) throws -> SerialProfile {
    let file = SourceFile(path: "devices/test.yaml", text: "model: Test\nprotocol: serial\n" + body + "\n")
    var diagnostics = Diagnostics()
    return try #require(
      SerialProfile.read(file, name: "test", diagnostics: &diagnostics), "\(diagnostics.sorted())")
  }

  /// Lets time pass, stopping at each deadline.
  mutating func pass(to time: Int64) {
    while session.deadline < time {
      now = max(now, session.deadline)
      actions += session.advance(to: now)
    }
    now = time
    actions += session.advance(to: now)
  }

  mutating func say(_ text: String, after wait: Int64 = 0) { say(Array(text.utf8), after: wait) }

  mutating func say(_ bytes: [UInt8], after wait: Int64 = 0) {
    pass(to: now + wait)
    actions += session.received(bytes[...], at: now)
  }

  var contents: [Observation.Content] {
    actions.compactMap { if case .submit(let content) = $0 { content } else { nil } }
  }
  /// `weight=12.5`, `stable=bad`.
  var readings: [String] { contents.compactMap(Self.text) }

  static func text(_ content: Observation.Content) -> String? {
    guard case .reading(_, let metric, let value, let quality) = content else { return nil }
    switch value {
    case .number(let number): return "\(metric)=\(number)"
    case .boolean(let flag): return "\(metric)=\(flag)"
    case .text(let text): return "\(metric)=\"\(text)\""
    case nil: return "\(metric)=\(quality.name)"
    }
  }
}

@Suite struct SerialSessionTests {
  private static let scale = """
    format: "{status},{kind},{weight:number}{unit}"
    metrics:
      weight: { scale: { by: unit, kg: 1, g: 0.001 }, max: 5000, invalid_when: { status: [OL] }, unit: kg }
      stable: { field: status, map: { ST: true, US: false, OL: false } }
    """

  private static func down(_ reason: String) -> Observation.Content {
    .device(name: "scale", isUp: false, reason: reason)
  }

  @Test func aFrameGivesAReadingOfEachMetric() throws {
    var bench = try SerialBench(Self.scale)
    bench.say("ST,GS,+0012.34kg\r\nUS,NT,-   250.5 g\r\n")
    #expect(bench.contents.first == .device(name: "scale", isUp: true, reason: nil))
    #expect(bench.readings == ["weight=12.34", "stable=true", "weight=-0.2505", "stable=false"])
  }

  @Test func whatCannotBeIsBadAndNeverAValue() throws {
    var bench = try SerialBench(Self.scale)
    bench.say("OL,GS,+9999.99kg\r\nST,GS,+6000.00kg\r\nST,GS,+0001.00lb\r\nXX,GS,+0002.00kg\r\n")
    #expect(
      bench.readings == [
        "weight=bad", "stable=false", "weight=bad", "stable=true", "weight=bad", "stable=true", "weight=2.0",
        "stable=bad",
      ])
  }

  @Test func threeBrokenFramesInARowMakeItBadOnceUntilOneIsWhole() throws {
    var bench = try SerialBench(Self.scale)
    bench.say("ST,GS,+0001.00kg\nhello\nST,GS\nST,GS,+0001.00kg\nhello\nhello\nhello\nhello\n")
    #expect(bench.readings == ["weight=1.0", "stable=true", "weight=1.0", "stable=true", "weight=bad", "stable=bad"])
    bench.say("ST,GS,+0001.00kg\n")
    #expect(bench.readings.suffix(2) == ["weight=1.0", "stable=true"])
  }

  @Test func brokenFramesAreCountedInTheLogWithoutFloodingIt() throws {
    var bench = try SerialBench(Self.scale)
    for _ in 0..<3000 { bench.say("hello\n", after: second / 10) }
    let notes = bench.actions.compactMap { if case .note(let note) = $0 { note } else { nil } }
    #expect((5...6).contains(notes.count), "\(notes)")
    #expect(bench.contents.contains(Self.down("unreadable")))
  }

  @Test func otherLinesAreNoMistakeWhereTheProfileSaysSo() throws {
    var bench = try SerialBench("others: ignore\n" + Self.scale)
    for _ in 0..<20 { bench.say("hello\n") }
    bench.say("ST,GS,+0001.00kg\n")
    #expect(bench.readings == ["weight=1.0", "stable=true"])
    #expect(!bench.actions.contains { if case .note(.broken) = $0 { true } else { false } })
  }

  @Test func silenceIsToldOnceAndNoReadingIsMadeUp() throws {
    var bench = try SerialBench(Self.scale)
    bench.say("ST,GS,+0001.00kg\n")
    bench.pass(to: 3600 * second)
    #expect(bench.readings.count == 2)
    #expect(bench.contents.last == Self.down("silent"))
  }

  private static let polled = "poll: { send: 'Q\\r\\n', every: 2 s, timeout: 500 ms }\n" + scale

  private func polls(_ bench: SerialBench) -> Int { bench.actions.count { $0 == .send(Array("Q\r\n".utf8)) } }

  @Test func aPolledDeviceIsAskedAtItsPace() throws {
    var bench = try SerialBench(Self.polled)
    #expect(polls(bench) == 1)
    bench.say("ST,GS,+0001.00kg\r\n", after: second / 10)
    bench.pass(to: 2 * second - 1)
    #expect(polls(bench) == 1)
    bench.pass(to: 2 * second)
    #expect(polls(bench) == 2)
    bench.pass(to: 20 * second)
    #expect(polls(bench) == 11)
    #expect(bench.contents.last == Self.down("silent"))
  }

  @Test func rulesChangeThePaceAndGiveItBack() throws {
    var bench = try SerialBench(Self.polled)
    bench.session.setPace(.milliseconds(500), at: 0)
    for _ in 0..<10 { bench.say("ST,GS,+0001.00kg\r\n", after: second / 2) }
    #expect((10...11).contains(polls(bench)))
    bench.session.setPace(nil, at: bench.now)
    let before = polls(bench)
    bench.pass(to: bench.now + 10 * second)
    #expect((5...6).contains(polls(bench) - before))
  }

  @Test func theNextQuestionWaitsForTheAnswer() throws {
    var bench = try SerialBench(Self.polled) { $0.every = .milliseconds(100) }
    bench.pass(to: 5 * second)
    // Unanswered, each waits for its time-out.
    #expect((10...11).contains(polls(bench)))
  }

  @Test func aDeviceThatSpeaksOftenIsTakenAtThePaceAsked() throws {
    var bench = try SerialBench(Self.scale) { $0.every = .seconds(1) }
    for n in 0..<100 { bench.say("\(n == 55 ? "US" : "ST"),GS,+\(n)kg\n", after: second / 10) }
    let weights = bench.readings.filter { $0.hasPrefix("weight") }
    #expect((10...11).contains(weights.count), "\(weights)")
    // But a word that changes goes at once, both ways.
    #expect(bench.readings.filter { $0 == "stable=false" }.count == 1)
    #expect(bench.readings.firstIndex(of: "stable=false").map { bench.readings[$0 + 1] } == "stable=true")
  }

  @Test func jsonIsReadByPaths() throws {
    var bench = try SerialBench(
      """
      format: json
      metrics:
        temperature: { field: data.0.t, unit: Cel }
        door: { field: door, type: boolean }
        name: { type: text }
      """)
    bench.say(
      #"{"data":[{"t":-4.5}],"door":true,"name":"a\u00e9"}"# + "\n" + #"{"data":[{"t":null}],"name":7}"# + "\n{\"x\n")
    #expect(bench.readings == ["temperature=-4.5", "door=true", "name=\"aé\"", "temperature=bad", "name=\"7\""])
  }

  @Test func columnsAreReadByNameOrNumber() throws {
    var bench = try SerialBench(
      """
      format: { csv: { separator: ";", columns: [time, level] } }
      metrics:
        level: { scale: 0.001, unit: m }
        third: { field: 3, type: text }
      """)
    bench.say("t;  1838 ;\"a;\"\"b\"\"\"\nt;x\nt\n")
    #expect(bench.readings == ["level=1.838", "third=\"a;\"b\"\"", "level=bad"])
  }

  @Test func aNumberIsScaledByDigits() throws {
    var bench = try SerialBench(
      "format: keys\nmetrics: { v: { scale: 0.001 }, h: { type: hex }, o: { scale: 0.1, offset: -40 } }")
    bench.say("v=26201, h=0xA053,o=634\n")
    #expect(bench.readings == ["v=26.201", "h=41043.0", "o=23.4"])
  }

  @Test func noBytesTrapWhateverTheProfile() throws {
    var random = SeededRandom(seed: 5)
    let bodies = [
      Self.scale, "format: json\nmetrics: { a: { field: a.0.b } }", "format: csv\nmetrics: { a: { field: 2 } }",
      "format: { keys: { separator: '\\r\\n', assign: '\\t' } }\nframe: { end: '\\r\\nChecksum\\t', after: 1 }\nmetrics: { V: {} }"
        .replacing("V: {}", with: "v: { field: V }"),
      "frame: { start: 'a', length: { at: 1, plus: 2 } }\nchecksum: { type: crc16_modbus, as: binary }\nformat: '{a}'\nmetrics: { a: { type: text } }",
    ]
    let alphabet = Array("ST,GS+0.9kg{}[]\":\\\t\r\n a=".utf8) + [0, 1, 2, 255, 0xC3]
    for body in bodies {
      var bench = try SerialBench(body)
      for _ in 0..<1500 {
        let bytes = (0..<Int(random.next() % 80)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
        bench.say(bytes, after: Int64(random.next() % 100_000_000))
        bench.actions = []
      }
    }
  }
}
