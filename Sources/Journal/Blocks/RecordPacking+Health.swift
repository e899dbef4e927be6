import Model

// Of a `health` record: flags of what is there, then version, configuration, the numbers, and the uplinks.
extension RecordPacker {
  mutating func append(_ health: Health) {
    let optional: [UInt64?] = [health.diskFree, health.memory, health.memoryFree]
    var flags: UInt8 = health.isClockTrusted ? 1 : 0
    for (bit, value) in optional.enumerated() where value != nil { flags |= 2 << UInt8(bit) }
    if health.temperature != nil { flags |= 16 }
    if health.configuration != nil { flags |= 32 }
    body.write(byte: flags)
    write(name: health.version)
    if let configuration = health.configuration { write(name: configuration) }
    body.write(health.uptime.nanoseconds)
    body.write(health.running.nanoseconds)
    for case let value? in optional { body.write(value) }
    if let temperature = health.temperature { body.write(temperature) }
    body.write(health.journalBytes)
    body.write(health.journalLimit)
    body.write(health.deadLetters)
    body.write(UInt64(health.uplinks.count))
    for uplink in health.uplinks {
      write(name: uplink.name)
      body.write(uplink.isUp)
      body.write(uplink.waiting)
      body.write(uplink.bytesToday)
    }
  }
}

extension RecordUnpacker {
  mutating func health() throws(PackingError) -> Health {
    let flags = try reader.byte()
    guard flags < 64 else { throw .malformed(offset: reader.offset - 1) }
    let version = try name()
    let configuration = flags & 32 == 0 ? nil : try name()
    let uptime = Interval(nanoseconds: try reader.signed())
    let running = Interval(nanoseconds: try reader.signed())
    let diskFree = flags & 2 == 0 ? nil : try reader.unsigned()
    let memory = flags & 4 == 0 ? nil : try reader.unsigned()
    let memoryFree = flags & 8 == 0 ? nil : try reader.unsigned()
    let temperature = flags & 16 == 0 ? nil : try reader.double()
    var health = Health(
      version: version, configuration: configuration, uptime: uptime, running: running, isClockTrusted: flags & 1 == 1,
      diskFree: diskFree, memory: memory, memoryFree: memoryFree, temperature: temperature,
      journalBytes: try reader.unsigned(), journalLimit: try reader.unsigned(), deadLetters: try reader.unsigned(),
      uplinks: [])
    for _ in 0..<(try reader.unsigned()) {
      health.uplinks.append(
        Health.Uplink(
          name: try name(), isUp: try reader.bool(), waiting: try reader.unsigned(), bytesToday: try reader.unsigned()))
    }
    return health
  }
}
