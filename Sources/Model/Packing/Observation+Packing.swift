// The packed form of an observation's parts; shared by recordings, journal blocks and state rows.

extension PackedWriter {
  public mutating func write(_ position: Position) {
    write(position.latitude)
    write(position.longitude)
    write(byte: position.mode.rawValue)
    // One bit per member that is there, so that a bare fix stays short.
    let present: [Bool] = [
      position.time != nil, position.altitude != nil, position.speed != nil, position.course != nil,
      position.accuracy != nil, position.hdop != nil, position.eph != nil,
      position.satellites != nil,
    ]
    write(byte: present.enumerated().reduce(0) { $0 | ($1.element ? 1 << $1.offset : 0) })
    if let time = position.time { write(time.milliseconds) }
    for value in [
      position.altitude, position.speed, position.course, position.accuracy, position.hdop,
      position.eph,
    ] {
      if let value { write(value) }
    }
    if let satellites = position.satellites { write(satellites) }
  }

  public mutating func write(_ value: Value) {
    switch value {
    case .number(let number):
      write(byte: 0)
      write(number)
    case .boolean(let flag):
      write(byte: flag ? 2 : 1)
    case .text(let text):
      write(byte: 3)
      write(text)
    }
  }

  public mutating func write(_ observation: Observation) {
    write(observation.time.nanoseconds)
    switch observation.content {
    case .position(let device, let position):
      write(byte: 0)
      write(device)
      write(position)
    case .positionLost(let device):
      write(byte: 1)
      write(device)
    case .reading(let device, let metric, let value, let quality):
      write(byte: 2)
      write(device)
      write(metric)
      write(optional: value) { $0.write($1) }
      write(byte: quality.rawValue)
    case .device(let name, let isUp, let reason):
      write(byte: 3)
      write(name)
      write(isUp)
      write(optional: reason) { $0.write($1) }
    case .system(let system):
      write(byte: 4)
      write(system)
    }
  }

  private mutating func write(_ system: SystemObservation) {
    switch system {
    case .start(let downtime):
      write(byte: 0)
      write(optional: downtime) { $0.write($1.nanoseconds) }
    case .clock(let utcAtZero):
      write(byte: 1)
      write(utcAtZero.milliseconds)
    case .clockLost:
      write(byte: 2)
    case .link(let uplink, let isUp):
      write(byte: 3)
      write(uplink)
      write(isUp)
    case .tick:
      write(byte: 4)
    case .command(let name, let id, let arguments):
      // Recordings of before there were arguments read on as they are.
      write(byte: arguments.isEmpty ? 5 : 8)
      write(name)
      write(id)
      guard !arguments.isEmpty else { return }
      write(UInt64(arguments.count))
      for argument in arguments {
        write(argument.name)
        write(argument.value)
      }
    case .outcome(let outcome):
      // Recordings of before there was a value read on as they are.
      write(byte: outcome.value == nil ? 6 : 7)
      write(outcome)
      if let value = outcome.value { write(value) }
    }
  }
}

extension PackedReader {
  public mutating func position() throws(PackingError) -> Position {
    let latitude = try double()
    let longitude = try double()
    guard let mode = Position.Mode(rawValue: try byte()) else { throw .malformed(offset: offset) }
    let present = try byte()
    func has(_ bit: Int) -> Bool { present >> bit & 1 == 1 }
    var position = Position(latitude: latitude, longitude: longitude, mode: mode)
    if has(0) { position.time = Timestamp(milliseconds: try signed()) }
    if has(1) { position.altitude = try double() }
    if has(2) { position.speed = try double() }
    if has(3) { position.course = try double() }
    if has(4) { position.accuracy = try double() }
    if has(5) { position.hdop = try double() }
    if has(6) { position.eph = try double() }
    if has(7) { position.satellites = try int() }
    return position
  }

  public mutating func value() throws(PackingError) -> Value {
    switch try byte() {
    case 0: return .number(try double())
    case 1: return .boolean(false)
    case 2: return .boolean(true)
    case 3: return .text(try string())
    default: throw .malformed(offset: offset - 1)
    }
  }

  public mutating func quality() throws(PackingError) -> Quality {
    guard let quality = Quality(rawValue: try byte()) else { throw .malformed(offset: offset - 1) }
    return quality
  }

  public mutating func observation() throws(PackingError) -> Observation {
    let time = EngineTime(nanoseconds: try signed())
    let content: Observation.Content
    switch try byte() {
    case 0: content = .position(device: try string(), try position())
    case 1: content = .positionLost(device: try string())
    case 2:
      content = .reading(
        device: try string(), metric: try string(),
        value: try optional { reader throws(PackingError) in try reader.value() },
        quality: try quality())
    case 3:
      content = .device(
        name: try string(), isUp: try bool(),
        reason: try optional { reader throws(PackingError) in try reader.string() })
    case 4: content = .system(try system())
    default: throw .malformed(offset: offset - 1)
    }
    return Observation(time: time, content: content)
  }

  private mutating func system() throws(PackingError) -> SystemObservation {
    switch try byte() {
    case 0:
      return .start(
        downtime: try optional { reader throws(PackingError) in
          Interval(nanoseconds: try reader.signed())
        })
    case 1: return .clock(utcAtZero: Timestamp(milliseconds: try signed()))
    case 2: return .clockLost
    case 3: return .link(uplink: try string(), isUp: try bool())
    case 4: return .tick
    case 5: return .command(name: try string(), id: try string())
    case 6: return .outcome(try actionOutcome())
    case 7:
      var outcome = try actionOutcome()
      outcome.value = try value()
      return .outcome(outcome)
    case 8:
      let (name, id) = (try string(), try string())
      let count = try unsigned()
      guard count <= 16 else { throw .malformed(offset: offset) }
      var arguments: [CommandArgument] = []
      for _ in 0..<count {
        arguments.append(CommandArgument(name: try string(), value: try value()))
      }
      return .command(name: name, id: id, arguments: arguments)
    default: throw .malformed(offset: offset - 1)
    }
  }
}
