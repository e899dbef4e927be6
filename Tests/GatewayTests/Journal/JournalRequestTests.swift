import Config
import Testing

@testable import Gateway

/// The request lines of `waypost journal`.
@Suite struct JournalRequestTests {
  private static func line(_ request: JournalRequest) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("request", request.name)
    request.write(to: &writer)
    writer.endObject()
    return writer.bytes
  }

  private static func read(_ bytes: [UInt8]) throws -> JournalRequest? {
    var diagnostics = Diagnostics()
    guard let node = JSON.parse(SourceFile(path: "request", bytes: bytes), diagnostics: &diagnostics),
      let name = node["request"]?.string
    else { return nil }
    return try JournalRequest.read(name, node)
  }

  private static let requests: [JournalRequest] = {
    var carried = Carried(gateway: "truck-005", uplink: "central", first: 3, last: .max - 1, kinds: ["event", "gap"])
    carried.ends = [.init(journal: "k7f3q2", seq: 3), .init(journal: "aaaaaa", seq: 99)]
    return [
      .summary, .list(.init()), .dead(uplink: nil), .dead(uplink: "central"), .requeue(uplink: nil, seqs: nil),
      .list(.init(uplink: "a", kinds: ["event", "reading"], from: 1, to: .max, limit: 9)),
      .requeue(uplink: "central", seqs: [1, .max]), .export(.init(uplink: "central", from: 7)), .delivered(carried),
      .drop(uplink: "old", evenConfigured: true), .drop(uplink: "old", evenConfigured: false),
    ]
  }()

  @Test(arguments: requests)
  func whatIsWrittenIsReadBack(request: JournalRequest) throws {
    #expect(try Self.read(Self.line(request)) == request)
  }

  @Test func theLongestFitsIntoARequest() {
    let request = JournalRequest.requeue(
      uplink: String(repeating: "u", count: 64),
      seqs: [UInt64](repeating: .max, count: JournalRequest.seqLimit))
    #expect(Self.line(request).count < ControlRequest.lineLimit)
  }

  @Test(arguments: [
    #"{"request":"journal-list","kinds":["fish"]}"#, #"{"request":"journal-list","from":-1}"#,
    #"{"request":"journal-list","from":1.5}"#, #"{"request":"journal-list","to":"9"}"#,
    #"{"request":"journal-list","uplink":7}"#, #"{"request":"journal-requeue","seqs":7}"#,
    #"{"request":"journal-requeue","seqs":["x"]}"#, #"{"request":"journal-drop"}"#,
    #"{"request":"journal-delivered","gateway":"a","uplink":"b","first":9,"last":3}"#,
    #"{"request":"journal-delivered","gateway":"a","uplink":"b","first":0,"last":3}"#,
    #"{"request":"journal-delivered","gateway":"a","uplink":"b","first":1,"last":3,"ends":[{},{},{}]}"#,
    #"{"request":"journal-delivered"}"#,
  ])
  func whatMakesNoSenseIsRefused(line: String) {
    #expect(throws: JournalRequest.Malformed.self) { try Self.read(Array(line.utf8)) }
  }

  @Test func damagedRequestsNeverTrap() {
    var random = SeededGenerator(7)
    let lines = Self.requests.map(Self.line)
    for round in 0..<20_000 {
      var bytes = lines[round % lines.count]
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 32...126, using: &random)
      }
      _ = try? Self.read(bytes)
    }
  }

  @Test func anAnswerThatEndsEarlyOrInARefusalIsNoAnswer() throws {
    func take(_ text: String) throws -> [String] {
      var lines = AnswerLines()
      var got: [String] = []
      try lines.take(Array(text.utf8)) { line in got.append(String(decoding: line, as: UTF8.self)) }
      try lines.finish()
      return got
    }
    let whole = #"{"type":"event"}"# + "\n" + #"{"end":true,"records":1}"# + "\n"
    #expect(try take(whole) == [#"{"type":"event"}"#])
    for end in whole.indices.dropLast() {
      #expect(throws: ControlClient.Failure.self) { try take(String(whole[..<end])) }
    }
    #expect(throws: ControlClient.Failure.self) { try take(#"{"end":true,"records":1}"# + "\n") }
    #expect {
      try take(#"{"type":"event"}"# + "\n" + #"{"ok":false,"error":"the disk is gone"}"# + "\n")
    } throws: { "\($0)" == "the disk is gone" }
  }
}
