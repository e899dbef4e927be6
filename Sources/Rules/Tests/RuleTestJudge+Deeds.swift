import Model

/// What comes of rules beside events, as expectations see it.
extension RuleTestJudge.Occurrence {
  init(_ write: ActuatorWrite, at: [Interval]) {
    self.init(
      at: at, id: write.id, kind: .write, name: write.signal, rule: write.rule, state: write.state,
      data: [.init(key: "value", value: write.value)])
  }

  init(_ run: HookRun, at: [Interval]) {
    let arguments = run.arguments.enumerated().map { index, text in
      GeneralEvent.Member(key: "argument \(index + 1)", value: .text(text))
    }
    self.init(
      at: at, id: run.id, kind: .run, name: run.hook, rule: run.rule, state: run.state, data: run.data + arguments)
  }

  init(_ line: LogLine, at: [Interval]) {
    self.init(
      at: at, id: line.id, kind: .log, name: line.message, rule: line.rule, state: .raised,
      data: [.init(key: "level", value: .text("\(line.level)"))])
  }

  init(_ shutdown: Shutdown, at: [Interval]) {
    self.init(
      at: at, id: shutdown.id, kind: .shutdown, name: "shutdown", rule: shutdown.rule, state: .raised, data: [])
  }

  init(_ sampling: Sampling, _ every: Interval, isFree: Bool, at: [Interval]) {
    self.init(
      at: at, id: "", kind: .sample, name: sampling.device, rule: sampling.rule, isFree: isFree, state: .raised,
      data: [.init(key: "every", value: .number(every.seconds))])
  }

  // MARK: In words

  /// For a message.
  var text: String {
    switch kind {
    case .event: state == .cleared ? "the end of `\(name)`" : "`\(name)`"
    case .write: "`write: \(braced)`"
    case .sample: "`sample: \(braced)`"
    case .run: "`run: \(name)`"
    case .log: "`log: \(quoted)`"
    case .shutdown: "`shutdown`"
    }
  }

  /// As a test would expect it.
  var written: String {
    switch kind {
    case .event: "event: \(name)\(state == .cleared ? ", state: cleared" : "")"
    case .write: "write: \(braced)"
    case .sample: "sample: \(braced)"
    case .run: "run: \(name)"
    case .log: "log: \(quoted)"
    case .shutdown: "shutdown: true"
    }
  }

  private var quoted: String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"") + "\""
  }

  private var braced: String {
    switch (kind, data.first?.value) {
    case (.sample, .number(let seconds)?): "{ \(name): \(Value.number(seconds).plainText) s }"
    case (_, .text(let text)?): "{ \(name): \"\(text)\" }"
    case (_, let value?): "{ \(name): \(value.plainText) }"
    case (_, nil): "{ \(name): … }"
    }
  }
}

extension RuleTest.Expectation {
  /// That it did not come.
  var absence: String {
    switch kind {
    case .event: "`\(name)`\(state == .cleared ? " was not cleared" : " did not come")"
    case .write: "`\(name)` was not written"
    case .run: "the hook `\(name)` was not run"
    case .log: "`\(name)` was not logged"
    case .sample: "`\(name)` was not sampled"
    case .shutdown: "`shutdown` did not come"
    }
  }
}
