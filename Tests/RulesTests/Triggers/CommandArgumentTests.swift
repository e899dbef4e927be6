import Config
import Model
import Testing

@testable import Rules

/// What comes along with a command.
@Suite struct CommandArgumentTests {
  private static let rule = """
    rules:
      - name: door
        on: { command: { open_door: { seconds: number, door: text, force: boolean }, wash: } }
        when: trigger.name == "wash" || trigger.args.seconds <= 10 || trigger.args.force
        then:
          - set: { last: trigger.args.seconds + 1 }
          - event: { type: opened, data: { d: trigger.args.door, n: last } }
    """

  private static func command(_ at: Double, _ name: String, _ arguments: [(String, Value)] = []) -> Observation {
    Scene.system(
      at,
      .command(name: name, id: "1", arguments: arguments.map { CommandArgument(name: $0.0, value: $0.1) }))
  }

  @Test func expressionsSeeThemAndWhatIsLeftOutIsUnknown() throws {
    var story = try Story(Self.rule)
    story.take(Self.command(1, "open_door", [("seconds", .number(5)), ("door", .text("rear"))]))
    #expect(story.news() == ["1 opened #1 d=rear n=6"])
    story.take(Self.command(2, "open_door", [("seconds", .number(50)), ("door", .text("rear"))]))
    #expect(story.news() == [], "neither short enough nor forced")
    story.take(Self.command(3, "open_door", [("force", .boolean(true))]))
    #expect(story.news() == ["3 opened #2 n=6"], "what is unknown is left out, and the variable stays")
    story.take(Self.command(4, "wash"))
    #expect(story.news() == ["4 opened #3 n=6"])
  }

  @Test func aServerIsToldWhatIsExpected() throws {
    let story = try Story(Self.rule)
    func objection(_ name: String, _ arguments: (String, Value)...) -> String? {
      story.engine.objection(to: arguments.map { CommandArgument(name: $0.0, value: $0.1) }, of: name)
    }
    #expect(objection("open_door", ("seconds", .number(5))) == nil)
    #expect(objection("open_door") == nil)
    #expect(objection("open_door", ("seconds", .text("5"))) == "`seconds` of `open_door` is a number")
    #expect(objection("open_door", ("force", .number(1))) == "`force` of `open_door` is true or false")
    #expect(
      objection("open_door", ("wide", .number(1))) == "`open_door` takes `seconds`, `door`, `force`, and no `wide`")
    #expect(objection("wash", ("hot", .boolean(true))) == "`wash` takes no `args`, and no `hot`")
  }

  @Test(arguments: [
    ("on: { command: { x: { a: number } } }, when: trigger.args.a == \"5\"", "they can't be compared"),
    ("on: { command: { x: { a: number } } }, when: trigger.args.b > 5", "has no metric `b`"),
    ("on: { command: x }, when: trigger.args.a > 5", "comes without `a`"),
    ("on: { command: { x: { a: integer } } }", "what it is"),
    ("on: { command: { x: { A: number } } }", "a value's name"),
    ("on: { command: { x: { a: text } } }", "something else with another command"),
    ("on: { command: { x: [a] } }", "what comes along"),
  ])
  func mistakesAreToldWhenTheFileIsRead(on: String, message: String) {
    var diagnostics = Diagnostics()
    let text = """
      rules:
        - { name: other, on: { command: { y: { a: number } } }, then: [{ event: e }] }
        - { name: a, \(on), then: [{ event: e }] }
      """
    _ = RuleSet.load(
      rules: [SourceFile(path: "rules.yaml", text: text)], zones: [], catalogue: Scene.catalogue,
      readFile: { (path, _) throws(Diagnostic) in try SourceFile.read(path: path) }, diagnostics: &diagnostics)
    #expect(diagnostics.hasErrors)
    #expect(diagnostics.all.contains { $0.message.contains(message) }, "\(diagnostics.all.map(\.message))")
  }
}
