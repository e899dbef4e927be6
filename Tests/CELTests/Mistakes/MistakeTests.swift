import CEL
import Testing

/// What people write who are no programmers: each mistake is told once, at its place, with what to write instead.
@Suite struct MistakeTests {
  static let environment: Environment = {
    var environment = Environment()
    environment.takesIntegerLiteralsAsDoubles = true
    let variables: [(String, ValueType)] = [
      ("reefer.temperature", .double), ("reefer.setpoint", .double), ("reefer.door_open", .bool),
      ("reefer.state", .string), ("gps.speed_kmh", .double), ("gps.moving", .bool), ("genset.power", .double),
      ("now", .timestamp), ("running_time", .duration),
    ]
    for (slot, variable) in variables.enumerated() {
      environment.variables[variable.0] = Variable(variable.1, slot: slot)
    }
    return environment
  }()

  /// `text`, then for each problem what stands at its span and a part of the remedy.
  static let cases: [(String, [(at: String, remedy: String)])] = [
    ("reefer.temperature = 5", [("=", "write `==`")]),
    ("reefer.temperature => 5", [("=>", "write `>=`")]),
    ("reefer.temperature =< 5", [("=<", "write `<=`")]),
    ("reefer.temperature <> 5", [("<>", "write `!=`")]),
    ("reefer.temperature === 5", [("===", "write `==`")]),
    ("reefer.temperature !== 5", [("!==", "write `!=`")]),
    ("reefer.temperature ! = 5", [("! =", "without a space")]),
    ("reefer.temperature > = 5", [("> =", "without a space")]),
    ("reefer.temperature = = 5", [("= =", "without a space")]),
    ("reefer.temperature ≥ 5", [("≥", "write `>=`")]),
    ("reefer.temperature ≠ 5", [("≠", "write `!=`")]),
    ("reefer.temperature > −5", [("−", "write `-`")]),
    ("gps.moving and reefer.door_open", [("and", "write `&&`")]),
    ("gps.moving AND reefer.door_open", [("AND", "write `&&`")]),
    ("gps.moving or reefer.door_open", [("or", "write `||`")]),
    ("not gps.moving", [("not", "write `!(gps.moving)`")]),
    ("NOT (gps.moving)", [("NOT", "write `!(")]),
    ("gps.moving und reefer.door_open", [("und", "write `&&`")]),
    ("gps.moving ou reefer.door_open", [("ou", "write `||`")]),
    ("nicht gps.moving", [("nicht", "write `!(gps.moving)`")]),
    ("now > 22:00", [("22:00", "now.getHours(")]),
    ("(now > 22:00 || gps.moving)", [("22:00", ">= 22")]),
    ("now > \"22:30\"", [("\"22:30\"", "now.getHours(\"Europe/Zurich\") >= 22")]),
    (
      "{{ states('sensor.door') | float > 5 }}",
      [("{{ states('sensor.door') | float > 5 }}", "write the expression alone")]
    ),
    ("gps.moving & reefer.door_open", [("&", "write `&&`")]),
    ("gps.moving | reefer.door_open", [("|", "write `||`")]),
    ("gps.moving & & reefer.door_open", [("& &", "without a space")]),
    ("reefer.temperature > -15,5", [("-15,5", "write `-15.5`")]),
    ("reefer.temperature > 10,25 && gps.moving", [("10,25", "write `10.25`")]),
    ("running_time > 10 s", [("10 s", "duration(\"10s\")")]),
    ("running_time > 10s", [("10s", "duration(\"10s\")")]),
    ("running_time > 5 min", [("5 min", "duration(\"5m\")")]),
    ("gps.speed_kmh > 30 km/h", [("30 km/h", "write just `30`")]),
    ("reefer.temperature > -15 °C", [("-15 °C", "write just `-15`")]),
    ("genset.power > 80 %", [("%", "write just `80`")]),
    ("genset.power > 80% && gps.moving", [("%", "write just `80`")]),
    (
      "1 < reefer.temperature < 5",
      [("1 < reefer.temperature < 5", "write `1 < reefer.temperature && reefer.temperature < 5`")]
    ),
    (
      "reefer.temperature between 1 and 5",
      [("between 1 and 5", "write `reefer.temperature >= 1 && reefer.temperature <= 5`")]
    ),
    ("reefer.temperature > \"5\"", [("\"5\"", "write it without quotes: `5`")]),
    ("reefer.temperature == \"cold\"", [("\"cold\"", "write a number without quotes")]),
    ("reefer.state == 5", [("5", "write it in quotes")]),
    ("reefer.state == open", [("open", "in quotes if it is text")]),
    ("reefer.state == “open”", [("“open”", "write straight ones: \"open\"")]),
    ("reefer.state == „open“", [("„open“", "write straight ones: \"open\"")]),
    ("reefer.state == ‘open’", [("‘open’", "write straight ones: \"open\"")]),
    ("reefer.state == \"open", [("\"", "write the missing \"")]),
    ("reefer.state == 'open", [("'", "write the missing '")]),
    ("(reefer.temperature > 5", [("(", "write the missing `)`")]),
    ("(gps.moving && (reefer.temperature > 5)", [("(", "write the missing `)`")]),
    ("reefer.temperature > 5)", [(")", "delete it")]),
    ("reefer.temperature in [1, 2", [("[", "write the missing `]`")]),
    ("reefer.temprature > 5", [("temprature", "did you mean `temperature`?")]),
    ("refer.temperature > 5", [("refer", "did you mean `reefer.temperature`?")]),
    ("Reefer.Temperature > 5", [("Reefer", "did you mean `reefer.temperature`?")]),
    ("temperature > 5", [("temperature", "did you mean `reefer.temperature`?")]),
    ("reefer.speed_kmh > 5", [("speed_kmh", "did you mean `gps.speed_kmh`?")]),
    ("reefer.humidity > 5", [("humidity", "`reefer` has")]),
    ("reefer.door_open == yes", [("yes", "write `true`")]),
    ("reefer.door_open == TRUE", [("TRUE", "write `true`")]),
    ("reefer.door_open == 1", [("1", "write `reefer.door_open`")]),
    ("reefer.door_open == \"true\"", [("\"true\"", "without quotes")]),
    ("reefer.temperature", []),
    ("reefer.temperature && gps.moving", [("reefer.temperature", "compare it with a number")]),
    ("if reefer.temperature > 5 then gps.moving else false", [("if", "? gps.moving : false`")]),
    ("if reefer.temperature > 5", [("if", "write just the condition: `reefer.temperature > 5`")]),
    ("reefer.temperature is 5", [("is", "write `==`")]),
    ("reefer.temperature is not 5", [("is not", "write `!=`")]),
    ("reefer.state contains \"open\"", [("contains", "write `reefer.state.contains(\"open\")`")]),
    ("abs(reefer.temperature) > 5", [("abs", "write `math.abs(x)`")]),
    ("length(reefer.state) > 5", [("length", "write `size(x)`")]),
    ("contains(reefer.state, \"open\")", [("contains", "text.contains(text)")]),
    ("reefer.state.contain(\"open\")", [("contain", "did you mean `contains`?")]),
    ("math.abz(reefer.temperature) > 5", [("abz", "did you mean `math.abs`?")]),
    ("reefer.temperature() > 5", [("reefer.temperature()", "write just `reefer.temperature`")]),
    ("reefer.temperature.value > 5", [("value", "write just `reefer.temperature`")]),
    ("reefer temperature > 5", [("reefer temperature", "write `reefer.temperature`")]),
    ("reefer.temperature >", [(">", "write a value there")]),
    ("reefer.temperature > > 5", [(">", "delete `>`")]),
    ("reefer > 5", [("reefer", "`reefer.temperature`")]),
    ("&& gps.moving", [("&&", "delete `&&`")]),
    ("gps.moving &&", [("&&", "delete `&&`")]),
    ("reefer. > 5", [(".", "write the name")]),
    ("reefer.temperature > 5;", [(";", "delete it")]),
    ("$reefer.temperature > 5", [("$", "delete it")]),
    ("reefer.temperature ^ 2 > 5", [("^", "multiply")]),
    ("reefer.temperature ** 2.0 > 5", [("**", "multiply")]),
    ("running_time > 10", [("10", "write `duration(\"10s\")`")]),
    ("now > 10", [("10", "timestamp(")]),
    ("reefer.temperature in 5", [("5", "write a list in brackets")]),
    ("\"open\" in reefer.state", [("reefer.state", "reefer.state.contains(\"open\")")]),
    ("reefer.temperature not in [1, 2]", [("not in", "write `!(")]),
    ("gps.moving ? 1", [("gps.moving ? 1", "write `condition ? value : other value`")]),
    ("gps.moving ? 1 : \"a\"", [("1 : \"a\"", "write two numbers")]),
    ("", [("", "write a condition")]),
    ("size()", [("size", "write `size(")]),
    ("[1, 2].exists(5, true)", [("5", "list.exists(x, condition)")]),
    ("[1, 2].exists(x)", [("exists", "list.exists(x, condition)")]),
    ("has(reefer)", [("reefer", "has(device.field)")]),
    // Several at once, each told.
    (
      "reefer.temprature = 5 and gps.sped_kmh > 10,5",
      [("temprature", "`temperature`"), ("=", "`==`"), ("and", "`&&`"), ("sped_kmh", "`speed_kmh`"), ("10,5", "10.5")]
    ),
    ("(reefer.temperature > ) && gps.moveing", [(")", "write it"), ("moveing", "`moving`")]),
  ]

