/// Tells of operands that don't go together, in words for who is no programmer.
extension Checker {
  private static let symbols: [String: String] = [
    "_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=", "_+_": "+", "_-_": "-", "_*_": "*",
    "_/_": "/", "_%_": "%", "_&&_": "&&", "_||_": "||", "!_": "!", "-_": "-", "@in": "in",
  ]
  private static let orders: Set<String> = ["_<_", "_<=_", "_>_", "_>=_"]

  mutating func mismatch(
    _ name: String, _ overloads: [Overload], _ operands: [Expression], isMember: Bool, _ expression: Expression
  ) {
    let types = operands.map { unifier.resolved(type($0), freeAsDyn: true) }
    switch name {
    case "_&&_", "_||_":
      for (operand, type) in zip(operands, types) where type != .bool && type != .dyn { noCondition(operand, type) }
    case "!_": noCondition(operands[0], types[0])
    case "_?_:_": conditional(operands, types)
    case "_[_]", "_[?_]": index(operands, types)
    case "@in": membership(operands, types)
    case "-_":
      tell(operands[0].span, .type, "`\(excerpt(operands[0]))` is \(types[0].words), not a number", "delete the `-`")
    case _ where Self.symbols[name] != nil && operands.count == 2: binary(name, operands, types, expression)
    default: function(name, overloads, operands, types, isMember: isMember, expression)
    }
  }

  private mutating func noCondition(_ operand: Expression, _ type: ValueType) {
    let shown = excerpt(operand)
    let help =
      switch type {
      case .int, .uint, .double: "compare it with a number: `\(shown) > 0`"
      case .string: "compare it with a text: `\(shown) == \"text\"`"
      default: "compare it with something"
      }
    tell(operand.span, .type, "`\(shown)` is \(type.words), and a condition must be true or false", help)
  }

  private mutating func conditional(_ operands: [Expression], _ types: [ValueType]) {
    if types[0] != .bool, types[0] != .dyn { return noCondition(operands[0], types[0]) }
    tell(
      operands[1].span.lowerBound..<max(operands[1].span.upperBound, operands[2].span.upperBound), .type,
      "both values of `? :` must be of one type: `\(excerpt(operands[1]))` is \(types[1].words), `\(excerpt(operands[2]))` is \(types[2].words)",
      types[1].isNumber && types[2].isNumber
        ? "write whole numbers with a decimal point: `5.0`" : "write two numbers, or two texts")
  }

  private mutating func index(_ operands: [Expression], _ types: [ValueType]) {
    switch types[0] {
    case .list:
      tell(
        operands[1].span, .type, "a list's places are whole numbers, and this is \(types[1].words)",
        "the first is `[0]`")
    case .map(let key, _):
      tell(
        operands[1].span, .type, "the keys of this map are \(key), and this is \(types[1].words)",
        "write a key of that type")
    default:
      tell(
        operands[0].span, .type, "`\(excerpt(operands[0]))` is \(types[0].words), and has no parts",
        "delete the brackets behind it")
    }
  }

  private mutating func membership(_ operands: [Expression], _ types: [ValueType]) {
    switch types[1] {
    case .list(let element):
      tell(
        operands[0].span, .type, "`\(excerpt(operands[0]))` is \(types[0].words), and the list holds \(element.words)",
        types[0] == .string ? "write numbers without quotes" : "write texts in quotes, numbers without")
    case .map:
      tell(
        operands[0].span, .type, "`\(excerpt(operands[0]))` can't be a key of this map", "write a key of the map's type"
      )
    case .string:
      tell(
        operands[1].span, .type, "`in` looks into a list, and `\(excerpt(operands[1]))` is text",
        "write `\(excerpt(operands[1])).contains(\(excerpt(operands[0])))`")
    default:
      tell(
        operands[1].span, .type, "`in` looks into a list, and `\(excerpt(operands[1]))` is \(types[1].words)",
        "write a list in brackets: `\(excerpt(operands[0])) in [\(excerpt(operands[1]))]`")
    }
  }

