// The packed form of decided actions and of what became of them; shared by the journal and recordings.

extension PackedWriter {
  public mutating func write(_ run: HookRun) {
    write(run.id)
    write(run.time.nanoseconds)
    write(optional: run.timestamp) { $0.write($1.milliseconds) }
    write(run.rule)
    write(byte: run.state.rawValue)
    write(run.hook)
    write(UInt64(run.arguments.count))
    for argument in run.arguments { write(argument) }
    write(run.timeout.nanoseconds)
    write(run.trigger)
    write(run.data)
  }

  public mutating func write(_ write: ActuatorWrite) {
    self.write(write.id)
    self.write(write.time.nanoseconds)
    self.write(optional: write.timestamp) { $0.write($1.milliseconds) }
    self.write(write.rule)
    self.write(byte: write.state.rawValue)
    self.write(write.device)
    self.write(write.metric)
    self.write(write.value)
    self.write(write.isPulse)
    self.write(write.maxAge.nanoseconds)
  }

  public mutating func write(_ members: [GeneralEvent.Member]) {
    write(UInt64(members.count))
    for member in members {
      write(member.key)
      write(member.value)
    }
  }

  mutating func write(_ outcome: ActionOutcome) {
    write(outcome.id)
    write(outcome.rule)
    write(outcome.action)
    write(outcome.target)
    write(byte: outcome.result.rawValue)
    write(optional: outcome.reason) { $0.write($1) }
  }
}

extension PackedReader {
  /// More arguments or members than this no action has; so that damaged bytes ask for no memory.
  private static let limit: UInt64 = 1000

  public mutating func hookRun() throws(PackingError) -> HookRun {
    let id = try string()
    let time = EngineTime(nanoseconds: try signed())
    let timestamp = try optional { reader throws(PackingError) in Timestamp(milliseconds: try reader.signed()) }
    let rule = try string()
    guard let state = GeneralEvent.State(rawValue: try byte()) else { throw .malformed(offset: offset - 1) }
    let hook = try string()
    var arguments: [String] = []
    for _ in 0..<(try count()) { arguments.append(try string()) }
    return HookRun(
      id: id, time: time, timestamp: timestamp, rule: rule, state: state, hook: hook, arguments: arguments,
      timeout: Interval(nanoseconds: try signed()), trigger: try members(), data: try members())
  }

  public mutating func actuatorWrite() throws(PackingError) -> ActuatorWrite {
    let id = try string()
    let time = EngineTime(nanoseconds: try signed())
    let timestamp = try optional { reader throws(PackingError) in Timestamp(milliseconds: try reader.signed()) }
    let rule = try string()
    guard let state = GeneralEvent.State(rawValue: try byte()) else { throw .malformed(offset: offset - 1) }
    return ActuatorWrite(
      id: id, time: time, timestamp: timestamp, rule: rule, state: state, device: try string(), metric: try string(),
      value: try value(), isPulse: try bool(), maxAge: Interval(nanoseconds: try signed()))
  }

  public mutating func members() throws(PackingError) -> [GeneralEvent.Member] {
    var members: [GeneralEvent.Member] = []
    for _ in 0..<(try count()) { members.append(GeneralEvent.Member(key: try string(), value: try value())) }
    return members
  }

  private mutating func count() throws(PackingError) -> UInt64 {
    let count = try unsigned()
    guard count <= Self.limit else { throw .malformed(offset: offset) }
    return count
  }

  mutating func actionOutcome() throws(PackingError) -> ActionOutcome {
    let id = try string()
    let rule = try string()
    let action = try string()
    let target = try string()
    guard let result = ActionOutcome.Result(rawValue: try byte()) else { throw .malformed(offset: offset - 1) }
    return ActionOutcome(
      id: id, rule: rule, action: action, target: target, result: result,
      reason: try optional { reader throws(PackingError) in try reader.string() })
  }
}
