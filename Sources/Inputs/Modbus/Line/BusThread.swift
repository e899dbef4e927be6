import Glibc
import Logging
import Model

/// The shell around a session: one line, one thread. It does what `BusSession` says; every decision is there.
struct BusThread {
  private let bus: ModbusBus
  private var connection: ModbusConnection
  private var session: BusSession
  private var line: ModbusLine?
  /// A look-up of the host's name that goes on, or has ended.
  private var lookup: HostLookup?
  private var transaction: UInt16
  private var actions: [BusSession.Action] = []
  private var looksAgainAt: Int64 = 0
  private let log = Logger(label: "waypost.modbus")

  init(_ bus: ModbusBus, _ connection: ModbusConnection) {
    self.bus = bus
    self.connection = connection
    session = BusSession(connection.session, at: BootClock.now)
    // Anywhere, so that a gateway that was started anew doesn't begin as it did before.
    transaction = UInt16.random(in: 0...UInt16.max)
  }

  /// Serves the bus until it has no devices any more.
  mutating func run() {
    while true {
      take(bus.commands())
      perform()
      if session.isEmpty {
        line = nil
        guard let next = bus.end(connection) else { return }
        connection = next
        session = BusSession(next.session, at: BootClock.now)
        lookup = nil
        continue
      }
      do {
        actions += session.advance(to: BootClock.now)
      }
      if actions.isEmpty { idle() } else { perform() }
    }
  }

  private mutating func take(_ commands: [ModbusBus.Command]) {
    let now = BootClock.now
    for command in commands {
      switch command {
      case .join(let member, let unit): session.join(member, unit, at: now)
      case .leave(let member): actions += session.leave(member, at: now)
      case .pace(let member, let every): session.setPace(member, every, at: now)
      case .write(let id, let member, let metric, let value, let deadline):
        actions += session.write(id, member, metric, value, deadline: deadline)
      }
    }
  }

  private mutating func perform() {
    while !actions.isEmpty {
      switch actions.removeFirst() {
      case .open: open()
      case .close: line = nil
      case .exchange(let exchange): self.exchange(exchange)
      case .submit(let member, let content): bus.submit(member, Arrival(bootTime: lastTime, content: content))
      case .finish(let write, let outcome): bus.finish(write, outcome)
      case .left(let member): bus.left(member)
      case .note(let member, let note): self.write(note, bus.name(of: member))
      }
    }
  }

  /// When what is being submitted came in.
  private var lastTime: Int64 = 0

  private mutating func exchange(_ exchange: BusSession.Exchange) {
    guard let line else { return fail("closed") }
    do throws(ModbusLine.Failure) {
      // A port's name is looked at before it is asked, and once a second at most.
      if looksAgainAt <= BootClock.now {
        looksAgainAt = BootClock.now + 1_000_000_000
        if line.isRenamed { throw ModbusLine.Failure(reason: "unplugged") }
      }
      let result = try line.exchange(exchange) { limit in wait(for: line, until: limit) }
      transaction = line.lastTransaction
      lastTime = BootClock.now
      actions += session.finished(result, at: lastTime)
    } catch {
      fail(error.reason)
    }
  }

  private mutating func fail(_ reason: String) {
    lastTime = BootClock.now
    if let line { transaction = line.lastTransaction }
    line = nil
    actions += session.lineFailed(reason, at: lastTime)
  }

  /// Waits for the line within an exchange.
  private func wait(for line: ModbusLine, until limit: Int64) -> ModbusLine.Wait {
    while true {
      let left = limit - BootClock.now
      guard left > 0 else { return .over }
      var descriptors = [
        pollfd(fd: line.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: bus.wakeDescriptor, events: Int16(POLLIN), revents: 0),
      ]
      _ = poll(&descriptors, 2, Self.milliseconds(left))
      if descriptors[0].revents != 0 { return .answer }
      // Other commands wait for the answer.
      if descriptors[1].revents != 0, bus.isUrgent() { return .interrupted }
    }
  }

  /// Waits for the session's next deadline, a command, or the line's end.
  private mutating func idle() {
    let now = BootClock.now
    var limit = session.deadline
    // A name that stands for something else tells nothing by itself.
    if line != nil, case .serial = connection { limit = min(limit, max(looksAgainAt, now)) }
    var descriptors = [pollfd(fd: bus.wakeDescriptor, events: Int16(POLLIN), revents: 0)]
    if let line {
      let events = if case .tcp = connection { Int16(POLLIN) } else { Int16(0) }
      descriptors.append(pollfd(fd: line.descriptor, events: events, revents: 0))
    }
    _ = poll(&descriptors, nfds_t(descriptors.count), Self.milliseconds(min(limit, now + 60_000_000_000) - now))
    guard let line else { return }
    if descriptors.count > 1, descriptors[1].revents != 0 {
      switch connection {
      case .serial: return fail("unplugged")
      case .tcp:
        // What comes unasked is thrown away; without anything to throw away, the other side has closed.
        let count = line.discard()
        if count == 0 { return fail("closed") }
        if count >= ModbusLine.noiseLimit { return fail("unreadable") }
      }
    }
    guard case .serial = connection, looksAgainAt <= BootClock.now else { return }
    looksAgainAt = BootClock.now + 1_000_000_000
    if line.isRenamed { fail("unplugged") }
  }

