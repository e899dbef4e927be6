public import Config
public import Model

/// Compares what came of a test with what was expected.
public struct RuleTestJudge: Sendable {
  /// How far a moment may be off.
  public static let tolerance = Interval.seconds(1)

  private let test: RuleTest
  private var raised: [Occurrence] = []
  private var utcAtStart: Timestamp?
  /// When each signal that the test counts was sent, since the beginning.
  private var sent: [String: [Interval]] = [:]

  /// How often devices are asked by now.
  private var paces: [String: Interval] = [:]

  /// What came, as expectations see it.
  struct Occurrence: Sendable {
    /// When it was decided, and where it carries another time of its own, that; since the beginning.
    var at: [Interval]
    var id: String
    var kind = RuleTest.Kind.event
    var name: String
    /// `nil` where it is no rule's.
    var rule: String?
    /// It goes without saying.
    var isFree = false
    var severity: GeneralEvent.Severity?
    var state: GeneralEvent.State
    var data: [GeneralEvent.Member]
  }

  public init(_ test: RuleTest) { self.test = test }

  /// Takes what the engine was told, for the moments of what it tells.
  public mutating func note(_ observation: Observation) {
    if case .system(.clock(let utcAtZero)) = observation.content { utcAtStart = utcAtStart ?? utcAtZero }
  }

  /// Takes what the engine decided.
  public mutating func take(_ effects: [Effect]) {
    for effect in effects {
      switch effect {
      case .record(let record):
        if let signal = Self.signal(of: record) { sent[signal, default: []].append(record.time - .zero) }
        guard case .event(let event) = record.body else { continue }
        raised.append(Occurrence(event, at: moments(record.time, record.timestamp)))
      case .write(let write): raised.append(Occurrence(write, at: moments(write.time, write.timestamp)))
      case .run(let run): raised.append(Occurrence(run, at: moments(run.time, run.timestamp)))
      case .log(let line): raised.append(Occurrence(line, at: moments(line.time)))
      case .shutdown(let shutdown): raised.append(Occurrence(shutdown, at: moments(shutdown.time)))
      case .sample(let sampling):
        let before = paces[sampling.device]
        paces[sampling.device] = sampling.every
        guard let every = sampling.every else { continue }
        // That a rule goes down, and another's longer pace holds again, goes without saying.
        raised.append(
          Occurrence(sampling, every, isFree: before.map { $0 < every } ?? false, at: moments(sampling.time)))
      }
    }
  }

  private func moments(_ time: EngineTime, _ own: Timestamp? = nil) -> [Interval] {
    guard let own, let utcAtStart else { return [time - .zero] }
    return [time - .zero, own - utcAtStart]
  }

  /// What differed: nothing, where the test has passed.
  public func verdict() -> [Diagnostic] {
    var diagnostics = Diagnostics()
    var isTaken = Array(repeating: false, count: raised.count)
    var missed: [RuleTest.Expectation] = []
    // The one that must come first takes first, so that two of a kind don't take each other's.
    for expectation in test.expectations.enumerated().sorted(by: Self.isEarlier).map(\.element) {
      let match = raised.indices.first {
        !isTaken[$0] && raised[$0].fits(expectation) && raised[$0].isInTime(expectation)
      }
      if let match { isTaken[match] = true } else { missed.append(expectation) }
    }
    for expectation in missed {
      let (message, help, meant) = explain(expectation, isTaken: isTaken)
      diagnostics.error("test-failed", message, at: expectation.span, help: help)
      // One mistake, told once.
      if let meant { isTaken[meant] = true }
    }
    let expected = Set(raised.indices.filter { isTaken[$0] }.map { raised[$0].id })
    for (index, event) in raised.enumerated() where !isTaken[index] && !test.isPartial {
      // That an event which was expected is cleared again goes without saying.
      if event.state == .cleared, expected.contains(event.id) { continue }
      // Nor does it matter what rules of other files have to say of the same drive.
      guard let rule = event.rule, test.ownRules.contains(rule) else { continue }
      guard test.strictKinds.contains(event.kind), !event.isFree else { continue }
      diagnostics.error(
        "test-failed",
        "\(event.text) of the rule `\(rule)` came at \(Self.text(event.at[0])), and nobody expected it", at: test.span,
        help:
          "is the rule wrong? If not, add `- { at: \(Self.text(event.at[0])), \(event.written) }`, or `partial: true` to the test where others may come"
      )
    }
    for count in test.sent { compare(count, diagnostics: &diagnostics) }
    return diagnostics.sorted()
  }

