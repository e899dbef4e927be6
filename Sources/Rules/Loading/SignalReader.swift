import CEL
import Config
import Model

/// Reads `signals:` of the rule files: computed signals, and the types of variables.
struct SignalReader {
  let expressions: ExpressionReader
  let catalogue: SignalCatalogue

  static let limit = 1000

  private struct Entry {
    var name: SignalName
    var node: YAMLNode
    var span: SourceSpan
    var reads: [SignalName] = []
  }

  /// The names that the entries declare; those that won't do are told when they are read.
  static func names(_ entries: [YAMLNode.Entry]) -> [SignalName] { entries.compactMap { SignalName($0.name) } }

  /// In the order of their dependencies, and of the files where there is none.
  func signals(_ entries: [YAMLNode.Entry], diagnostics: inout Diagnostics) -> [ComputedSignal] {
    var found = checked(entries, diagnostics: &diagnostics)
    let computed = Set(found.map(\.name))
    for index in found.indices {
      found[index].reads = expressions.signals(in: found[index].node).filter(computed.contains)
    }
    var signals: [ComputedSignal] = []
    for index in inOrder(found, diagnostics: &diagnostics) {
      let entry = found[index]
      guard let expression = expressions.value(entry.node, "a signal", in: .signal, diagnostics: &diagnostics) else {
        continue
      }
      expressions.declare(entry.name, expression.checked.resultType.isWhole ? .double : expression.checked.resultType)
      signals.append(ComputedSignal(name: entry.name, expression: expression))
    }
    return signals
  }

  private func checked(_ entries: [YAMLNode.Entry], diagnostics: inout Diagnostics) -> [Entry] {
    var places: [SignalName: SourceSpan] = [:]
    var found: [Entry] = []
    for entry in entries.prefix(Self.limit) {
      let span = entry.key.span
      guard let name = SignalName(entry.name), Names.isIdentifier(name.device), Names.isIdentifier(name.metric) else {
        diagnostics.error(
          "name", "the name of a signal is `device.metric`, and this is `\(entry.name)`", at: span,
          help: entry.name.contains(".")
            ? "small letters, digits and `_`, with one dot: `genset.fuel_rate`"
            : "give it a device, declared or not: `computed.\(entry.name)`")
        continue
      }
      if let problem = clash(name) {
        diagnostics.error("duplicate-signal", problem.message, at: span, help: problem.help)
        continue
      }
      if let first = places[name] {
        diagnostics.error(
          "duplicate-signal", "there is a signal `\(name)` already", at: span,
          help: "choose another name; the first is in \(first.file):\(first.start.line)")
        continue
      }
      places[name] = span
      found.append(Entry(name: name, node: entry.value, span: span))
    }
    if entries.count > Self.limit {
      diagnostics.error(
        "too-many", "there are more than \(Self.limit) computed signals", at: entries[Self.limit].key.span,
        help: "leave some out")
    }
    return found
  }

  private func clash(_ name: SignalName) -> (message: String, help: String)? {
    let reserved = [SystemSignal.device, "trigger", "now"]
    if reserved.contains(name.device) {
      return ("a signal's device cannot be `\(name.device)`, which is Waypost's own", "choose another name")
    }
    guard let device = catalogue.device(name.device) else { return nil }
    let isOfPosition = device.givesPosition && (name.isPosition || PositionField(rawValue: name.metric) != nil)
    guard isOfPosition || device.metrics.contains(where: { $0.name == name.metric }) else { return nil }
    return ("the device `\(name.device)` gives a signal `\(name)` itself", "choose another name, as `\(name)_computed`")
  }

