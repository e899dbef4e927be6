import Foundation
import Testing

extension EndToEnd {
  /// `waypost eval --jsonl` as a program sees it.
  @Suite(.serialized) struct EvalLineTests {
    /// Pipes `lines` through the binary.
    private static func answers(_ lines: [String], in bench: Bench) throws -> [[String: Any]] {
      try bench.write(lines.joined(separator: "\n") + "\n", to: "requests.jsonl")
      let child = try Child(
        "/bin/sh", ["-c", "exec \"$0\" eval --jsonl < \"$1\"", Environment.waypost, bench.path("requests.jsonl")],
        name: "eval", in: bench)
      #expect(try child.wait(within: 120) == .code(0))
      let output = try String(contentsOfFile: child.outputFile, encoding: .utf8)
      return try output.split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
    }

    /// As text, for comparison; a map's pairs in any order.
    private static func canonical(_ value: Any?) -> String {
      guard let value = value as? [String: Any] else { return "\(value ?? "nothing")" }
      let type = "\(value["type"] ?? "")"
      let content: String
      switch (type, value["value"]) {
      case ("list", let items as [Any]): content = items.map(canonical).joined(separator: ",")
      case ("map", let pairs as [[Any]]):
        content = pairs.map { $0.map(canonical).joined(separator: ":") }.sorted().joined(separator: ",")
      case ("double", _): content = "\(value["bits"] ?? "")"
      case (_, let other): content = "\(other ?? "")"
      }
      return "\(type)(\(content))"
    }

    @Test(.enabled(if: Environment.data != nil, "the conformance tests are not there: set WAYPOST_TEST_DATA"))
    func theConformanceSuiteThroughTheBinaryGivesWhatItExpects() throws {
      let folder = "\(try #require(Environment.data))/cel"
      var tests: [[String: Any]] = []
      for file in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where file.hasSuffix(".json") {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)"))
        let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        tests += try #require(root["tests"] as? [[String: Any]])
      }
      #expect(tests.count >= 995)
      let lines = try tests.map { test in
        let request = test.filter { $0.key != "expect" && $0.key != "description" }
        return String(decoding: try JSONSerialization.data(withJSONObject: request), as: UTF8.self)
      }
      try Bench.with { bench in
        let answers = try Self.answers(lines, in: bench)
        try #require(answers.count == tests.count)
        for (test, answer) in zip(tests, answers) {
          let name = "\(test["section"] ?? "")/\(test["name"] ?? ""): \(test["expr"] ?? ""): \(answer)"
          let expected = try #require(test["expect"] as? [String: Any])
          if expected["error"] != nil {
            #expect(answer["error"] != nil, "\(name)")
          } else if let value = expected["value"] {
            #expect(Self.canonical(answer["value"]) == Self.canonical(value), "\(name)")
          }
          if let type = expected["deduced_type"] as? String {
            #expect(answer["deduced_type"] as? String == type, "\(name)")
          }
        }
      }
    }

    @Test func everyLineIsAnsweredWhateverItIs() throws {
      let deep = String(repeating: "[", count: 20_000)
      let lines = [
        "", "nonsense", "{}", "[]", "{\"expr\":5}", "{\"expr\":\"1 +\"}", "{\"expr\":\"\(deep)\"}", deep,
        "{\"expr\":\"x\",\"bindings\":{\"x\":5}}",
        "{\"expr\":\"x\",\"type_env\":[{\"ident\":\"x\",\"type\":\"list(\"}]}",
        "{\"expr\":\"1/0\"}", "{\"expr\":\"1 + 1\"}",
      ]
      try Bench.with { bench in
        let answers = try Self.answers(lines, in: bench)
        try #require(answers.count == lines.count)
        for (line, answer) in zip(lines, answers).dropLast() {
          #expect((answer["error"] as? [String: Any])?["message"] != nil, "\(line.prefix(60)): \(answer)")
        }
        #expect(Self.canonical(answers.last?["value"]) == "int64(2)")
      }
    }
  }
}