  /// The signal that a record is of.
  private static func signal(of record: Record) -> String? {
    switch record.body {
    case .position(let device, _): "\(device).position"
    case .reading(let device, let metric, _, _, _): "\(device).\(metric)"
    case .event, .device, .gap, .time, .health: nil
    }
  }

  private func compare(_ expected: RuleTest.SentCount, diagnostics: inout Diagnostics) {
    let times = sent[expected.signal] ?? []
    guard times.count != expected.count else { return }
    let shown = times.prefix(8).map(Self.text).joined(separator: ", ")
    func words(_ count: Int) -> String { count == 0 ? "never" : count == 1 ? "once" : "\(count) times" }
    diagnostics.error(
      "test-failed", "`\(expected.signal)` was sent \(words(times.count)), and not \(words(expected.count))",
      at: expected.span,
      help: times.isEmpty
        ? "which policy of `report` names it, and does its `when` hold?"
        : "it went at \(shown)\(times.count > 8 ? ", …" : "")")
  }

  private static func isEarlier(
    _ a: (offset: Int, element: RuleTest.Expectation), _ b: (offset: Int, element: RuleTest.Expectation)
  ) -> Bool {
    // Those that may come whenever take what the others leave.
    (a.element.at?.nanoseconds ?? .max, a.offset) < (b.element.at?.nanoseconds ?? .max, b.offset)
  }

  /// `meant`: the event that was most likely meant.
  private func explain(
    _ expectation: RuleTest.Expectation, isTaken: [Bool]
  ) -> (message: String, help: String, meant: Int?) {
    let what = expectation.absence
    let when = expectation.at.map { " at \(Self.text($0))" } ?? ""
    let free = raised.indices.filter { !isTaken[$0] }
    func nearest(_ indices: [Int]) -> Int? {
      indices.min { distance(raised[$0], expectation) < distance(raised[$1], expectation) }
    }
    if let late = nearest(free.filter { raised[$0].fits(expectation) }) {
      return (what + when, "it came at \(Self.text(raised[late].at[0]))", late)
    }
    if let other = nearest(free.filter { raised[$0].isOfTheSame(as: expectation) }) {
      let difference = raised[other].difference(from: expectation)
      return (
        what + when + " as it was expected", "it came at \(Self.text(raised[other].at[0])), but with \(difference)",
        other
      )
    }
    let others = Set(free.filter { test.strictKinds.contains(raised[$0].kind) }.map { raised[$0].text }).sorted()
    let help =
      others.isEmpty ? "nothing else came\(ending)" : "what came besides: \(others.joined(separator: ", "))"
    return (what + when, help, nil)
  }

  /// Whoever expects too early may have ended the test too early, too.
  private var ending: String {
    guard test.duration == nil, test.track == nil else { return " that wasn't expected" }
    return " until the test ended at \(Self.text(test.end)); `for: 1 h` would give it more time"
  }

  private func distance(_ event: Occurrence, _ expectation: RuleTest.Expectation) -> Int64 {
    event.at.map { abs($0.nanoseconds - (expectation.at?.nanoseconds ?? 0)) }.min() ?? .max
  }

  /// As it would be written in a test: `1 min 12 s`.
  static func text(_ interval: Interval) -> String {
    let tenths = (interval.nanoseconds + 50_000_000) / 100_000_000
    let (minutes, rest) = (tenths / 600, tenths % 600)
    let seconds = rest % 10 == 0 ? "\(rest / 10) s" : "\(rest / 10).\(rest % 10) s"
    return minutes == 0 ? seconds : rest == 0 ? "\(minutes) min" : "\(minutes) min \(seconds)"
  }
}
