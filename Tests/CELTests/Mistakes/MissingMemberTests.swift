import CEL
import CELJSON
import Config
import Testing

/// Values given as objects: what an expression asks of them and isn't there is told before it is evaluated.
@Suite struct MissingMemberTests {
  private static func problems(_ expression: String) throws -> [Problem] {
    let file = SourceFile(
      path: "values.json",
      text: #"{"reefer": {"temperature": -12.5, "door": {"open": true}}, "empty": {}, "gps.speed_kmh": 42, "x": 5}"#)
    var diagnostics = Diagnostics()
    let members = try #require(JSON.parse(file, diagnostics: &diagnostics)?.object)
    var request = EvaluationRequest(expression: expression)
    for member in members {
      let value = PlainValue.read(member.value)
      request.bind(member.name, value, type: PlainValue.type(of: value))
    }
    return request.missingMembers()
  }

  @Test(arguments: [
    ("reefer.temprature > -15.0", "temprature", "did you mean `temperature`?"),
    ("false && reefer.temprature > -15.0", "temprature", "did you mean `temperature`?"),
    ("reefer.door.opne", "opne", "did you mean `open`?"),
    ("reefer.humidity > 5.0", "humidity", "`reefer` has `door`, `temperature`"),
    ("empty.a == 1.0", "a", "give `empty` one among the values"),
    ("reefer.temperature.x > 1.0", "x", "delete `.x`"), ("x.a > 1.0", "a", "delete `.a`"),
  ])
  func aMisspeltMemberIsToldAtItsPlace(expression: String, at: String, help: String) throws {
    let problems = try Self.problems(expression)
    #expect(problems.map(\.help) == [help])
    let place = try #require(problems.first?.span)
    #expect(String(decoding: Array(expression.utf8)[place], as: UTF8.self) == at)
  }

  @Test(arguments: [
    "reefer.temperature > -15.0", "reefer.door.open", "has(reefer.humidity)",
    "has(reefer.humidity) ? reefer.humidity : 0.0", "gps.speed_kmh > 5.0", "x > 1.0", "unknown.a > 1.0",
    "[{'a': 1.0}].exists(reefer, reefer.a > 0.0)", "reefer[?'humidity'].orValue(1.0)", "reefer.?humidity.orValue(1.0)",
  ])
  func whatIsThereOrMayBeMissingIsNot(expression: String) throws {
    #expect(try Self.problems(expression).isEmpty)
  }
}