  private mutating func binary(
    _ name: String, _ operands: [Expression], _ types: [ValueType], _ expression: Expression
  ) {
    let symbol = Self.symbols[name] ?? name
    let isRelation = Self.relations.contains(name)
    let shown = operands.map { excerpt($0) }
    // `1 < x < 5`, which reads as `(1 < x) < 5`.
    if isRelation, case .call(let inner, nil, let parts) = operands[0].kind, parts.count == 2, types[0] == .bool,
      Self.relations.contains(inner), inner != "@in", Self.orders.contains(name) || Self.orders.contains(inner),
      operands[0].span.lowerBound == expression.span.lowerBound
    {
      return tell(
        expression.span, .type, "comparisons can't be chained",
        "write `\(shown[0]) && \(excerpt(parts[1])) \(symbol) \(shown[1])`")
    }
    let isText = types.map { $0 == .string }
    if isText[0] != isText[1], types[isText[0] ? 1 : 0].isNumber {
      let text = isText[0] ? 0 : 1
      let number = 1 - text
      if case .literal(.string(let written)) = operands[text].kind {
        let isNumeric = Double(written) != nil
        return tell(
          operands[text].span, .type,
          "`\(shown[text])` is text, and `\(shown[number])` is a number: they can't be \(isRelation ? "compared" : "calculated with")",
          isNumeric ? "write it without quotes: `\(written)`" : "write a number without quotes")
      }
      if name == "_+_" {
        return tell(
          expression.span, .type, "`\(shown[number])` is a number and can't be joined to text",
          "write `string(\(shown[number]))`")
      }
      if isNumber(operands[number]) {
        return tell(
          operands[number].span, .type,
          "`\(shown[number])` is a number, and `\(shown[text])` is text: they can't be compared",
          "write it in quotes: `\"\(shown[number])\"`")
      }
      return tell(
        expression.span, .type, "`\(shown[number])` is a number, and `\(shown[text])` is text: they can't be compared",
        "`double(\(shown[text]))` makes a number of text")
    }
    if types[0].isNumber, types[1].isNumber {
      let whole = types[0].isDouble ? 1 : 0
      return tell(
        expression.span, .type,
        "`\(shown[0])` is \(Self.kind(types[0])) and `\(shown[1])` \(Self.kind(types[1])): `\(symbol)` takes two of a kind",
        types.contains { $0.isDouble }
          ? Self.asDouble(operands[whole], shown[whole]) : "write `int(…)` around the one with `u`")
    }
    if types.contains(.bool), isRelation, let literal = [0, 1].first(where: { isNumber(operands[$0]) }) {
      let condition = shown[1 - literal]
      return tell(
        operands[literal].span, .type, "`\(condition)` is true or false, and `\(shown[literal])` is a number",
        "write `\(condition)`, or `!\(condition)` for the opposite")
    }
    if types.contains(.bool), isRelation, let literal = [0, 1].first(where: { types[$0] == .string }) {
      return tell(
        operands[literal].span, .type, "`\(shown[1 - literal])` is true or false, and `\(shown[literal])` is text",
        "write `true` or `false`, without quotes")
    }
    if types.contains(.duration), let number = [0, 1].first(where: { types[$0].isNumber || types[$0] == .string }) {
      return tell(
        operands[number].span, .type,
        "`\(shown[1 - number])` is a time span, and `\(shown[number])` is \(types[number].words)",
        "write `duration(\"10s\")`")
    }
    if types.contains(.timestamp), let other = [0, 1].first(where: { types[$0].isNumber || types[$0] == .string }) {
      return tell(
        operands[other].span, .type,
        "`\(shown[1 - other])` is a point in time, and `\(shown[other])` is \(types[other].words)",
        Self.isTimeOfDay(shown[other])
          ? "for a time of day compare a part: `\(shown[1 - other]).getHours(\"Europe/Zurich\") >= \(Self.hour(shown[other]))`"
          : "write `timestamp(\"2026-01-31T12:00:00Z\")`, or ask for a part, such as `.getHours()`")
    }
    let words =
      types[0].words == types[1].words
      ? "both are \(types[0].words)" : "`\(shown[0])` is \(types[0].words), `\(shown[1])` is \(types[1].words)"
    tell(
      expression.span, .type, "`\(symbol)` can't be used here: \(words)",
      isRelation ? "compare values of one type" : "`\(symbol)` takes numbers")
  }

