import CEL
import Config
import Model

/// Rewrites the call of a host function with its literal arguments to the name of a slot.
struct HostMacro: Macro {
  let function: HostFunction
  let vocabulary: Vocabulary

  static func all(_ vocabulary: Vocabulary) -> [any Macro] {
    HostFunction.all.map { HostMacro(function: $0, vocabulary: vocabulary) }
  }

  var name: String { function.name.rawValue }
  var isMember: Bool { false }
  var argumentCount: Int? { nil }
  var form: String { function.form }

  func expand(_ call: MacroCall, with nodes: inout NodeMaker) throws(Problem) -> Expression? {
    let slot: Slot
    switch function.name {
    case .zones:
      try count(0, call)
      slot = .zones
    case .inZone: slot = .inZone(try zones(call))
    case .distanceTo: slot = .distance(try zones(call))
    case .timeInZone: slot = .timeInZone(try zones(call))
    case .count:
      try count(2, call)
      slot = .count(type: try eventType(call.arguments[0]), over: try length(call.arguments[1]))
    case .localTime:
      try count(1, call)
      slot = .localTime(try timeZone(call.arguments[0]))
    case .has:
      try count(1, call)
      if case .identifier(let name) = call.arguments[0].kind, vocabulary.variables[name] != nil {
        slot = .hasVariable(name)
      } else if let presence = presence(call.arguments[0], &nodes) {
        return presence
      } else {
        slot = .has(try signal(call.arguments[0], mayBePosition: true))
      }
    case .age:
      try count(1, call)
      slot = .age(try signal(call.arguments[0], mayBePosition: true))
    case .quality:
      try count(1, call)
      slot = .quality(try signal(call.arguments[0], mayBePosition: true))
    case .previous:
      try count(1, call)
      slot = .previous(try signal(call.arguments[0]))
    case .mean: slot = try window(.mean, call)
    case .min: slot = try window(.min, call)
    case .max: slot = try window(.max, call)
    case .rate: slot = try window(.rate, call)
    }
    return nodes.identifier(slot.identifier)
  }

  private func count(_ wanted: Int, _ call: MacroCall) throws(Problem) {
    guard call.arguments.count != wanted else { return }
    let words = ["no argument", "one argument", "two arguments"]
    throw Problem(
      span: call.span, code: .macro,
      message:
        "`\(name)` takes \(words[wanted]), and here \(call.arguments.count == 1 ? "is 1" : "are \(call.arguments.count)")",
      help: "write `\(form)`")
  }

  // MARK: Signals

  /// `x.y` that is no signal of a device: a field of a map, as the language has it.
  private func presence(_ argument: Expression, _ nodes: inout NodeMaker) -> Expression? {
    guard case .select(let operand, let field, false) = argument.kind else { return nil }
    if let name = argument.qualifiedName, SignalName(name) != nil { return nil }
    return nodes.make(.presence(operand: operand, field: field))
  }

  private func signal(_ argument: Expression, mayBePosition: Bool = false) throws(Problem) -> SignalName {
    guard let text = argument.qualifiedName, let signal = SignalName(text) else {
      if case .identifier(let name) = argument.kind, vocabulary.variables[name] != nil {
        throw Problem(
          span: argument.span, code: .macro, message: "`\(name)` is a variable, and `\(self.name)` takes a signal",
          help: "write `\(form)`; of a variable only `has` can be asked")
      }
      throw Problem(
        span: argument.span, code: .macro, message: "`\(name)` takes a signal, written `device.metric`",
        help: "write `\(form)`")
    }
    if vocabulary.type(of: signal) != nil || !vocabulary.isChecked { return signal }
    if vocabulary.isPosition(signal) {
      if mayBePosition { return signal }
      throw Problem(
        span: argument.span, code: .type, message: "a position is no value that `\(name)` could take",
        help: "write one of its parts, such as `\(signal.device).speed`")
    }
    throw Problem(
      span: argument.span, code: .unknownName, message: "no device has a signal `\(signal)`",
      help: vocabulary.remedy(for: signal))
  }

  private func window(_ function: WindowFunction, _ call: MacroCall) throws(Problem) -> Slot {
    guard call.arguments.count == 2 else {
      let isOfNumbers = function == .min || function == .max
      throw Problem(
        span: call.span, code: .macro, message: "`\(name)` takes a signal and the length of the window",
        help: isOfNumbers && call.arguments.count != 1
          ? "write `\(form)`; for the \(function == .min ? "least" : "greatest") of several numbers `math.\(function == .min ? "least" : "greatest")(a, b)`"
          : "write `\(form)`")
    }
    if function == .min || function == .max, call.arguments[1].text == nil {
      throw Problem(
        span: call.arguments[1].span, code: .macro, message: "`\(name)` takes a signal and the length of the window",
        help:
          "write `\(form)`; for the \(function == .min ? "least" : "greatest") of several numbers `math.\(function == .min ? "least" : "greatest")(a, b)`"
      )
    }
    let signal = try signal(call.arguments[0])
    let type = vocabulary.type(of: signal) ?? .double
    guard type == .double || type == .dyn else {
      throw Problem(
        span: call.arguments[0].span, code: .type,
        message: "`\(name)` takes a signal that is a number, and `\(signal)` is none",
        help: "for a signal that is true or false, or a text, there is `previous(\(signal))`")
    }
    return .window(function, signal, over: try length(call.arguments[1]))
  }

