import Foundation
import Model
import Testing

@testable import Uplinks

@Suite struct CommandReadingTests {
  private static func read(_ text: String, name: String? = nil, correlation: [UInt8]? = nil) -> CommandReading.Outcome {
    CommandReading.read(Array(text.utf8), name: name, correlation: correlation, reply: .message)
  }

  private static func command(_ text: String, name: String? = nil, correlation: [UInt8]? = nil) -> ServerCommand? {
    if case .command(let command) = read(text, name: name, correlation: correlation) { command } else { nil }
  }

  private static func refusal(_ text: String, name: String? = nil) -> String? {
    if case .refused(_, _, let why) = read(text, name: name) { why } else { nil }
  }

  @Test func aCommandHasAnIdANameAndFlatArguments() {
    let command = Self.command(#"{"id":"c-1","name":"resend","args":{"from":900,"to":950,"dry":false,"why":"disk"}}"#)
    #expect(command?.id.text == "c-1" && command?.name == "resend")
    #expect(command?.arguments.map(\.name) == ["from", "to", "dry", "why"])
    #expect(command?["to"] == .number(950) && command?["dry"] == .boolean(false) && command?["why"] == .text("disk"))
    #expect(Self.command(#"{"id":7,"name":"x"}"#)?.id == CommandID(number: 7))
    #expect(Self.command(#"{"id":7,"name":"x"}"#)?.id.key != Self.command(#"{"id":"7","name":"x"}"#)?.id.key)
    #expect(Self.command(#"{"id":18446744073709551615,"name":"x","args":null}"#)?.id.text == "18446744073709551615")
  }

  @Test func theTopicNamesACommandAndCorrelationDataStandsInForAnId() {
    #expect(Self.command(#"{"id":"c"}"#, name: "wash")?.name == "wash")
    #expect(Self.command("", name: "wash", correlation: [0, 0xFF])?.id.text == "correlation-00ff")
    #expect(Self.command("{}", name: "wash", correlation: [1])?.id.text == "correlation-01")
    #expect(Self.command(#"{"id":"own"}"#, name: "wash", correlation: [1])?.id.text == "own")
    #expect(Self.command("", name: "wash", correlation: Array(repeating: 1, count: 25)) == nil)
    #expect(Self.refusal(#"{"id":"c","name":"dry"}"#, name: "wash")?.contains("different commands") == true)
  }

  @Test(arguments: [
    ("no JSON", "JSON object"), ("[]", "JSON object"), ("{}", "needs an `id`"), (#"{"id":"c"}"#, "needs a `name`"),
    (#"{"id":"","name":"x"}"#, "`id` is"), (#"{"id":"a/b","name":"x"}"#, "`id` is"),
    (#"{"id":"a b","name":"x"}"#, "`id` is"),
    (#"{"id":-1,"name":"x"}"#, "`id` is"), (#"{"id":1.5,"name":"x"}"#, "`id` is"),
    (#"{"id":true,"name":"x"}"#, "`id` is"),
    (#"{"id":"c","name":"../x"}"#, "named by"), (#"{"id":"c","name":5}"#, "`name` is a text"),
    (#"{"id":"c","name":"x","args":[1]}"#, "`args` is an object"),
    (#"{"id":"c","name":"x","args":{"a":{"b":1}}}"#, "each of `args`"),
    (#"{"id":"c","name":"x","args":{"a":null}}"#, "each of `args`"),
    (#"{"id":"c","name":"x","args":{"A b":1}}"#, "each of `args`"),
  ])
  func whatIsNoCommandIsRefusedWithTheReason(text: String, reason: String) {
    #expect(Self.refusal(text)?.contains(reason) == true, "\(Self.read(text))")
  }

  @Test func whatIsTypedIsReadAsJSONWouldHaveIt() {
    func typed(_ text: String) -> Value? { CommandArgument(typed: text)?.value }
    #expect(CommandArgument(typed: "seconds=5")?.name == "seconds")
    #expect(typed("a=5") == .number(5) && typed("a=-1.5e3") == .number(-1500) && typed("a=true") == .boolean(true))
    #expect(typed("a=north") == .text("north") && typed("a=") == .text("") && typed("a=x=y z") == .text("x=y z"))
    #expect(typed(#"a="5""#) == .text("5") && typed(#"a="\u00f6""#) == .text("ö"))
    // What only looks like a number to some, and what has no place here.
    for text in ["0x10", "nan", "inf", "1,5", "05", "null", "[1]", "{}", "\"open", "TRUE"] {
      #expect(typed("a=" + text) == .text(text))
    }
    for text in ["5", "=5", "A=5", "a b=5", "a=" + String(repeating: "x", count: 257)] { #expect(typed(text) == nil) }
  }

  @Test func sizesHaveLimits() {
    let long = String(repeating: "x", count: 65)
    #expect(Self.refusal(#"{"id":"\#(long)","name":"x"}"#) != nil)
    #expect(Self.refusal(#"{"id":"c","name":"\#(long)"}"#) != nil)
    let many = (0...16).map { "\"a\($0)\":1" }.joined(separator: ",")
    #expect(Self.refusal("{\"id\":\"c\",\"name\":\"x\",\"args\":{\(many)}}")?.contains("16") == true)
    let text = String(repeating: "é", count: 257)
    #expect(Self.refusal(#"{"id":"c","name":"x","args":{"a":"\#(text)"}}"#) != nil)
    #expect(Self.command(#"{"id":"c","name":"x","args":{"a":"\#(text.dropLast())"}}"#) != nil)
    #expect(Self.refusal(String(repeating: " ", count: 16_385))?.contains("16384") == true)
    #expect(Self.refusal(String(repeating: "[", count: 10_000)) != nil)
  }

  @Test func mqttRefusesWhatIsRetainedAndFindsTheWayBack() throws {
    let topics = MQTTCommands(commands: "w/truck/command", responses: "w/truck/response")
    func event(_ text: String, retained: Bool = false, to: String? = nil, correlation: [UInt8]? = nil) -> LinkEvent? {
      topics.event(
        topic: "w/truck/command/wash", payload: Array(text.utf8), isRetained: retained, responseTopic: to,
        correlation: correlation)
    }
    guard case .command(let command)? = event(#"{"id":"c-1"}"#) else { return #expect(Bool(false)) }
    #expect(command.reply == .topic("w/truck/response/c-1", correlation: nil))
    guard case .command(let other)? = event(#"{"id":"c-1"}"#, to: "a/b", correlation: [1]) else {
      return #expect(Bool(false))
    }
    #expect(other.reply == .topic("a/b", correlation: [1]))
    // A topic that nobody can publish on isn't used.
    for topic in ["a/#", "+", "$SYS/x", "", "a\u{0}b", String(repeating: "x", count: 1025)] {
      guard case .command(let command)? = event(#"{"id":"c-1"}"#, to: topic) else { return #expect(Bool(false)) }
      #expect(command.reply == .topic("w/truck/response/c-1", correlation: nil))
    }
    guard case .unreadableCommand(let reply, let answer)? = event(#"{"id":"c-1"}"#, retained: true) else {
      return #expect(Bool(false))
    }
    #expect(reply == .topic("w/truck/response/c-1", correlation: nil))
    #expect(String(decoding: answer, as: UTF8.self).contains(#""ok":false,"error":"a retained"#))
    guard case .notice? = event("{}", retained: true) else { return #expect(Bool(false)) }
    #expect(
      topics.event(topic: "w/truck/status", payload: [], isRetained: false, responseTopic: nil, correlation: nil) == nil
    )
  }

  @Test func theGateLetsABurstThroughAndThenOneInAWhile() {
    var gate = CommandGate()
    var now = BootTime.zero
    for _ in 0..<50 { #expect(gate.judge(now: now) == .take) }
    #expect(gate.judge(now: now) == .refuse(after: .seconds(4)))
    for _ in 0..<100 { #expect(gate.judge(now: now) == .ignore) }
    now = now + .seconds(4)
    #expect(gate.judge(now: now) == .take)
    #expect(gate.judge(now: now) == .refuse(after: .seconds(4)))
    now = now + .hours(1)
    for _ in 0..<50 { #expect(gate.judge(now: now) == .take) }
    #expect(gate.judge(now: now) != .take)
  }

  @Test func whateverComesIsTakenForWhatItIs() {
    let seconds = getenv("WAYPOST_FUZZ_SECONDS").flatMap { Double(String(cString: $0)) } ?? 0
    let end = Date().addingTimeInterval(seconds)
    let seeds = [
      #"{"id":"c-1","name":"resend","args":{"from":900,"to":950}}"#,
      #"{"id":7,"name":"x","args":{"a":true,"b":"é\ud83d\ude00"}}"#,
      #"{"id":"c","args":null}"#, #"42["command",{"id":1,"name":"x"}]"#, #"42/v,17["command",{"id":1,"name":"x"},[]]"#,
    ].map { Array($0.utf8) }
    var jitter = Jitter(seed: UInt64(Date().timeIntervalSince1970))
    func draw(_ count: Int) -> Int { Int(jitter.draw() * Double(count)) }
    repeat {
      for _ in 0..<3000 {
        var bytes = seeds[draw(seeds.count)]
        for _ in 0..<draw(6) {
          switch draw(4) {
          case 0: bytes.insert(UInt8(draw(256)), at: draw(bytes.count + 1))
          case 1 where !bytes.isEmpty: bytes.remove(at: draw(bytes.count))
          case 2 where !bytes.isEmpty: bytes[draw(bytes.count)] = UInt8(draw(256))
          default: bytes += seeds[draw(seeds.count)].suffix(draw(30))
          }
        }
        for name in [nil, "wash"] {
          let correlation = draw(2) == 0 ? nil : bytes.prefix(draw(30)).map { $0 }
          if case .command(let command) = CommandReading.read(
            bytes, name: name, correlation: correlation, reply: .message)
          {
            #expect(Names.isLabel(command.name) && command.arguments.count <= 16)
            #expect((1...64).contains(command.id.text.utf8.count) && !command.id.text.contains("/"))
            #expect(!CommandAnswer().message(id: command.id).isEmpty)
          }
        }
        _ = SocketIOPacket.parse(bytes)
        _ = ServerMessage.parse(bytes)
      }
    } while Date() < end
  }
}
