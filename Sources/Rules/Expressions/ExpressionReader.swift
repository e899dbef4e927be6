import CEL
import Config
import Model

/// Compiles the expressions of rule files against the declared devices, zones and variables, and tells what is wrong with them at the
/// exact place in the YAML.
final class ExpressionReader {
  /// Where an expression stands, and so what it may speak of.
  struct Scope {
    /// Beside `on`: `trigger.zone` and the like.
    var hasTrigger = false
    /// Of the commands that set it off; `nil`: any that some rule declares.
    var arguments: Set<String>? = []
    /// Computed signals see signals and zones only.
    var hasVariables = true

    static let level = Scope()
    static let trigger = Scope(hasTrigger: true)
    /// Of a variable, whichever rule sets it.
    static let anyTrigger = Scope(hasTrigger: true, arguments: nil)
    static let signal = Scope(hasVariables: false)
  }

  private(set) var vocabulary: Vocabulary
  private(set) var slots: SlotTable
  private var environment = Environment()
  private let files: [String: SourceFile]

  /// - Parameters:
  ///   - files: those that expressions stand in, by path.
  ///   - slots: those that have their numbers already.
  init(_ vocabulary: Vocabulary, files: [SourceFile], slots: SlotTable = SlotTable()) {
    self.vocabulary = vocabulary
    self.slots = slots
    self.files = Dictionary(files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    prepare()
  }

  /// Takes the type that a variable or computed signal turned out to have.
  func declare(variable name: String, _ type: ValueType) {
    vocabulary.variables[name] = type
    prepare()
  }

  func declare(_ signal: SignalName, _ type: ValueType) {
    vocabulary.declare(signal, type)
    prepare()
  }

  private func prepare() {
    environment = Environment()
    environment.takesIntegerLiteralsAsDoubles = true
    environment.declaring = ("a variable is known once a rule sets it", "declare the device in `devices.d`")
    environment.limits.bytes = 4096
    environment.limits.nodes = 2000
    environment.limits.cost = 100_000
    let own = Set(HostFunction.all.map(\.name.rawValue))
    environment.macros = Macros.standard.filter { $0.isMember || !own.contains($0.name) } + HostMacro.all(vocabulary)
    for (name, type) in vocabulary.signals { add(.signal(name), type) }
    for (name, type) in vocabulary.variables { add(.variable(name), type) }
    for field in TriggerField.allCases { add(.trigger(field), .string) }
    for (name, type) in vocabulary.arguments { add(.argument(name), type) }
    add(.now, .timestamp)
  }

  private func add(_ slot: Slot, _ type: ValueType) {
    environment.variables[slot.identifier] = Variable(type, slot: slots.intern(slot))
  }

  // MARK: Reading

  /// A condition: `what` names it, "`when`".
  func condition(
    _ node: YAMLNode, _ what: String, in scope: Scope = .level, diagnostics: inout Diagnostics
  ) -> RuleExpression? {
    guard let found = expression(node, what, in: scope, diagnostics: &diagnostics) else { return nil }
    switch found.checked.resultType {
    case .bool, .dyn: return found
    case let type:
      diagnostics.error(
        "expression-type", "\(what) must be true or false, and this gives \(Self.noun(type))", at: node.span,
        help: Self.remedy(for: type, found))
      return nil
    }
  }

  /// What gives a number, a truth value or a text.
  func value(
    _ node: YAMLNode, _ what: String, in scope: Scope = .level, diagnostics: inout Diagnostics
  ) -> RuleExpression? {
    guard let found = expression(node, what, in: scope, diagnostics: &diagnostics) else { return nil }
    switch found.checked.resultType {
    case .bool, .dyn, .double, .int, .uint, .string: return found
    case let type:
      let text = found.text
      let help: String =
        switch type {
        case .timestamp, .duration: "write `string(\(text))`"
        case .list: "write `\(text).join(\", \")`, or `\(text).size()`"
        default: "take a part of it"
        }
      diagnostics.error(
        "expression-type", "\(what) must be a number, true or false, or a text, and this gives \(Self.noun(type))",
        at: node.span, help: help)
      return nil
    }
  }

  private static func remedy(for type: ValueType, _ found: RuleExpression) -> String {
    switch type {
    case .double, .int, .uint: "compare it: `\(found.text) > 0`"
    case .string: "compare it: `\(found.text) == \"…\"`"
    case .list: "ask what it holds: `\"…\" in \(found.text)`, or `\(found.text).size() > 0`"
    case .timestamp, .duration: "compare it with another, or take a part: `\(found.text).getHours() >= 22`"
    default: "write a comparison, such as `gps.speed_kmh > 5`"
    }
  }

  static func noun(_ type: ValueType) -> String {
    switch type {
    case .bool: "true or false"
    case .double, .int, .uint: "a number"
    case .string: "a text"
    case .list: "a list"
    case .map: "a map"
    case .timestamp: "a time"
    case .duration: "a duration"
    case .null: "nothing"
    case .bytes: "bytes"
    default: "something else"
    }
  }

  /// Any expression.
  func expression(
    _ node: YAMLNode, _ what: String, in scope: Scope, diagnostics: inout Diagnostics
  ) -> RuleExpression? {
    guard let scalar = node.scalar, !node.isNull else {
      if node.isNull {
        diagnostics.error(
          "missing-value", "\(what) must be an expression, and there is nothing", at: node.span,
          help: "write one, such as `gps.speed_kmh > 5`")
      } else {
        let isMapping = if case .mapping = node.content { true } else { false }
        diagnostics.error(
          "wrong-type", "\(what) must be an expression, and this is \(node.description)", at: node.span,
          help: isMapping
            ? "write it on one line; if it has a `: ` or begins with a brace, put it in single quotes"
            : "join conditions with `&&` or `||`; if brackets belong to it, put it in single quotes")
      }
      return nil
    }
    let text = scalar.text
    // A tag (`!reefer.door`) has taken the text away, which is told already.
    if text.isEmpty, node.span.start == node.span.end { return nil }
    let parsed = Parser.parse(text, environment)
    declareMacros(in: parsed.root)
    let problems: [Problem]
    switch Checker.check(parsed.root, environment, text: text) {
    case .success(let checked) where parsed.problems.isEmpty:
      return compiled(checked, text, node, scope, what, diagnostics: &diagnostics)
    case .success: problems = parsed.problems
    case .failure(let found):
      // What the checker finds where the parser told something already would follow from it.
      let more = found.all.filter { problem in
        !parsed.problems.contains { $0.code == .limit || $0.span.overlaps(problem.span) || $0.span == problem.span }
      }
      problems = (parsed.problems + more).sorted { $0.span.lowerBound < $1.span.lowerBound }
    }
    let told = problems.map { improved($0, text) }
    tell(LaymenForms(vocabulary: vocabulary).improved(told, in: text), node, text, diagnostics: &diagnostics)
    return nil
  }

  private func compiled(
    _ checked: CheckedExpression, _ text: String, _ node: YAMLNode, _ scope: Scope, _ what: String,
    diagnostics: inout Diagnostics
  ) -> RuleExpression? {
    var problems: [Problem] = []
    for (slot, span) in uses(in: checked) {
      switch slot {
      case .trigger where !scope.hasTrigger:
        problems.append(
          Problem(
            span: span, code: .unknownName, message: "`\(slot.identifier)` is known only where `on` sets the rule off",
            help: "write it in a rule with `on`, or leave it out"))
      case .argument(let name) where !(scope.arguments?.contains(name) ?? true):
        problems.append(
          Problem(
            span: span, code: .unknownName, message: "the command of this rule comes without `\(name)`",
            help: "declare it where the command is named: `on: { command: { NAME: { \(name): number } } }`"))
      case .variable(let name) where !scope.hasVariables, .hasVariable(let name) where !scope.hasVariables:
        problems.append(
          Problem(
            span: span, code: .unknownName, message: "a computed signal cannot read the variable `\(name)`",
            help: "it is made of signals only; use the variable in a rule's `when`"))
      default: break
      }
    }
    let program = Program(compiling: checked, in: environment)
    problems += program.problems
    guard problems.isEmpty else {
      tell(problems, node, text, diagnostics: &diagnostics)
      return nil
    }
    for slot in program.slots { slots.markRead(slot) }
    return RuleExpression(
      text: text.trimmed, source: text, checked: checked, program: program, reads: program.slots.map { slots.slots[$0] }
    )
  }

  private func tell(_ problems: [Problem], _ node: YAMLNode, _ text: String, diagnostics: inout Diagnostics) {
    let map = files[node.span.file].map { ScalarMap(node, in: $0) }
    var told: Set<Int> = []
    for problem in problems.prefix(10) where told.insert(problem.span.lowerBound).inserted {
      diagnostics.error(
        problem.code.rawValue, problem.message, at: map?.span(problem.span) ?? node.span(ofText: problem.span),
        help: problem.help)
    }
  }

  /// What the host knows better than the language: what a device has.
  private func improved(_ problem: Problem, _ text: String) -> Problem {
    guard problem.span.upperBound <= text.utf8.count else { return problem }
    if let help = vocabulary.remedy(for: problem, in: text) {
      var problem = problem
      problem.help = help
      return problem
    }
    guard problem.code == .unknownName else { return problem }
    let written = String(decoding: Array(text.utf8)[problem.span], as: UTF8.self)
    var problem = problem
    if vocabulary.devices.contains(written), !written.contains(".") {
      let first = vocabulary.signals.keys.filter { $0.device == written }.sorted().first
      problem.message = "`\(written)` is a device, and has no value itself"
      problem.help = "write one of its signals, such as `\(first?.description ?? written + ".…")`"
      return problem
    }
    let before = String(decoding: Array(text.utf8)[..<problem.span.lowerBound], as: UTF8.self)
    let device = vocabulary.receivers.first { before.hasSuffix("\($0).") }
    guard
      let signal = SignalName(written)
        ?? (written == SignalName.position ? device.map { SignalName.position(of: $0) } : nil)
    else { return problem }
    if vocabulary.isPosition(signal) {
      problem.message = "a position as a whole is no value of an expression"
      problem.help = "write `\(signal.device).latitude` and `\(signal.device).longitude`, or ask `has(\(signal))`"
    } else if Names.isIdentifier(signal.device), Names.isIdentifier(signal.metric) {
      problem.message = "no device has a signal `\(signal)`"
      problem.help = vocabulary.remedy(for: signal)
    }
    return problem
  }

  // MARK: Trees

  /// The signals that an expression speaks of, whatever else is wrong with it.
  func signals(in node: YAMLNode) -> [SignalName] {
    var found: [SignalName] = []
    Parser.parse(node.scalar?.text ?? "", environment).root.forEachNode { node in
      var signal: SignalName?
      switch node.kind {
      case .identifier(let name): signal = Slot(identifier: name)?.signal
      case .select: signal = node.qualifiedName.flatMap { SignalName($0) }
      default: break
      }
      if let signal, !found.contains(signal) { found.append(signal) }
    }
    return found
  }

  /// The variables that an expression speaks of.
  func variables(in node: YAMLNode) -> Set<String> {
    var found: Set<String> = []
    Parser.parse(node.scalar?.text ?? "", environment).root.forEachNode { node in
      guard case .identifier(let name) = node.kind else { return }
      if case .hasVariable(let variable)? = Slot(identifier: name) {
        found.insert(variable)
      } else {
        found.insert(name)
      }
    }
    return found.intersection(vocabulary.variables.keys)
  }

  /// Gives every slot that a host macro made its number and type.
  private func declareMacros(in root: Expression) {
    root.forEachNode { node in
      guard case .identifier(let name) = node.kind else {
        if !vocabulary.isChecked { declareUndeclared(node) }
        return
      }
      guard environment.variables[name] == nil, let slot = Slot(identifier: name) else { return }
      let type: ValueType =
        switch slot {
        case .inZone, .has, .hasVariable: .bool
        case .zones: .list(.string)
        case .localTime, .now: .timestamp
        case .quality: .string
        case .previous(let signal): vocabulary.type(of: signal) ?? .dyn
        default: .double
        }
      environment.variables[name] = Variable(type, slot: slots.intern(slot))
    }
  }

  /// Where no devices are known, every `device.metric` is taken for one, of whatever type.
  private func declareUndeclared(_ node: Expression) {
    guard case .select = node.kind, let name = node.qualifiedName, let signal = SignalName(name),
      environment.variables[name] == nil, Names.isIdentifier(signal.device), Names.isIdentifier(signal.metric)
    else { return }
    add(.signal(signal), .dyn)
  }

  /// The slots that an expression reads, each with its first place.
  private func uses(in checked: CheckedExpression) -> [(Slot, Range<Int>)] {
    var found: [(Slot, Range<Int>)] = []
    checked.root.forEachNode { node in
      guard case .variable(_, let slot)? = checked.references[node.id], slots.slots.indices.contains(slot) else {
        return
      }
      if !found.contains(where: { $0.0 == slots.slots[slot] }) { found.append((slots.slots[slot], node.span)) }
    }
    return found
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = Substring(self)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
