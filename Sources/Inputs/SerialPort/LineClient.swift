import Glibc
import Logging
import Model

/// The thin shell around a session: one line, one thread. Every decision is the session's.
struct LineClient<Session: LineSession> {
  private let endpoint: LineEndpoint
  private let sink: any ObservationSink
  private let thread: DeviceThread
  private let log: Logger
  private var session: Session
  private var line: Line?
  private var isOpen = false
  /// What is left of the host's addresses; looked up anew when all have been tried.
  private var addresses: [Endpoint.Address] = []
  private var outgoing: [UInt8] = []
  private var buffer = [UInt8](repeating: 0, count: 4096)
  private var hasHinted = false

  /// More than any command has that a device is to take at once.
  private static var outgoingLimit: Int { 4096 }

  private enum Line {
    case serial(SerialPort)
    case tcp(StreamSocket)

    var descriptor: Int32 {
      switch self {
      case .serial(let port): port.descriptor
      case .tcp(let socket): socket.descriptor
      }
    }
  }

  /// - Parameter label: of its log lines, as `waypost.nmea`.
  init(
    _ session: Session, endpoint: LineEndpoint, device: String, label: String, sink: any ObservationSink,
    thread: DeviceThread
  ) {
    self.endpoint = endpoint
    self.sink = sink
    self.thread = thread
    var log = Logger(label: label)
    log[metadataKey: "device"] = .string(device)
    log[metadataKey: "line"] = .string(endpoint.description)
    self.log = log
    self.session = session
  }

  /// - Parameters:
  ///   - waker: what ends its waiting.
  ///   - awake: called each time, before the session's time goes on.
  mutating func run(
    waker: Waker? = nil, awake: (inout Session, _ time: Int64) -> [LineAction] = { _, _ in [] }
  ) {
    while !thread.isStopping {
      perform(awake(&session, BootClock.now))
      perform(session.advance(to: BootClock.now))
      guard !thread.isStopping else { return }
      wait(waker)
    }
  }

  /// Waits for the line or the session's next deadline, and does what the line is ready for.
  private mutating func wait(_ waker: Waker?) {
    var descriptors = [
      pollfd(fd: thread.stopDescriptor, events: Int16(POLLIN), revents: 0),
      // Of a descriptor below 0 poll(2) takes no notice.
      pollfd(fd: waker?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: line?.descriptor ?? -1, events: interest, revents: 0),
    ]
    // Rounded up, so that it isn't a millisecond of polling in vain before each deadline.
    let milliseconds = (max(0, session.deadline - BootClock.now) &+ 999_999) / 1_000_000
    _ = poll(&descriptors, nfds_t(descriptors.count), Int32(max(0, min(milliseconds, longestWait))))
    if descriptors[1].revents != 0 { waker?.drain() }
    // Before anything is read: it would be another device's.
    if isOpen, case .serial(let port) = line, port.isRenamed { return fail(unplugged) }
    let ready = descriptors[2].revents
    guard ready != 0 else { return }
    guard isOpen else { return connecting() }
    if ready & Int16(POLLOUT) != 0 { flush() }
    if ready & ~Int16(POLLOUT) != 0 { read() }
  }

  /// Milliseconds. An open port's name is looked at once a second.
  private var longestWait: Int64 {
    guard isOpen, case .serial = line else { return 60_000 }
    return 1000
  }

  private var interest: Int16 {
    guard isOpen else { return Int16(POLLOUT) }
    return Int16(outgoing.isEmpty ? POLLIN : POLLIN | POLLOUT)
  }

  private mutating func read() {
    // All that is there, but not for ever: the deadlines are looked at between.
    for _ in 0..<16 {
      guard let line else { return }
      let count = Glibc.read(line.descriptor, &buffer, buffer.count)
      let code = errno
      if count > 0 {
        perform(session.received(buffer[..<count], at: BootClock.now))
      } else if count < 0, code == EAGAIN || code == EINTR {
        return
      } else {
        return fail(lost(count < 0 ? code : 0))
      }
    }
  }

  /// A line that was open gives an error, or the end of it (0).
  private func lost(_ code: Int32) -> LineFailure {
    switch line {
    case .tcp: return code == 0 ? LineFailure("closed") : LineFailure(StreamSocket.Failure(code: code))
    default: return unplugged
    }
  }

  private var unplugged: LineFailure {
    LineFailure("unplugged", remedy: "plug it in again: it is read again by itself")
  }

