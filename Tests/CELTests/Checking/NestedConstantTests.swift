import Testing

@testable import CEL

/// Constants are tried as integers and as doubles; trying must not grow with the depth of nesting.
@Suite(.timeLimit(.minutes(10))) struct NestedConstantTests {
  private var environment: Environment {
    var environment = Environment()
    environment.takesIntegerLiteralsAsDoubles = true
    environment.variables["t"] = Variable(.double, slot: 0)
    return environment
  }

  @Test(arguments: ["!", "-", "1 + "]) func deeplyNestedConstantsAreCheckedAtOnce(_ piece: String) {
    let depth = 60
    let text = String(repeating: piece + "(", count: depth) + "true" + String(repeating: ")", count: depth)
    // What it says doesn't matter here; that it ends does.
    _ = Checker.compile(text, environment)
    _ = Checker.compile("t > " + text, environment)
  }

  @Test func constantsBesideADoubleAreDoublesHoweverDeep() throws {
    struct Store: Slots {
      func value(_ slot: Int) throws(EvaluationError) -> Value { .double(12) }
    }
    let checked = try Checker.compile("t > 2 * (3 + (1 - 1)) + 5", environment).get()
    #expect(try Program(compiling: checked, in: environment).evaluate(Store()) == .bool(true))
  }
}
