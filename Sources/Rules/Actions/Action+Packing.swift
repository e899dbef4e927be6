import Model

/// Actions as they stand in state rows: literals as they are, expressions as text, since a program compiled for one set of signals
/// means nothing to another.
extension PackedWriter {
  mutating func write(_ actions: [Action]) {
    write(UInt64(actions.count))
    for action in actions { write(action) }
  }

  private mutating func write(_ action: Action) {
    switch action {
    case .geofenceEvent: write(byte: 0)
    case .event(let template):
      write(byte: 1)
      write(template)
    case .report(let patterns):
      write(byte: 2)
      write(UInt64(patterns.count))
      for pattern in patterns { write(pattern.text) }
    case .sample(let requests):
      write(byte: 3)
      write(UInt64(requests.count))
      for request in requests {
        write(request.device)
        write(request.every.nanoseconds)
      }
    case .set(let members):
      write(byte: 4)
      write(members)
    case .run(let hook):
      write(byte: 5)
      write(hook.hook)
      write(UInt64(hook.arguments.count))
      for argument in hook.arguments { write(argument) }
      write(hook.timeout.nanoseconds)
      write(hook.data)
    case .log(let log):
      write(byte: 6)
      write(log.message)
      write(byte: log.level.rawValue)
      write(log.data)
    case .shutdown: write(byte: 7)
    case .write(let requests):
      write(byte: 8)
      write(requests.map { DataMember(key: $0.signal.description, value: $0.value) })
    }
  }

  mutating func write(_ template: EventTemplate) {
    write(template.type)
    write(byte: template.severity.rawValue)
    write(template.data)
  }

  private mutating func write(_ members: [DataMember]) {
    write(UInt64(members.count))
    for member in members {
      write(member.key)
      write(member.value)
    }
  }

  private mutating func write(_ operand: Operand) {
    switch operand {
    case .literal(let value):
      write(byte: 0)
      write(value)
    case .expression(let expression):
      write(byte: 1)
      write(expression.text)
    }
  }
}

/// Reads actions back. What an expression spoke of may be gone: then its value is unknown, like any other that cannot be had.
struct ActionUnpacker {
  /// The expression that a text is in the files of today; `nil` where it is none.
  let compile: (String) -> (any ValueExpression)?

  /// As many as a rule file may have.
  private static let limit: UInt64 = 64

  func actions(_ reader: inout PackedReader) throws(PackingError) -> [Action] {
    var actions: [Action] = []
    for _ in 0..<(try reader.count(upTo: Self.limit)) { actions.append(try action(&reader)) }
    return actions
  }

  private func action(_ reader: inout PackedReader) throws(PackingError) -> Action {
    switch try reader.byte() {
    case 0: return .geofenceEvent
    case 1: return .event(try event(&reader))
    case 2:
      var patterns: [SignalPattern] = []
      for _ in 0..<(try reader.count(upTo: 1000)) {
        guard let pattern = SignalPattern(try reader.string()) else { throw .malformed(offset: reader.offset) }
        patterns.append(pattern)
      }
      return .report(patterns)
    case 3:
      var requests: [SampleRequest] = []
      for _ in 0..<(try reader.count(upTo: 10_000)) {
        requests.append(
          SampleRequest(device: try reader.string(), every: Interval(nanoseconds: try reader.signed())))
      }
      return .sample(requests)
    case 4: return .set(try members(&reader))
    case 5:
      var hook = HookTemplate(hook: try reader.string())
      for _ in 0..<(try reader.count(upTo: Self.limit)) {
        hook.arguments.append(try operand(&reader) ?? .literal(.text("")))
      }
      hook.timeout = Interval(nanoseconds: try reader.signed())
      hook.data = try members(&reader)
      return .run(hook)
    case 6:
      let message = try reader.string()
      guard let level = LogLine.Level(rawValue: try reader.byte()) else { throw .malformed(offset: reader.offset) }
      return .log(LogTemplate(message: message, level: level, data: try members(&reader)))
    case 7: return .shutdown
    case 8: return .write(try writes(&reader))
    default: throw .malformed(offset: reader.offset - 1)
    }
  }

  func event(_ reader: inout PackedReader) throws(PackingError) -> EventTemplate {
    let type = try reader.string()
    guard let severity = GeneralEvent.Severity(rawValue: try reader.byte()) else {
      throw .malformed(offset: reader.offset - 1)
    }
    return EventTemplate(type: type, severity: severity, data: try members(&reader))
  }

  /// A value that nobody can tell any more is not left out: that it was not written is told.
  private func writes(_ reader: inout PackedReader) throws(PackingError) -> [WriteRequest] {
    var requests: [WriteRequest] = []
    for _ in 0..<(try reader.count(upTo: 10_000)) {
      guard let signal = SignalName(try reader.string()) else { throw .malformed(offset: reader.offset) }
      requests.append(WriteRequest(signal: signal, value: try operand(&reader) ?? .expression(UnknownValue())))
    }
    return requests
  }

  private func members(_ reader: inout PackedReader) throws(PackingError) -> [DataMember] {
    var members: [DataMember] = []
    for _ in 0..<(try reader.count(upTo: 10_000)) {
      let key = try reader.string()
      if let value = try operand(&reader) { members.append(DataMember(key: key, value: value)) }
    }
    return members
  }

  /// `nil`: unknown.
  private func operand(_ reader: inout PackedReader) throws(PackingError) -> Operand? {
    switch try reader.byte() {
    case 0: return .literal(try reader.value())
    case 1: return compile(try reader.string()).map { .expression($0) }
    default: throw .malformed(offset: reader.offset - 1)
    }
  }
}

/// What an expression stands for that today's files can't compile.
private struct UnknownValue: ValueExpression {
  var reads: [Slot] { [] }
  var text: String { "unknown" }
  var canonical: String { "unknown" }
  func value(in situation: Situation) -> Value? { nil }
}
