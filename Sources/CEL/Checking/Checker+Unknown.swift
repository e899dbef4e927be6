/// Tells of names that are not there, and which one was probably meant.
extension Checker {
  private var variables: [String] { names.environment.variables.keys.filter { !$0.hasPrefix("@") } }

  /// A simple or qualified name that nothing is declared for.
  mutating func unknown(_ written: String, _ expression: Expression) {
    let name = written.hasPrefix(".") ? String(written.dropFirst()) : written
    let parts = name.split(separator: ".").map(String.init)
    // The longest beginning that some variable has, so that only what is wrong is told: the metric, not the device.
    var known = parts.count - 1
    while known > 0 {
      let prefix = parts[..<known].joined(separator: ".") + "."
      let members = variables.filter { $0.hasPrefix(prefix) }
      if !members.isEmpty { return unknownMember(parts, known, prefix, members, expression) }
      known -= 1
    }
    if parts.count == 1, let word = Self.instead[name.lowercased()], variables.isEmpty || !variables.contains(name) {
      return tell(expression.span, .unknownName, "there is no `\(name)`", word)
    }
    let isAlone = parts.count == 1
    let metrics = isAlone ? Set(variables.filter { $0.hasPrefix(name + ".") }) : []
    if !metrics.isEmpty {
      return tell(
        expression.span, .unknownName, "`\(name)` alone is no value",
        "say which \(names.environment.memberNoun): \(Self.listed(metrics))")
    }
    let simple = Set(variables.map { String($0.prefix { $0 != "." }) })
      .union(names.locals.map(\.name).filter { !$0.hasPrefix("@") })
    let members = isAlone ? variables.filter { $0.hasSuffix("." + name) }.sorted() : []
    let help: String
    if let whole = Suggestions.nearest(name, variables) {
      help = "did you mean `\(whole)`?"
    } else if members.count == 1 {
      help = "did you mean `\(members[0])`?"
    } else if !members.isEmpty {
      help = "say of which: \(members.prefix(3).map { "`\($0)`" }.joined(separator: ", "))"
    } else if let root = Suggestions.nearest(parts[0], simple) {
      help = "did you mean `\(([root] + parts.dropFirst()).joined(separator: "."))`?"
    } else if let metric = variables.isEmpty ? nil : nearestMember(parts[parts.count - 1]) {
      help = "did you mean `\(metric)`?"
    } else if isAlone, names.functions[name] != nil || names.environment.macros.contains(where: { $0.name == name }) {
      help = "`\(name)` is a function: write `\(name)(…)`"
    } else {
      let declaring = names.environment.declaring
      help =
        isAlone
        ? "write \"\(name)\" in quotes if it is text; \(declaring.name)" : "mend the name, or \(declaring.member)"
    }
    // For `truck.speed` with no `truck` at all, the first part is what is wrong.
    let span = isAlone ? expression.span : rootSpan(parts[0], written, expression)
    tell(span, .unknownName, "there is no `\(isAlone ? name : parts[0])`", help)
  }

  private static let instead = [
    "yes": "write `true`", "on": "write `true`", "no": "write `false`", "off": "write `false`",
    "none": "write `null`", "nil": "write `null`", "undefined": "`has(device.metric)` asks whether there is a value",
    "true": "write `true`, in small letters", "false": "write `false`, in small letters",
    "null": "write `null`, in small letters",
  ]

  private func rootSpan(_ root: String, _ written: String, _ expression: Expression) -> Range<Int> {
    let start = expression.span.lowerBound + (written.hasPrefix(".") ? 1 : 0)
    return start..<min(start + root.utf8.count, max(expression.span.upperBound, start))
  }

  private func nearestMember(_ member: String) -> String? {
    var whole: [String: String] = [:]
    for variable in variables.sorted() where variable.contains(".") {
      let last = String(variable[variable.index(after: variable.lastIndex(of: ".") ?? variable.startIndex)...])
      if whole[last] == nil { whole[last] = variable }
    }
    return Suggestions.nearest(member, whole.keys).flatMap { whole[$0] }
  }

  private mutating func unknownMember(
    _ parts: [String], _ known: Int, _ prefix: String, _ members: [String], _ expression: Expression
  ) {
    let device = prefix.dropLast()
    let wrong = parts[known]
    let choices = Set(members.map { String($0.dropFirst(prefix.count).prefix { $0 != "." }) })
    // The selections above have their fields behind; the node whose last name is the wrong one gives the place.
    var node = expression
    for _ in known..<(parts.count - 1) { if case .select(let operand, _, _) = node.kind { node = operand } }
    let help: String
    if let near = Suggestions.nearest(wrong, choices) {
      help = "did you mean `\(near)`?"
    } else if let other = nearestMember(wrong) {
      help = "did you mean `\(other)`? `\(device)` has \(Self.listed(choices))"
    } else {
      help = "`\(device)` has \(Self.listed(choices))"
    }
    tell(
      fieldSpan(wrong, node), .unknownName, "`\(device)` has no \(names.environment.memberNoun) `\(wrong)`", help)
  }

