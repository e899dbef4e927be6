import Certificates
import Config
import Foundation
import Journal
import Model
import Testing

@testable import Uplinks

/// What servers' developers are told of the messages is what is sent and taken; python3-jsonschema is the judge.
@Suite struct MessageSchemaTests {
  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// A line a message: `ok`, or what the validator says.
  private func verdicts(_ messages: [(schema: String, text: String)]) throws -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("validate.py").path,
      Self.package.appendingPathComponent("docs/schemas/messages.json").path,
    ]
    let lines = messages.map { #"{"name":"\#($0.schema)","value":\#($0.text)}"# }.joined(separator: "\n") + "\n"
    let input = FileManager.default.temporaryDirectory.appendingPathComponent("waypost-messages-\(UUID().uuidString)")
    try lines.write(to: input, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: input) }
    process.standardInput = try FileHandle(forReadingFrom: input)
    let output = Launch.pipe()
    let errors = Launch.pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.begin()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let complaints = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(complaints)")
    return said.split(separator: "\n").map(String.init)
  }

  private func expectValid(_ messages: [(schema: String, text: String)]) throws {
    try #require(!messages.isEmpty)
    let verdicts = try verdicts(messages)
    #expect(verdicts.count == messages.count)
    for (message, verdict) in zip(messages, verdicts) { #expect(verdict == "ok", "\(message.text): \(verdict)") }
  }

  /// With everything, and with what must be there alone before the clock is trusted.
  private static let health: [StoredRecord] = {
    let full = Health(
      version: "1.0", configuration: "abc", uptime: .seconds(5025), running: .seconds(60), isClockTrusted: true,
      diskFree: 1 << 33, memory: 3_000_000, memoryFree: 1 << 29, temperature: 51.25, journalBytes: 4096,
      journalLimit: 256_000_000, deadLetters: 1,
      uplinks: [.init(name: "central", isUp: true, waiting: 3, bytesToday: 1234)])
    let bare = Health(
      version: "1.0", configuration: nil, uptime: .seconds(12.5), running: .seconds(1), isClockTrusted: false,
      journalBytes: 0, journalLimit: 1, deadLetters: 0, uplinks: [])
    return [
      OtherFormatTests.record(2001, .health(full)),
      OtherFormatTests.record(2002, .health(bare), .unsynchronised(boot: "b-1", uptime: .seconds(12.5))),
    ]
  }()

  private func encoded(_ format: any MessageFormat, gateway: String = "truck-005") -> [String] {
    var encoder = format.encoder(gateway: gateway)
    return (OtherFormatTests.records + Self.health).map { record in
      encoder.beginRecord()
      encoder.append(record, late: record.identity.seq % 2 == 0)
      return String(decoding: encoder.finish(), as: UTF8.self)
    }
  }

  @Test(arguments: ["messages", "asyncapi"]) func theCommittedDocumentIsWhatTheCodeSays(name: String) throws {
    let file = Self.package.appendingPathComponent("docs/schemas/\(name).json")
    let written = try String(contentsOf: file, encoding: .utf8)
    let made = (name == "messages" ? MessageSchemas.document : AsyncAPIDocument.document).text() + "\n"
    #expect(written == made, "`waypost schema \(name) > docs/schemas/\(name).json`")
  }

  @Test func everyKindOfRecordIsAsDescribed() throws {
    let messages = encoded(JSONMessages())
    for kind in Record.Kind.allCases {
      #expect(messages.contains { $0.hasPrefix(#"{"type":"\#(kind.name)","#) }, "no record of the kind \(kind.name)")
    }
    try expectValid(messages.map { ("message", $0) } + messages.map { ("", $0) })
    for kind in Record.Kind.allCases {
      try expectValid(messages.filter { $0.hasPrefix(#"{"type":"\#(kind.name)","#) }.map { (kind.name, $0) })
    }
  }

  @Test func batchesAndStatusAreAsDescribed() throws {
    var encoder = JSONMessages().encoder(gateway: "truck-005")
    var cursors = LaneCursors()
    cursors[.position].settle(1...900)
    encoder.beginBatch(number: 17, journal: "k7f3q2", cursors: cursors, head: 1100)
    for record in OtherFormatTests.records { encoder.append(record, late: true) }
    let batch = String(decoding: encoder.finish(), as: UTF8.self)
    func status(_ isOnline: Bool, _ configuration: String?) -> String {
      let status = GatewayStatus(
        gateway: "truck-005", version: "1", configuration: configuration, journal: "k7f3q2", low: cursors, head: 1100,
        uptime: .seconds(3), clock: isOnline ? .synchronised : .unsynchronised, isOnline: isOnline)
      return String(decoding: JSONStatus.bytes(status), as: UTF8.self)
    }
    try expectValid([
      ("batch", batch), ("", batch), ("status", status(true, "abc")), ("status", status(false, nil)),
      ("status", #"{"online":false}"#), ("", #"{"type":"pong"}"#),
    ])
  }

  @Test func eventsOfSocketIOAreAsDescribed() throws {
    let messages = encoded(SocketIOMessages())
    try expectValid(
      messages.map { ($0.hasPrefix(#"{"type":"position""#) ? "flat_position" : "message", $0) })
  }

  /// What the schemas say that a server may say is taken, and what they refuse isn't.
  @Test(arguments: [
    ("ack", #"{"type":"ack","batch":17}"#, true), ("ack", #"{"type":"ack","seq":1042}"#, true),
    ("ack", #"{"type":"ack","seqs":[[1042,1050],[1060,1060]]}"#, true),
    ("ack", #"{"type":"ack","batch":17,"seqs":[[1,1]]}"#, true), ("ack", #"{"type":"ack"}"#, false),
    ("ack", #"{"type":"ack","seqs":[[1042]]}"#, false), ("ack", #"{"type":"ack","seq":"1"}"#, false),
    ("ack", #"{"type":"ack","batch":-1}"#, false), ("nack", #"{"type":"nack","seq":3,"error":"no"}"#, true),
    ("nack", #"{"type":"nack","seq":3}"#, true), ("nack", #"{"type":"nack","error":"no"}"#, false),
    ("ping", #"{"type":"ping"}"#, true), ("ping", #"{"type":"pang"}"#, false),
    ("command", #"{"type":"command","id":"c-1","name":"resend","args":{"from":3}}"#, true),
    ("command", #"{"type":"command","id":7,"name":"resend"}"#, true),
    ("command", #"{"type":"command","name":"resend"}"#, false),
    ("command", #"{"type":"command","id":{},"name":"resend"}"#, false),
    ("command", #"{"type":"command","id":"a/b","name":"resend"}"#, false),
    ("command", ##"{"type":"command","id":"a#b","name":"resend"}"##, false),
    ("command", #"{"type":"command","id":"a\\b","name":"resend"}"#, false),
    ("command", #"{"type":"command","id":"a b","name":"resend"}"#, false),
    ("command", #"{"type":"command","id":"a+b","name":"resend"}"#, false),
    ("command", #"{"type":"command","id":"!$.0[]~\u0041","name":"resend"}"#, true),
    ("command", #"{"type":"command","id":"c","name":"res end"}"#, false),
    ("command", #"{"type":"command","id":"c","name":"x","args":{"A":1}}"#, false),
    ("command", #"{"type":"command","id":"c","name":"x","args":{"a":[1]}}"#, false),
    ("command", #"{"type":"command","id":"c","name":"x","args":{"a":"b","c":true,"d":1.5}}"#, true),
  ]) func whatAServerMaySayIsWhatIsTaken(schema: String, text: String, isTaken: Bool) throws {
    #expect((try verdicts([(schema, text)]) == ["ok"]) == isTaken)
    let isRefused =
      switch ServerMessage.parse(Array(text.utf8)) {
      case .foreign, .command(.refused): true
      case .ack, .nack, .ping, .command(.command): false
      }
    #expect(isRefused != isTaken)
  }

  @Test func whatGoesAsJSONBesideSparkplugIsAsDescribed() throws {
    var edge = EdgeNode()
    edge.open()
    for id in 1...3 as ClosedRange<UInt64> {
      edge.send(id, .position(device: "gps", Position(latitude: 46.2, longitude: 6.1)))
    }
    #expect(edge.syncs.count == 1)
    try expectValid(edge.syncs.flatMap { [("sync", $0), ("", $0)] })
  }

  @Test(arguments: [
    (#"{"online":true,"timestamp":1770301800000}"#, true), (#"{"online":false,"timestamp":0}"#, true),
    (#"{"online":true}"#, false), (#"{"online":"true","timestamp":1}"#, false),
    (#"{"online":true,"timestamp":-1}"#, false), (#"{"online":true,"timestamp":1.5}"#, false), ("7", false),
  ]) func whatAPrimaryHostSaysIsTakenAsDescribed(text: String, isTaken: Bool) throws {
    #expect((try verdicts([("host_state", text)]) == ["ok"]) == isTaken)
    #expect((HostState.parse(Array(text.utf8)) != nil) == isTaken)
  }

  @Test func everyTopicOfTheReferenceIsDescribed() throws {
    let document = AsyncAPIDocument.document.text()
    let reference = try String(contentsOf: Self.package.appendingPathComponent("docs/wire.md"), encoding: .utf8)
    let topics = reference.matches(of: /\| `(waypost\/GATEWAY\/[^`]+)` \|/).map { String($0.output.1) }
    #expect(topics.count == 7)
    for topic in topics {
      let address = topic.replacing("GATEWAY", with: "{gateway}").replacing("TYPE", with: "{type}")
        .replacing("NAME", with: "{name}").replacing(/ID$/, with: "{id}")
      #expect(document.contains("\"\(address)\""), "\(address)")
    }
  }

  @Test func answersToCommandsAreAsDescribed() throws {
    let id = CommandID(text: "c-1")
    try expectValid(
      [
        CommandAnswer(result: Array(#"{"records":3}"#.utf8)).message(id: id),
        CommandAnswer().message(id: CommandID(number: 7)),
        CommandAnswer(error: "no such thing", known: ["status", "resend"]).message(id: id),
        CommandAnswer(error: "no id").message(id: nil),
      ].map { ("response", String(decoding: $0, as: UTF8.self)) })
  }

  /// The judge can say no: each of these is a message with one thing wrong.
  @Test func whatIsNotDescribedIsRefused() throws {
    let position =
      #"{"type":"position","gateway":"g","journal":"k7f3q2","seq":1,"timestamp":"2026-02-05T14:30:00.250Z","device":"gps","location":{"latitude":1,"longitude":2}}"#
    try expectValid([("message", position)])
    let wrong = [
      position.replacing(#""seq":1"#, with: #""seq":1,"brand_new":1"#), position.replacing(#""seq":1,"#, with: ""),
      position.replacing(#""gateway":"g","#, with: ""), position.replacing(#""latitude":1"#, with: #""latitude":91"#),
      position.replacing(#""timestamp":"2026-02-05T14:30:00.250Z","#, with: ""),
      position.replacing("250Z", with: "250+01:00"), position.replacing("position", with: "positron"),
    ]
    for (message, verdict) in zip(wrong, try verdicts(wrong.map { ("message", $0) })) {
      #expect(verdict != "ok", "\(message)")
    }
  }

  /// Every reference in both documents leads somewhere.
  @Test(arguments: ["messages", "asyncapi"]) func referencesLeadSomewhere(name: String) throws {
    let data = try Data(contentsOf: Self.package.appendingPathComponent("docs/schemas/\(name).json"))
    let root = try JSONSerialization.jsonObject(with: data)
    var count = 0
    func visit(_ node: Any) {
      if let list = node as? [Any] { list.forEach(visit) }
      guard let object = node as? [String: Any] else { return }
      if let reference = object["$ref"] as? String {
        count += 1
        let target = reference.split(separator: "/").dropFirst().reduce(root as Any?) { place, key in
          (place as? [String: Any])?[String(key)]
        }
        #expect(reference.hasPrefix("#/") && target != nil, "\(reference)")
      }
      object.values.forEach(visit)
    }
    visit(root)
    #expect(count > 20)
  }
}
