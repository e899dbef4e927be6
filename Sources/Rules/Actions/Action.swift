import Model

/// What a rule does.
enum Action: Sendable {
  /// `event: geofence_event`: tells of the crossing that set the rule off.
  case geofenceEvent
  case event(EventTemplate)
  /// Sends the newest of these signals at once, past the report policies.
  case report([SignalPattern])
  /// Reads devices at another pace while the rule is up.
  case sample([SampleRequest])
  case set([DataMember])
  case run(HookTemplate)
  case log(LogTemplate)
  /// Writes actuators, in this order.
  case write([WriteRequest])
  case shutdown

  var canonical: String {
    switch self {
    case .geofenceEvent: "geofence_event"
    case .event(let event): "event \(event.type) \(event.severity) \(event.data.canonical)"
    case .report(let signals): "report \(signals.map(\.text))"
    case .sample(let requests): "sample \(requests.map { "\($0.device) \($0.every.nanoseconds)" })"
    case .set(let members): "set \(members.canonical)"
    case .run(let hook):
      "run \(hook.hook) \(hook.arguments.map(\.canonical)) \(hook.timeout.nanoseconds) \(hook.data.canonical)"
    case .log(let log): "log \(log.level) \(log.message.debugDescription) \(log.data.canonical)"
    case .write(let requests): "write \(requests.map { "\($0.signal): \($0.value.canonical)" })"
    case .shutdown: "shutdown"
    }
  }

  /// What its expressions read.
  var reads: [Slot] {
    switch self {
    case .event(let event): event.data.flatMap(\.value.reads)
    case .set(let members): members.flatMap(\.value.reads)
    case .run(let hook): hook.data.flatMap(\.value.reads) + hook.arguments.flatMap(\.reads)
    case .log(let log): log.data.flatMap(\.value.reads)
    case .write(let requests): requests.flatMap(\.value.reads)
    case .geofenceEvent, .report, .sample, .shutdown: []
    }
  }
}

/// What an action writes down: as it stands in the file, or what an expression gives at that moment.
enum Operand: Sendable {
  case literal(Value)
  case expression(any ValueExpression)

  var canonical: String {
    switch self {
    case .literal(let value): "\(value)"
    case .expression(let expression): "=\(expression.canonical)"
    }
  }

  var reads: [Slot] {
    if case .expression(let expression) = self { expression.reads } else { [] }
  }

  /// As it stands in the file.
  var text: String {
    switch self {
    case .literal(.text(let text)): "\"\(text)\""
    case .literal(let value): value.plainText
    case .expression(let expression): expression.text
    }
  }

  /// `nil` where it is unknown.
  func value(in situation: Situation) -> Value? {
    switch self {
    case .literal(let value): value
    case .expression(let expression): expression.value(in: situation)
    }
  }
}

/// What gives a value for an event, a hook or a variable.
protocol ValueExpression: Sendable {
  var reads: [Slot] { get }
  /// As it is written in a rule file.
  var text: String { get }
  /// Two with the same text are the same.
  var canonical: String { get }
  /// `nil` where a signal that decides is missing, stale or bad, and after any error of evaluation.
  func value(in situation: Situation) -> Value?
}

extension RuleExpression: ValueExpression {}

/// A name and what it stands for.
struct DataMember: Sendable {
  var key: String
  var value: Operand

  init(key: String, value: Operand) {
    self.key = key
    self.value = value
  }

  init(key: String, value: Value) { self.init(key: key, value: .literal(value)) }
}

extension [DataMember] {
  var canonical: String { "\(map { "\($0.key): \($0.value.canonical)" })" }

  /// What is unknown is left out: absent means unknown, never 0.
  func values(in situation: Situation) -> [GeneralEvent.Member] {
    compactMap { member in
      member.value.value(in: situation).map { GeneralEvent.Member(key: member.key, value: $0) }
    }
  }
}

/// An event of the rule's own, as the file describes it.
struct EventTemplate: Sendable {
  var type: String
  var severity: GeneralEvent.Severity
  var data: [DataMember]
}

struct SampleRequest: Sendable {
  var device: String
  var every: Interval
}

/// A value for an actuator. What the metric takes is asked of the catalogue when it is decided: what a rule left behind may be done by
/// another one's.
struct WriteRequest: Sendable {
  var signal: SignalName
  var value: Operand
}

struct HookTemplate: Sendable {
  static let standardTimeout = Interval.seconds(10)

  var hook: String
  var arguments: [Operand] = []
  var timeout = HookTemplate.standardTimeout
  var data: [DataMember] = []
}

struct LogTemplate: Sendable {
  var message: String
  var level = LogLine.Level.info
  var data: [DataMember] = []
}