  /// Indices, each after those that it reads. Of a circle each signal is left out, and the circle told once.
  private func inOrder(_ entries: [Entry], diagnostics: inout Diagnostics) -> [Int] {
    enum Mark { case open, done }
    let indices = Dictionary(entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    var marks: [Int: Mark] = [:]
    var order: [Int] = []
    var faulty: Set<Int> = []
    for root in entries.indices where marks[root] == nil {
      // A stack of its own: a chain of a thousand signals is no reason to run out of the thread's.
      var path: [(index: Int, next: Int)] = [(root, 0)]
      marks[root] = .open
      while let (index, next) = path.last {
        guard next < entries[index].reads.count else {
          marks[index] = .done
          if !faulty.contains(index) { order.append(index) }
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        guard let read = indices[entries[index].reads[next]] else { continue }
        switch marks[read] {
        case nil:
          marks[read] = .open
          path.append((read, 0))
        case .done: if faulty.contains(read) { faulty.insert(index) }
        case .open:
          let circle = path.map(\.index).drop { $0 != read }
          let text = (circle + [read]).map { "`\(entries[$0].name)`" }.joined(separator: " → ")
          diagnostics.error(
            "signal-cycle", "the signal is computed from itself: \(text)", at: entries[read].span,
            help: "take one of them out of the other's expression")
          faulty.formUnion(circle)
        }
      }
    }
    return order
  }

  // MARK: Variables

  /// Finds the type of every variable from the expressions that `set` it: those first that need no other variable.
  func variables(_ assignments: [RuleDeclarations.Assignment], diagnostics: inout Diagnostics) {
    var untyped: [String] = []
    for assignment in assignments where !untyped.contains(assignment.name) {
      guard isFree(assignment, diagnostics: &diagnostics) else { continue }
      untyped.append(assignment.name)
    }
    for name in untyped { expressions.declare(variable: name, .dyn) }
    var progress = true
    while progress, !untyped.isEmpty {
      progress = false
      for name in untyped {
        guard let type = type(of: name, assignments, stillUntyped: Set(untyped)) else { continue }
        expressions.declare(variable: name, type)
        untyped.removeAll { $0 == name }
        progress = true
      }
    }
    for name in untyped {
      guard let first = assignments.first(where: { $0.name == name }) else { continue }
      // An expression with mistakes of its own is told where it is read.
      var own = Diagnostics()
      guard expressions.value(first.node, "`\(name)`", in: .anyTrigger, diagnostics: &own) != nil else { continue }
      diagnostics.error(
        "expression-type", "what type the variable `\(name)` has cannot be told", at: first.span,
        help: "set it somewhere to what depends on no variable: `\(name): 0`")
    }
  }

  private func isFree(_ assignment: RuleDeclarations.Assignment, diagnostics: inout Diagnostics) -> Bool {
    let name = assignment.name
    let isDevice = expressions.vocabulary.devices.contains(name)
    guard isDevice || ["now", "trigger", SystemSignal.device].contains(name) else { return true }
    diagnostics.error(
      "name", "a variable cannot be named `\(name)`: that is \(isDevice ? "a device" : "Waypost's own")",
      at: assignment.span, help: "choose another name, as `last_\(name)`")
    return false
  }

  private func type(
    of name: String, _ assignments: [RuleDeclarations.Assignment], stillUntyped: Set<String>
  ) -> ValueType? {
    for assignment in assignments where assignment.name == name {
      let others = expressions.variables(in: assignment.node).intersection(stillUntyped)
      guard others.subtracting([name]).isEmpty else { continue }
      let candidates: [ValueType] = others.isEmpty ? [.dyn] : [.double, .bool, .string]
      for candidate in candidates {
        expressions.declare(variable: name, candidate)
        var unused = Diagnostics()
        let found = expressions.value(assignment.node, name, in: .anyTrigger, diagnostics: &unused)
        guard let type = found?.checked.resultType, type != .dyn else { continue }
        let whole: ValueType = type.isWhole ? .double : type
        if candidate == .dyn || candidate == whole { return whole }
      }
      expressions.declare(variable: name, .dyn)
    }
    return nil
  }
}

extension ValueType {
  /// Numbers without fraction; in rule files all numbers are doubles once they are kept.
  var isWhole: Bool { self == .int || self == .uint }

  /// What a variable of the type holds.
  var metricKind: SignalCatalogue.Metric.Kind { self == .bool ? .boolean : self == .string ? .text : .number }
}