  // MARK: Literals

  private func text(_ argument: Expression, _ noun: String) throws(Problem) -> String {
    if let text = argument.text { return text }
    throw Problem(
      span: argument.span, code: .macro,
      message: "`\(name)` takes \(noun) as a text in quotes, so that it can be checked",
      help: argument.qualifiedName.map { "write `\"\($0)\"`, if that is its name" } ?? "write `\(form)`")
  }

  private func length(_ argument: Expression) throws(Problem) -> Interval {
    var text = argument.text
    switch argument.kind {
    case .literal(.int(let number)): text = "\(number)"
    case .literal(.double(let number)): text = "\(number)"
    default: break
    }
    guard let text else { _ = try self.text(argument, "a length of time"); return .zero }
    // The reader of files knows units, and what to say about a wrong one.
    let start = SourceLocation(line: 1, column: 1, offset: 0)
    let node = YAMLNode(
      span: SourceSpan(file: "", start: start, end: start), content: .scalar(.init(text: text, isPlain: false)))
    var found = Diagnostics()
    if let interval = node.interval("the length", in: .seconds(1) ... .days(31), diagnostics: &found),
      argument.text != nil
    {
      return interval
    }
    let diagnostic = found.all.first
    throw Problem(
      span: argument.span, code: .macro, message: diagnostic?.message ?? "a length of time is a text in quotes",
      help: (diagnostic?.help ?? "write `\"\(text)\"`").inQuotes)
  }

  private func timeZone(_ argument: Expression) throws(Problem) -> String {
    let zone = try text(argument, "a time zone")
    do {
      _ = try Value.Timestamp(seconds: 0).shown(in: zone)
      return zone
    } catch {
      throw Problem(
        span: argument.span, code: .macro, message: "there is no time zone `\(zone)`",
        help: "write a name of the tz database, such as `\"Europe/Zurich\"`, or an offset: `\"+01:00\"`")
    }
  }

  private func zones(_ call: MacroCall) throws(Problem) -> ZoneSelector {
    try count(1, call)
    let argument = call.arguments[0]
    let text = try text(argument, "a zone")
    let selector = ZoneSelector(text)
    switch selector {
    case .zone(let id):
      if vocabulary.zones.contains(id) { return selector }
      let help: String
      if vocabulary.tags.contains(id) {
        help = "write `\"tag:\(id)\"` for all zones with that tag"
      } else {
        help =
          vocabulary.zoneNames.closest(id).map { "did you mean `\"\($0)\"`?" }
          ?? "declare it under `zones:`"
      }
      throw Problem(span: argument.span, code: .unknownName, message: "there is no zone `\(id)`", help: help)
    case .tag(let tag):
      if vocabulary.tags.contains(tag) { return selector }
      throw Problem(
        span: argument.span, code: .unknownName, message: "no zone has the tag `\(tag)`",
        help: Suggestion.closest(tag, in: vocabulary.tags.sorted()).map { "did you mean `\"tag:\($0)\"`?" }
          ?? "add `tags: [\(tag)]` to a zone")
    }
  }

  private func eventType(_ argument: Expression) throws(Problem) -> String {
    let type = try text(argument, "the type of an event")
    if vocabulary.eventTypes.contains(type) { return type }
    throw Problem(
      span: argument.span, code: .unknownName, message: "no rule raises an event of type `\(type)`",
      help: Suggestion.closest(type, in: vocabulary.eventTypes.sorted()).map { "did you mean `\"\($0)\"`?" }
        ?? "name the type of an event that a rule here raises")
  }
}

extension Expression {
  /// A text literal's text.
  var text: String? {
    if case .literal(.string(let text)) = kind { text } else { nil }
  }
}

extension String {
  /// What is proposed in backticks put in quotes, too, as it stands in an expression.
  fileprivate var inQuotes: String {
    var parts = split(separator: "`", omittingEmptySubsequences: false).map(String.init)
    for index in parts.indices where index % 2 == 1 && parts[index].utf8.first.map({ (48...57).contains($0) }) == true {
      parts[index] = "\"\(parts[index])\""
    }
    return parts.joined(separator: "`")
  }
}
