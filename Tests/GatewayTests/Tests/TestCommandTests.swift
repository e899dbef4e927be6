import Foundation
import FoundationXML
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(10))) struct TestCommandTests {
  private static let rules = """
    zones: { depot: { circle: [6.1432, 46.2044], radius: 250 m } }
    rules:
      - name: visit
        on: { enter: depot }
        then: [{ event: geofence_event }]
    tests:
      - name: a drive that was recorded
        track: drive.csv
        expect: [{ at: 20 s, event: geofence_event }]
      - name: "<none>"
        drive: [{ at: 0 s, position: [6.13, 46.2044] }, { at: 5 min, position: [6.1432, 46.2044] }]
        expect: []

    """

  private func folder(_ rules: String) throws -> SetupTests.Folder {
    try SetupTests.Folder(["visit.yaml": rules, "drive.csv": CommandLineTests.track])
  }

  @Test func testsOfAFileAreRunAndAFailureIsShownAtItsPlace() async throws {
    let folder = try folder(Self.rules)
    let ending = try await CommandLineTests.run([
      "test", folder.path + "/visit.yaml", "--junit", folder.path + "/out.xml",
    ])
    #expect(ending.code == 1)
    #expect(ending.output.contains("ok     a drive that was recorded\n"))
    #expect(ending.output.contains("FAILED <none>\n"))
    #expect(ending.output.hasSuffix("2 tests, 1 failed\n"))
    #expect(ending.errors.contains("visit.yaml:10:11: error: `geofence_event` of the rule `visit` came at"))
    let report = try XMLReport(path: folder.path + "/out.xml")
    #expect(report.cases == ["a drive that was recorded", "<none>"])
    #expect(report.failures == 1)
  }

  @Test func onlyTestsOfThatNameAreRun() async throws {
    let folder = try folder(Self.rules)
    let ending = try await CommandLineTests.run(["test", folder.path, "--only", "recorded"])
    #expect(ending.code == 0)
    #expect(ending.output.hasSuffix("1 test, all passed\n"))
  }

  @Test func aTrackThatIsNotThereFailsTheTestAtItsName() async throws {
    let folder = try folder(Self.rules.replacingOccurrences(of: "drive.csv", with: "gone.csv"))
    let ending = try await CommandLineTests.run(["test", folder.path, "--only", "recorded"])
    #expect(ending.code == 1)
    #expect(ending.errors.contains("visit.yaml:8:12: error:"))
  }

  @Test func filesWithMistakesAreShownAndNothingIsRun() async throws {
    let folder = try folder(Self.rules.replacingOccurrences(of: "expect: []", with: "expects: []"))
    let ending = try await CommandLineTests.run(["test", folder.path])
    #expect(ending.code == 1)
    #expect(ending.errors.contains("expect"))
    #expect(!ending.output.contains("ok "))
    #expect(try await CommandLineTests.run(["test", folder.path + "/gone.yaml"]).code == 2)
  }

  /// As Foundation reads it.
  final class XMLReport: NSObject, XMLParserDelegate {
    var cases: [String] = []
    var failures = 0

    init(path: String) throws {
      super.init()
      let parser = XMLParser(data: try Data(contentsOf: URL(fileURLWithPath: path)))
      parser.delegate = self
      #expect(parser.parse())
    }

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      if name == "testcase" { cases.append(attributes["name"] ?? "") }
      if name == "failure" { failures += 1 }
    }
  }
}