  /// Rounded up, so that it isn't a millisecond of polling in vain before each deadline.
  private static func milliseconds(_ nanoseconds: Int64) -> Int32 {
    Int32(clamping: max(0, min(nanoseconds, 60_000_000_000) + 999_999) / 1_000_000)
  }

  // MARK: Opening

  /// How long a name is looked up, and an address tried, nanoseconds.
  private static let connectLimit: Int64 = 5_000_000_000

  private mutating func open() {
    do throws(ModbusLine.Failure) {
      let opened: ModbusLine
      switch connection {
      case .serial(let settings): opened = try ModbusLine.open(settings)
      case .tcp(let endpoint):
        guard let connected = try connect(endpoint) else { return }
        opened = connected
      }
      line = opened
      looksAgainAt = BootClock.now + 1_000_000_000
      actions += session.opened(at: BootClock.now)
    } catch {
      fail(error.reason)
    }
  }

  /// `nil`: no device is left to connect for.
  private mutating func connect(_ endpoint: Endpoint) throws(ModbusLine.Failure) -> ModbusLine? {
    var addresses = endpoint.addresses(isNumeric: true)
    if addresses.isEmpty {
      guard let found = try lookUp(endpoint) else { return nil }
      addresses = found
    }
    guard !addresses.isEmpty else { throw ModbusLine.Failure(reason: "unknown_host") }
    var reason = "unreachable"
    for address in addresses.prefix(4) {
      do throws(StreamSocket.Failure) {
        let socket = try StreamSocket(connectingTo: address)
        switch waitToConnect(socket) {
        case .over: reason = "timeout"
        case .interrupted: return nil
        case .answer:
          if let failure = socket.connectionError { throw failure }
          return try take(socket)
        }
      } catch {
        reason = error.reason
      }
    }
    throw ModbusLine.Failure(reason: reason)
  }

  /// Waits for the host's addresses; `nil`: no device is left to connect for. One that takes longer is waited for at the next try.
  private mutating func lookUp(_ endpoint: Endpoint) throws(ModbusLine.Failure) -> [Endpoint.Address]? {
    let lookup: HostLookup
    if let running = self.lookup {
      lookup = running
    } else {
      do throws(DeviceThread.Failure) {
        lookup = try HostLookup(endpoint)
      } catch {
        throw ModbusLine.Failure(reason: "error")
      }
      self.lookup = lookup
    }
    let limit = BootClock.now + Self.connectLimit
    while lookup.addresses == nil, case let left = limit - BootClock.now, left > 0 {
      var descriptors = [
        pollfd(fd: lookup.doneDescriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: bus.wakeDescriptor, events: Int16(POLLIN), revents: 0),
      ]
      _ = poll(&descriptors, 2, Self.milliseconds(left))
      if descriptors[1].revents != 0, bus.isUrgent() { return nil }
    }
    guard let addresses = lookup.addresses else { throw ModbusLine.Failure(reason: "unknown_host") }
    self.lookup = nil
    return addresses
  }

  private func take(_ socket: StreamSocket) throws(StreamSocket.Failure) -> ModbusLine {
    do throws(ModbusLine.Failure) {
      return try ModbusLine.take(socket, transaction: transaction)
    } catch {
      throw StreamSocket.Failure(reason: error.reason)
    }
  }

  private func waitToConnect(_ socket: StreamSocket) -> ModbusLine.Wait {
    let limit = BootClock.now + Self.connectLimit
    while case let left = limit - BootClock.now, left > 0 {
      var descriptors = [
        pollfd(fd: socket.descriptor, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: bus.wakeDescriptor, events: Int16(POLLIN), revents: 0),
      ]
      _ = poll(&descriptors, 2, Self.milliseconds(left))
      if descriptors[0].revents != 0 { return .answer }
      if descriptors[1].revents != 0, bus.isUrgent() { return .interrupted }
    }
    return .over
  }

  private func write(_ note: BusSession.Note, _ device: String) {
    let place: Logger.Metadata = ["device": "\(device)", "bus": "\(connection.name)"]
    switch note {
    case .answers: log.info("the device answers", metadata: place)
    case .silent(let reason):
      log.warning(
        "the device does not answer; trying again", metadata: place.merging(["reason": "\(reason)"]) { $1 })
    }
  }
}