  private mutating func flush() {
    guard let line, !outgoing.isEmpty else { return }
    let sent: Int
    switch line {
    case .serial(let port): sent = Glibc.write(port.descriptor, outgoing, outgoing.count)
    case .tcp(let socket): sent = Glibc.send(socket.descriptor, outgoing, outgoing.count, Int32(MSG_NOSIGNAL))
    }
    let code = errno
    if sent > 0 {
      outgoing.removeFirst(sent)
    } else if sent < 0, code != EAGAIN, code != EINTR {
      fail(lost(code))
    }
  }

  private mutating func fail(_ failure: LineFailure) {
    perform(session.failed(failure, at: BootClock.now))
  }

  private mutating func perform(_ actions: [LineAction]) {
    for action in actions {
      switch action {
      case .open: open()
      case .retune(let baud): retune(baud)
      case .send(let bytes): send(bytes)
      case .discardInput: if case .serial(let port) = line { port.discardInput() }
      case .close:
        line = nil
        isOpen = false
        outgoing = []
      case .submit(let content): sink.submit(.now(content))
      case .note(let note): write(note)
      }
    }
  }

  private mutating func send(_ bytes: [UInt8]) {
    guard outgoing.count + bytes.count <= Self.outgoingLimit else {
      return fail(LineFailure("blocked", remedy: "the device takes nothing: compare `flow` with its setting"))
    }
    outgoing += bytes
    flush()
  }

  private mutating func retune(_ baud: Int) {
    guard case .serial(let port) = line, case .serial(_, var settings) = endpoint else { return }
    settings.baud = baud
    do throws(LineFailure) { try port.set(settings) } catch { fail(error) }
  }

  private mutating func open() {
    isOpen = false
    switch endpoint {
    case .serial(let path, let settings):
      let opened = thread.uninterruptible { () -> Result<SerialPort, LineFailure> in
        Result { () throws(LineFailure) in try SerialPort(path, settings) }
      }
      switch opened {
      case .success(let port):
        hint(path, port)
        line = .serial(port)
        isOpen = true
        perform(session.opened(at: BootClock.now))
      case .failure(let failure): fail(failure)
      case nil: return
      }
    case .tcp(let endpoint): connect(endpoint)
    }
  }

  private mutating func connect(_ endpoint: Endpoint) {
    if addresses.isEmpty { addresses = endpoint.addresses(isNumeric: true) }
    if addresses.isEmpty {
      guard let found = thread.uninterruptible({ endpoint.addresses(isNumeric: false) }) else { return }
      addresses = found
    }
    guard !addresses.isEmpty else { return fail(LineFailure("unknown_host")) }
    do throws(StreamSocket.Failure) {
      line = .tcp(try StreamSocket(connectingTo: addresses.removeFirst()))
    } catch {
      connectingFailed(error, endpoint)
    }
  }

  private mutating func connecting() {
    guard case .tcp(let socket) = line, case .tcp(let endpoint) = endpoint else { return }
    if let failure = socket.connectionError { return connectingFailed(failure, endpoint) }
    isOpen = true
    perform(session.opened(at: BootClock.now))
  }

  /// Where one address refuses, the next may still do, as `localhost` as ::1 and as 127.0.0.1.
  private mutating func connectingFailed(_ failure: StreamSocket.Failure, _ endpoint: Endpoint) {
    line = nil
    if addresses.isEmpty { fail(LineFailure(failure)) } else { connect(endpoint) }
  }

  /// What only a person can mend, once.
  private mutating func hint(_ path: String, _ port: SerialPort) {
    guard !hasHinted else { return }
    hasHinted = true
    if !port.hasFraming {
      log.warning("the port didn't take the data bits, parity, stop bits or flow control; trying as it is")
    }
    if let name = LastingName.of(path) {
      log.notice("after it was unplugged this adapter may be another port", metadata: ["use": .string(name)])
    }
  }

  private func write(_ note: LineNote) {
    switch note {
    case .up(let baud):
      var metadata: Logger.Metadata = [:]
      if let baud { metadata["baud"] = .stringConvertible(baud) }
      log.info("the device is read", metadata: metadata)
    case .down(let failure):
      var metadata: Logger.Metadata = ["reason": .string(failure.reason)]
      if let remedy = failure.remedy { metadata["remedy"] = .string(remedy) }
      log.warning("the device isn't read; trying again", metadata: metadata)
    case .broken(let total, let kind):
      log.warning("what came in can't be read", metadata: ["fault": .string(kind), "total": "\(total)"])
    }
  }
}
