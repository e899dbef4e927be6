import Config
import Gateway
import Rules

/// What came of tests in the form that build servers read (JUnit XML, as Jenkins' xunit plugin has it: a suite for each file).
struct JUnitReport {
  private let outcomes: [RuleTestRun.Outcome]

  init(_ outcomes: [RuleTestRun.Outcome]) { self.outcomes = outcomes }

  var text: String {
    var files: [String] = []
    for outcome in outcomes where files.last != outcome.test.span.file && !files.contains(outcome.test.span.file) {
      files.append(outcome.test.span.file)
    }
    var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#, "<testsuites>"]
    for file in files { lines += suite(file) }
    return (lines + ["</testsuites>", ""]).joined(separator: "\n")
  }

  private func suite(_ file: String) -> [String] {
    let own = outcomes.filter { $0.test.span.file == file }
    let failed = own.count { !$0.failures.isEmpty }
    let time = own.reduce(0) { $0 + Self.seconds($1.duration) }
    return [
      "  <testsuite name=\"\(Self.escaped(file))\" tests=\"\(own.count)\" failures=\"\(failed)\" errors=\"0\" skipped=\"0\" time=\"\(time.fixed(3))\">"
    ] + own.flatMap(testCase) + ["  </testsuite>"]
  }

  private func testCase(_ outcome: RuleTestRun.Outcome) -> [String] {
    let head =
      "    <testcase classname=\"\(Self.escaped(outcome.test.span.file))\" name=\"\(Self.escaped(outcome.test.name))\" time=\"\(Self.seconds(outcome.duration).fixed(3))\""
    guard let first = outcome.failures.first else { return [head + "/>"] }
    let all = outcome.failures.map { failure in
      let place = failure.span.map { "\($0.file):\($0.start.line):\($0.start.column): " } ?? ""
      return place + failure.message + (failure.help.map { " (\($0))" } ?? "")
    }
    return [
      head + ">",
      "      <failure message=\"\(Self.escaped(first.message))\">\(Self.escaped(all.joined(separator: "\n")))</failure>",
      "    </testcase>",
    ]
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }

  /// Characters that XML 1.0 has no place for become U+FFFD (section 2.2).
  static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "\t", "\n", "\r": out.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1f}", "\u{fffe}"..."\u{ffff}": out += "\u{fffd}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
