import Glibc
import Logging
public import Model

/// The fixes of a receiver that gpsd watches, here or on another machine.
///
/// The thread does what `GPSDSession` says; every decision is there. Reconnects for ever.
public struct GPSDInput: Input {
  public let device: String
  let endpoint: Endpoint
  let settings: GPSDSession.Settings

  /// - Parameters:
  ///   - device: the name that the observations carry.
  ///   - host: a name or an address, IPv4 or IPv6.
  ///   - receiver: the receiver's path at the gpsd, as `/dev/ttyACM0`; `nil`: all that it has.
  ///   - staleAfter: the age at which a fix counts as lost, and the silence after which the receiver counts as gone.
  public init(
    device: String, host: String = "127.0.0.1", port: UInt16 = 2947, receiver: String? = nil,
    staleAfter: Interval = .seconds(5)
  ) {
    self.device = device
    endpoint = Endpoint(host: host, port: port)
    settings = GPSDSession.Settings(device: device, receiver: receiver, staleAfter: staleAfter)
  }

  public func run(into sink: any ObservationSink) async throws {
    let thread = try DeviceThread()
    try await thread.run(named: "gpsd \(device)") { thread in
      var client = GPSDClient(endpoint: endpoint, settings: settings, sink: sink, thread: thread)
      client.run()
    }
  }
}

/// The shell around a session: one socket, one thread.
private struct GPSDClient {
  private let endpoint: Endpoint
  private let device: String
  private let sink: any ObservationSink
  private let thread: DeviceThread
  private let log: Logger
  private var session: GPSDSession
  private var socket: StreamSocket?
  private var isConnected = false
  /// What is left of the host's addresses; looked up anew when all have been tried.
  private var addresses: [Endpoint.Address] = []
  private var buffer = [UInt8](repeating: 0, count: 16_384)

  init(
    endpoint: Endpoint, settings: GPSDSession.Settings, sink: any ObservationSink, thread: DeviceThread
  ) {
    self.endpoint = endpoint
    device = settings.device
    self.sink = sink
    self.thread = thread
    var log = Logger(label: "waypost.gpsd")
    log[metadataKey: "device"] = .string(settings.device)
    self.log = log
    session = GPSDSession(settings, at: BootClock.now)
  }

  mutating func run() {
    while !thread.isStopping {
      perform(session.advance(to: BootClock.now))
      guard !thread.isStopping else { return }
      if wait() { socketIsReady() }
    }
  }

  /// Waits for the socket or the session's next deadline; true when the socket is ready.
  private func wait() -> Bool {
    var descriptors = [pollfd(fd: thread.stopDescriptor, events: Int16(POLLIN), revents: 0)]
    if let socket = socket?.descriptor {
      descriptors.append(pollfd(fd: socket, events: Int16(isConnected ? POLLIN : POLLOUT), revents: 0))
    }
    // Rounded up, so that it isn't a millisecond of polling in vain before each deadline.
    let milliseconds = max(0, (session.deadline - BootClock.now + 999_999) / 1_000_000)
    _ = poll(&descriptors, nfds_t(descriptors.count), Int32(min(milliseconds, 60_000)))
    return descriptors.count > 1 && descriptors[1].revents != 0
  }

  private mutating func socketIsReady() {
    guard isConnected else {
      if let failure = socket?.connectionError { return connectingFailed(failure) }
      isConnected = true
      return perform(session.connected(at: BootClock.now))
    }
    // All that is there, but not for ever: the deadlines are looked at between.
    for _ in 0..<16 {
      guard let read = socket?.read(&buffer) else { return }
      switch read {
      case .bytes(let bytes): perform(session.received(bytes, at: BootClock.now))
      case .nothing: return
      case .failure(let failure): return fail(failure)
      }
    }
  }

  private mutating func fail(_ failure: StreamSocket.Failure) {
    perform(session.failed(failure.reason, at: BootClock.now))
  }

  private mutating func perform(_ actions: [GPSDSession.Action]) {
    for action in actions {
      switch action {
      case .connect: connect()
      case .send(let bytes): if let failure = socket?.send(bytes) { fail(failure) }
      case .disconnect:
        socket = nil
        isConnected = false
      case .submit(let content): sink.submit(.now(content))
      case .note(let note): write(note)
      }
    }
  }

  private mutating func connect() {
    isConnected = false
    if addresses.isEmpty { addresses = endpoint.addresses(isNumeric: true) }
    if addresses.isEmpty {
      let endpoint = endpoint
      guard let found = thread.uninterruptible({ endpoint.addresses(isNumeric: false) }) else { return }
      addresses = found
    }
    guard !addresses.isEmpty else { return fail(StreamSocket.Failure(reason: "unknown_host")) }
    do throws(StreamSocket.Failure) {
      socket = try StreamSocket(connectingTo: addresses.removeFirst())
    } catch {
      connectingFailed(error)
    }
  }

  /// Where one address refuses, the next may still do, as `localhost` as ::1 and as 127.0.0.1.
  private mutating func connectingFailed(_ failure: StreamSocket.Failure) {
    socket = nil
    if addresses.isEmpty { fail(failure) } else { connect() }
  }

  private func write(_ note: GPSDSession.Note) {
    switch note {
    case .connected: log.info("gpsd answers")
    case .disconnected(let reason): log.warning("gpsd does not answer; trying again", metadata: ["reason": "\(reason)"])
    case .malformed(let total): log.warning("gpsd sent a line that is no report", metadata: ["total": "\(total)"])
    case .refused: log.warning("gpsd refused a request; is `device` one of its receivers?")
    case .severalReceivers:
      log.warning("gpsd has fixes of several receivers; choose one by `device`")
    }
  }
}
