import Config
import Model

/// What a rule that is up does when it goes down: kept in a row of its own from its raising on, since its files may be others, or gone,
/// when the gateway starts again.
struct Farewell: Sendable {
  /// The events of its `then`, in their order, for the data of those that close them.
  var events: [EventTemplate]
  /// Its `clear`.
  var actions: [Action]

  init(events: [EventTemplate], actions: [Action]) {
    self.events = events
    self.actions = actions
  }

  /// `nil` where the row of the rule's state says all that there is to do.
  init?(of rule: Rule) {
    events = rule.level?.notifiesClear == true ? rule.eventTemplates : []
    actions = rule.clearActions
    guard !actions.isEmpty || events.contains(where: { !$0.data.isEmpty }) else { return nil }
  }

  func write(to writer: inout PackedWriter) {
    writer.write(events.map(Action.event))
    writer.write(actions)
  }

  init(from reader: inout PackedReader, _ unpacker: ActionUnpacker) throws(PackingError) {
    events = try unpacker.actions(&reader).compactMap { if case .event(let template) = $0 { template } else { nil } }
    actions = try unpacker.actions(&reader)
  }
}

/// A rule that was up when its state was saved, and that the files no longer have as it was.
struct Orphan: Sendable {
  var rule: String
  var open: [OpenEvent]
  var farewell: Farewell?
}

extension Rule {
  /// Of its `then`, in their order.
  var eventTemplates: [EventTemplate] {
    actions.compactMap { if case .event(let template) = $0 { template } else { nil } }
  }
}

extension RuleSet {
  /// Compiles what other files said, by the names of these.
  var unpacker: ActionUnpacker {
    let reader = ExpressionReader(vocabulary, files: [], slots: slots)
    let nowhere = SourceLocation(line: 1, column: 1, offset: 0)
    return ActionUnpacker { text in
      let node = YAMLNode(
        span: SourceSpan(file: "", start: nowhere, end: nowhere), content: .scalar(.init(text: text, isPlain: false)))
      var ignored = Diagnostics()
      return reader.value(node, "it", diagnostics: &ignored)
    }
  }
}