  private static func listed(_ names: Set<String>) -> String {
    let shown = names.sorted().prefix(8).map { "`\($0)`" }.joined(separator: ", ")
    return names.count > 8 ? shown + " and \(names.count - 8) more" : shown
  }

  // MARK: Functions

  private static let functionsElsewhere = [
    "abs": "math.abs(x)", "round": "math.round(x)", "floor": "math.floor(x)", "ceil": "math.ceil(x)",
    "sqrt": "math.sqrt(x)", "sign": "math.sign(x)", "trunc": "math.trunc(x)", "max": "math.greatest(a, b)",
    "min": "math.least(a, b)", "greatest": "math.greatest(a, b)", "least": "math.least(a, b)", "len": "size(x)",
    "length": "size(x)", "count": "size(x)", "lower": "x.lowerAscii()", "upper": "x.upperAscii()",
    "tolower": "x.lowerAscii()", "toupper": "x.upperAscii()", "strip": "x.trim()", "includes": "x in list",
    "float": "double(x)", "integer": "int(x)", "str": "string(x)", "tostring": "string(x)", "boolean": "bool(x)",
    "not": "!(x)", "and": "a && b", "or": "a || b", "if": "condition ? a : b", "iif": "condition ? a : b",
    "isnull": "x == null", "any": "list.exists(x, condition)", "some": "list.exists(x, condition)",
    "every": "list.all(x, condition)", "find": "list.filter(x, condition)", "like": "x.matches(\"pattern\")",
    "day": "time.getDayOfMonth()", "hour": "time.getHours()", "hours": "time.getHours()",
    "minutes": "time.getMinutes()", "weekday": "time.getDayOfWeek()", "month": "time.getMonth()",
  ]

  /// A call of what is no function. `target` has been checked.
  mutating func unknownFunction(
    _ name: String, _ target: Expression?, _ arguments: [Expression], _ expression: Expression
  ) {
    let isCalledOnValue = target != nil && !name.contains(".")
    let simple = name.split(separator: ".").last.map(String.init) ?? name
    if let target, isCalledOnValue, type(target) == .error { return }
    let span = nameSpan(simple, target, expression)
    func told(_ help: String) { tell(span, .unknownName, "there is no function `\(name)`", help) }
    if target == nil || name.contains("."), names.reference(name) != nil {
      return tell(expression.span, .unknownName, "`\(name)` is no function", "write just `\(name)`")
    }
    if let target, let whole = target.qualifiedName, names.reference(whole + "." + name) != nil {
      return tell(expression.span, .unknownName, "`\(whole).\(name)` is no function", "write just `\(whole).\(name)`")
    }
    // The macro of the name takes arguments of another number or kind.
    let macros = names.environment.macros.filter { $0.name == simple }
    if let form = macros.first(where: { $0.isMember == (target != nil) })?.form ?? macros.first?.form {
      return tell(span, .unknownName, "`\(name)` isn't used so", "write `\(form)`")
    }
    if names.functions[simple] != nil, !isCalledOnValue { return told("write `\(simple)(…)`") }
    if let elsewhere = Self.functionsElsewhere[simple.lowercased()] { return told("write `\(elsewhere)`") }
    let known = Set(names.functions.keys.filter { !$0.hasPrefix("_") && !$0.contains("@") && !$0.hasPrefix("!") })
      .union(names.environment.macros.map(\.name))
    if let near = Suggestions.nearest(name, known) { return told("did you mean `\(near)`?") }
    let last = Dictionary(known.map { ($0.split(separator: ".").last.map(String.init) ?? $0, $0) }) { min($0, $1) }
    if let near = Suggestions.nearest(simple, last.keys), let whole = last[near] {
      return told("did you mean `\(whole)`?")
    }
    told("the reference lists the functions")
  }

  /// Where the function's name stands in its call.
  func nameSpan(_ name: String, _ target: Expression?, _ expression: Expression) -> Range<Int> {
    let from = target?.span.upperBound ?? expression.span.lowerBound
    let wanted = Array(name.utf8)
    var place = from
    while place + wanted.count <= min(text.count, expression.span.upperBound), place < from + 40 {
      if text[place..<place + wanted.count].elementsEqual(wanted) { return place..<place + wanted.count }
      place += 1
    }
    return expression.span
  }
}
