import Config
import Foundation
import Testing

extension EndToEnd {
  /// `waypost check` on every shipped file, with every key of it done wrong in four ways.
  @Suite(.serialized) struct CheckMutationTests {
    /// A configuration folder with one shipped file in its place; zone files that it names are what is shipped beside it.
    private struct Folder {
      let bench: Bench
      let gateway: Gateway
      let file: ShippedFile

      init(_ file: ShippedFile, in bench: Bench) throws {
        self.bench = bench
        self.file = file
        gateway = try Gateway(.init(), in: bench)
        try bench.write("devices:\n  gps: { driver: gpsd }\n", to: "etc/devices.d/gps.yaml")
        if file.place.hasPrefix("devices.d") {
          try FileManager.default.removeItem(atPath: bench.path("etc/devices.d/gps.yaml"))
        }
        let beside = "\(Environment.packageRoot)/rules"
        let isRuleFile = file.origin.hasPrefix("rules/") && file.place.hasPrefix("rules.d")
        if isRuleFile {
          // They speak of more than a receiver.
          try FileManager.default.removeItem(atPath: bench.path("etc/devices.d/gps.yaml"))
          try FileManager.default.copyItem(
            atPath: "\(beside)/devices.d/truck.yaml", toPath: bench.path("etc/devices.d/truck.yaml"))
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: beside)) ?? []
        where isRuleFile && name != "devices.d" && !name.hasSuffix(".yaml") {
          try FileManager.default.createDirectory(atPath: bench.path("etc/rules.d"), withIntermediateDirectories: true)
          try FileManager.default.copyItem(atPath: "\(beside)/\(name)", toPath: bench.path("etc/rules.d/\(name)"))
        }
        // What an example of the documentation names and nobody ships.
        if file.text.contains("customers.geojson"), !file.origin.hasPrefix("rules/") {
          try bench.write(
            """
            {"type":"Feature","properties":{"customer_no":"17","label":"Dairy"},"geometry":{"type":"Polygon","coordinates":
            [[[6.1,46.2],[6.2,46.2],[6.2,46.3],[6.1,46.2]]]}}
            """, to: "etc/rules.d/customers.geojson")
        }
        if file.text.contains("corridor: haul-road.geojson") {
          try bench.write(
            #"{"type":"LineString","coordinates":[[6.05,46.23],[6.056,46.23],[6.06,46.233]]}"#,
            to: "etc/rules.d/haul-road.geojson")
        }
      }

      struct Finding {
        var span: Mutation.Span
        var isError: Bool
        var text: String
      }

      func check(_ text: String) throws -> (exit: Child.Exit, findings: [Finding]) {
        try bench.write(text, to: "etc/\(file.place)")
        let result = try bench.run(
          gateway.binary, ["check", "--config", gateway.configuration, "--format", "json"], name: "check",
          environment: ["WAYPOST_DEVICES": "\(Environment.packageRoot)/devices"])
        let findings = try result.output.split(separator: "\n").compactMap { line -> Finding? in
          let object = try WireValue.parse(Array(String(line).utf8))
          guard object["file"]?.text?.hasSuffix(file.place) == true else { return nil }
          func number(_ key: String) -> Int { Int(object[key]?.number ?? -1) }
          return Finding(
            span: Mutation.Span(
              line: number("line"), column: number("column"), endLine: number("end_line"),
              endColumn: number("end_column")),
            isError: object["severity"]?.text == "error",
            text: "\(object["code"]?.text ?? "?"): \(object["message"]?.text ?? "?")")
        }
        return (result.exit, findings)
      }
    }

    @Test func theShippedFilesAreFound() throws {
      let places = Set(try ShippedFile.all().map(\.place))
      #expect(places == ["waypost.yaml", "devices.d/shipped.yaml", "profiles.d/shipped.yaml", "rules.d/shipped.yaml"])
    }

    @Test(arguments: try ShippedFile.all())
    func aShippedFileHasNoFault(_ file: ShippedFile) throws {
      try Bench.with { bench in
        let (exit, findings) = try Folder(file, in: bench).check(file.text)
        // A warning may tell of what is only missing here, as the password's file.
        let isFine =
          exit == .code(0)
          || !findings.isEmpty && findings.allSatisfy { !$0.isError && $0.text.hasPrefix("missing-file") }
        #expect(isFine, "\(file): \(exit), \(findings.map(\.text))")
      }
    }

    @Test(arguments: try ShippedFile.all())
    func everyKeyDoneWrongIsToldAtItsExactSpan(_ file: ShippedFile) throws {
      try Bench.with { bench in
        let folder = try Folder(file, in: bench)
        let mutations = try Mutator.mutations(of: .init(path: file.place, text: file.text))
        var untold: [String] = []
        for mutation in mutations {
          let (exit, findings) = try folder.check(mutation.text)
          if exit == .code(1), findings.contains(where: { $0.isError && mutation.isTold(at: $0.span) }) { continue }
          untold.append(
            "\(mutation.path) \(mutation.kind.rawValue), expected at \(mutation.spans[0]): \(exit), "
              + findings.map { "\($0.span) \($0.text)" }.joined(separator: "; "))
        }
        #expect(untold.isEmpty, "\(file): \(untold.count) of \(mutations.count):\n\(untold.joined(separator: "\n"))")
        print("\(file): \(mutations.count) mutations")
      }
    }
  }
}