  /// `"22:00"`, in its quotes.
  private static func isTimeOfDay(_ shown: String) -> Bool {
    let parts = shown.filter { $0 != "\"" && $0 != "'" }.split(separator: ":", omittingEmptySubsequences: false)
    return (2...3).contains(parts.count) && parts.allSatisfy { $0.count <= 2 && Int($0) != nil }
  }

  private static func hour(_ shown: String) -> Int {
    Int(shown.filter { $0 != "\"" && $0 != "'" }.prefix { $0 != ":" }) ?? 22
  }

  private static func kind(_ type: ValueType) -> String {
    switch type {
    case .int, .wrapper(.int): "a whole number"
    case .uint, .wrapper(.uint): "a whole number without sign"
    default: "a number with decimals"
    }
  }

  private static func asDouble(_ operand: Expression, _ shown: String) -> String {
    if case .literal = operand.kind { "write `\(shown).0`" } else { "write `double(\(shown))`" }
  }

  private func isNumber(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .literal(.int), .literal(.uint), .literal(.double): true
    default: false
    }
  }

  // MARK: Functions

  private mutating func function(
    _ name: String, _ overloads: [Overload], _ operands: [Expression], _ types: [ValueType], isMember: Bool,
    _ expression: Expression
  ) {
    let simple = name.split(separator: ".").last.map(String.init) ?? name
    let span = nameSpan(simple, isMember ? operands.first : nil, expression)
    let same = overloads.filter { $0.isMember == isMember }
    if same.isEmpty {
      let form = Self.form(name, overloads[0])
      return tell(
        span, .type, isMember ? "`\(name)` isn't written behind a dot" : "`\(name)` is written behind a dot",
        "write `\(form)`")
    }
    let counts = Set(same.map(\.parameters.count))
    if !counts.contains(operands.count) {
      let expected = counts.map { isMember ? $0 - 1 : $0 }.sorted()
      let given = isMember ? operands.count - 1 : operands.count
      let numbers = expected.map(String.init).joined(separator: " or ")
      return tell(
        span, .type, "`\(name)` takes \(numbers) argument\(expected == [1] ? "" : "s"), and here are \(given)",
        "write `\(Self.form(name, same[0]))`")
    }
    let fitting = same.filter { $0.parameters.count == operands.count }
    // The argument that no signature takes, else the whole call.
    for (index, operand) in operands.enumerated() {
      let wanted = fitting.map { $0.parameters[index] }
      var probe = unifier
      if wanted.contains(where: { probe.accepts(types[index], as: $0) }) { continue }
      let words = Set(wanted.map(\.words)).sorted().joined(separator: " or ")
      return tell(
        operand.span, .type, "`\(excerpt(operand))` is \(types[index].words), and `\(name)` takes \(words)",
        "write `\(Self.form(name, fitting[0]))`")
    }
    tell(
      expression.span, .type,
      "`\(name)` doesn't take these together: \(types.map(\.words).joined(separator: ", "))",
      "write `\(Self.form(name, fitting[0]))`")
  }

  /// How a function is written: `text.contains(text)`.
  private static func form(_ name: String, _ overload: Overload) -> String {
    let names = overload.parameters.map { type in
      switch type {
      case .int, .uint, .double: "number"
      case .string: "text"
      case .bool: "condition"
      case .list: "list"
      case .map: "map"
      case .timestamp: "time"
      case .duration: "duration"
      case .bytes: "bytes"
      case .optional: "optional"
      default: "x"
      }
    }
    guard overload.isMember, let first = names.first else { return "\(name)(\(names.joined(separator: ", ")))" }
    return "\(first).\(name)(\(names.dropFirst().joined(separator: ", ")))"
  }
}