  @Test(arguments: cases.indices)
  func theMistakeIsToldAtItsPlaceWithItsRemedy(_ index: Int) {
    let (text, expected) = Self.cases[index]
    let problems: [Problem] =
      switch Checker.compile(text, Self.environment) {
      case .success: []
      case .failure(let problems): problems.all
      }
    let bytes = Array(text.utf8)
    let told = problems.map { (String(decoding: bytes[$0.span], as: UTF8.self), $0.help ?? "") }
    let listing = problems.map { "\(String(decoding: bytes[$0.span], as: UTF8.self)): \($0.message): \($0.help ?? "")" }
    #expect(told.count == expected.count, "\(text): \(listing)")
    for (one, wanted) in zip(told, expected) {
      #expect(one.0 == wanted.at && one.1.contains(wanted.remedy), "\(text): \(listing)")
    }
  }

  @Test func whatIsRightIsLeftAlone() {
    let right = [
      "reefer.temperature > -15 && gps.speed_kmh > 5", "genset.power * 27 / 100 > 5", "reefer.temperature in [1, 2, 3]",
      "gps.moving ? 1 : reefer.temperature", "math.greatest(reefer.temperature, 5) > 3",
      "[1, reefer.temperature][0] > 5",
      "reefer.state.substring(2) == \"en\"", "now.getHours(\"Europe/Zurich\") in [1, 2]",
      "running_time > duration(\"10s\")",
      "reefer.temperature - 1 > -(2 * 3)", "!gps.moving || reefer.door_open", "5 in [reefer.temperature]",
    ]
    for text in right {
      switch Checker.compile(text, Self.environment) {
      case .success: break
      case .failure(let problems): Issue.record("\(text): \(problems)")
      }
    }
  }

  @Test func inTheStandardModeIntegersStayIntegers() {
    var environment = Self.environment
    environment.takesIntegerLiteralsAsDoubles = false
    guard case .failure(let problems) = Checker.compile("reefer.temperature + 1 > 5.0", environment) else {
      Issue.record("a whole number was added to one with decimals")
      return
    }
    #expect(problems.all.map(\.help) == ["write `1.0`"])
  }
}
