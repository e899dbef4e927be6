import Config
import Inputs
public import Rules

extension Setup {
  /// The tests of a whole configuration's rules; `nil` where it has mistakes.
  public static func tests(main: String) -> (run: RuleTestRun?, result: Result) {
    let result = load(main: main)
    return (result.setup.map { RuleTestRun(rules: $0.rules, catalogue: $0.devices.catalogue) }, result)
  }

  /// The tests of single files or folders, checked as `check(paths:)` does.
  public static func tests(paths: [String]) -> (run: RuleTestRun?, result: Result) {
    let (rules, catalogue, result) = read(paths: paths)
    guard let rules, !result.diagnostics.hasErrors else { return (nil, result) }
    return (RuleTestRun(rules: rules, catalogue: catalogue), result)
  }
}

extension RuleTestRun {
  /// In the order of the files.
  public var tests: [RuleTest] { rules.tests }
}
