import Model

/// Everything that the gpsd driver decides, as a pure value: what happens goes in with its time, what to do comes out. It knows
/// no socket and no clock. Times are nanoseconds of a clock that never goes backwards.
///
/// A session lasts as long as the input runs, over any number of connections:
/// `waiting` → `connecting` → `open` → `waiting` → … The back-off grows from 0.2 s to 5 s and begins anew after a
/// connection that gave a report of the receiver.
struct GPSDSession: Sendable {
  enum Action: Hashable, Sendable {
    /// Begin to connect; `connected` or `failed` must follow, unless `disconnect` comes first.
    case connect
    case send([UInt8])
    /// Close the connection, or give up connecting; nothing may come from it any more.
    case disconnect
    case submit(Observation.Content)
    case note(Note)
  }

  /// What a person may want to read in the log.
  enum Note: Hashable, Sendable {
    case connected
    case disconnected(reason: String)
    /// A line was no report, or cut short; `total` counts them since the start. Noted at 1, 10, 100, …
    case malformed(total: Int)
    /// gpsd refused something, as a device that it doesn't have.
    case refused
    /// Fixes come from more than one receiver, and none was chosen.
    case severalReceivers
  }

  struct Settings: Hashable, Sendable {
    /// The name that the observations carry.
    var device: String
    /// The receiver's path at the gpsd, as `/dev/ttyACM0`; `nil`: all that it has.
    var receiver: String?
    /// How old a fix may become, and how long the receiver may be silent.
    var staleAfter: Interval
  }

  static let connectLimit: Int64 = 5_000_000_000
  /// gpsd greets with VERSION at once.
  static let greetingLimit: Int64 = 5_000_000_000
  /// After this much silence gpsd is asked for its version: a half-open connection looks like a receiver that is off.
  static let silenceLimit: Int64 = 10_000_000_000
  static let answerLimit: Int64 = 5_000_000_000
  static let firstWait: Int64 = 200_000_000
  static let longestWait: Int64 = 5_000_000_000

  private enum Link: Hashable, Sendable {
    case waiting(until: Int64)
    case connecting(until: Int64)
    case open(Connection)
  }

  private struct Connection: Hashable, Sendable {
    var isGPSD = false
    /// When to give up, or to ask: moved on by each byte that comes in.
    var limit: Int64
    var wasAsked = false
  }

  private let settings: Settings
  private var link: Link
  private var lines = LineBuffer()
  private var reports: GPSDReports
  private var wait = firstWait
  private var malformed = 0
  /// The device's state as last told; `nil` before the first word.
  private var isUp: Bool?
  /// When a report of the receiver last came, or hope for one began; `nil` while there is nothing to expect.
  private var reportedAt: Int64?
  private var freshAt: Int64 = 0
  private var lastReceiver: String?
  private var hasNotedSeveral = false

  init(_ settings: Settings, at time: Int64) {
    self.settings = settings
    link = .waiting(until: time)
    reports = GPSDReports(device: settings.device, correctsRollOver: true)
  }

  /// When `advance` has something to do.
  var deadline: Int64 {
    var deadline =
      switch link {
      case .waiting(let until), .connecting(let until): until
      case .open(let connection): connection.limit
      }
    if reports.hasFix == true { deadline = min(deadline, freshAt + settings.staleAfter.nanoseconds) }
    if let reportedAt, isUp != false { deadline = min(deadline, reportedAt + settings.staleAfter.nanoseconds) }
    return deadline
  }

  /// Time has passed. Any chunking gives the same actions, but for those of a connection that would have come in between.
  mutating func advance(to time: Int64) -> [Action] {
    var actions = grownOld(at: time)
    switch link {
    case .waiting(let until) where time >= until:
      link = .connecting(until: time + Self.connectLimit)
      actions.append(.connect)
    case .connecting(let until) where time >= until:
      actions += close("timeout", at: time)
    case .open(var connection) where time >= connection.limit:
      if connection.isGPSD, !connection.wasAsked {
        connection.wasAsked = true
        connection.limit = time + Self.answerLimit
        link = .open(connection)
        actions.append(.send(Array("?VERSION;\n".utf8)))
      } else {
        actions += close("timeout", at: time)
      }
    default: break
    }
    return actions
  }

  mutating func connected(at time: Int64) -> [Action] {
    guard case .connecting = link else { return [] }
    link = .open(Connection(limit: time + Self.greetingLimit))
    lines = LineBuffer()
    return [.send(watch)]
  }

  /// Connecting failed, or the connection was lost. `reason` as in an observation of the device.
  mutating func failed(_ reason: String, at time: Int64) -> [Action] {
    if case .waiting = link { return [] }
    return close(reason, at: time)
  }

  mutating func received(_ bytes: some Collection<UInt8>, at time: Int64) -> [Action] {
    guard case .open(var connection) = link else { return [] }
    var actions = grownOld(at: time)
    guard let whole = lines.append(bytes) else { return actions + close("not_gpsd", at: time) }
    if connection.isGPSD {
      connection.limit = time + Self.silenceLimit
      connection.wasAsked = false
    }
    for line in whole {
      let reading = reports.read(line, at: time)
      if !connection.isGPSD {
        guard reading.report == .version else { return actions + close("not_gpsd", at: time) }
        connection.isGPSD = true
        connection.limit = time + Self.silenceLimit
        if isUp != false { reportedAt = reportedAt ?? time }
        actions.append(.note(.connected))
      }
      actions += take(reading, at: time)
    }
    link = .open(connection)
    return actions
  }

  private mutating func take(_ reading: GPSDReports.Reading, at time: Int64) -> [Action] {
    var actions: [Action] = []
    switch reading.report {
    case .fix(let fix):
      wait = Self.firstWait
      reportedAt = time
      if reading.isFresh { freshAt = time }
      if isUp != true {
        isUp = true
        actions.append(.submit(.device(name: settings.device, isUp: true, reason: nil)))
      }
      if let lastReceiver, lastReceiver != fix.receiver, settings.receiver == nil, !hasNotedSeveral {
        hasNotedSeveral = true
        actions.append(.note(.severalReceivers))
      }
      lastReceiver = fix.receiver
    case .receiver(let receiver) where !receiver.isActive:
      if receiver.path == lastReceiver || lastReceiver == nil { actions += down("unplugged") }
    case .receivers(let list) where list.isEmpty:
      actions += down("no_receiver")
    case .error:
      actions.append(.note(.refused))
    case .malformed:
      malformed += 1
      if isPowerOfTen(malformed) { actions.append(.note(.malformed(total: malformed))) }
    default: break
    }
    if let content = reading.content { actions.append(.submit(content)) }
    return actions
  }

  /// The fix's age, and the receiver's silence, also while there is no connection: gpsd does not always say that a fix is lost.
  private mutating func grownOld(at time: Int64) -> [Action] {
    var actions: [Action] = []
    if time - freshAt >= settings.staleAfter.nanoseconds, let content = reports.fixGrewOld() {
      actions.append(.submit(content))
    }
    if let reportedAt, time - reportedAt >= settings.staleAfter.nanoseconds { actions += down("silent") }
    return actions
  }

  private mutating func close(_ reason: String, at time: Int64) -> [Action] {
    var actions: [Action] = [.disconnect]
    link = .waiting(until: time + wait)
    wait = min(wait * 2, Self.longestWait)
    // Once per loss: a gpsd that stays away is told once, not every 5 s.
    if isUp != false { actions.append(.note(.disconnected(reason: reason))) }
    return actions + down(reason)
  }

  private mutating func down(_ reason: String) -> [Action] {
    reportedAt = nil
    guard isUp != false else { return [] }
    isUp = false
    return [.submit(.device(name: settings.device, isUp: false, reason: reason))]
  }

  /// What libgps' `gps_stream(WATCH_ENABLE | WATCH_JSON | WATCH_DEVICE)` sends.
  private var watch: [UInt8] {
    let device = settings.receiver.map { #","device":"\#($0)""# } ?? ""
    return Array(#"?WATCH={"enable":true,"json":true\#(device)};"#.utf8) + [10]
  }

  private func isPowerOfTen(_ number: Int) -> Bool {
    var rest = number
    while rest > 1, rest % 10 == 0 { rest /= 10 }
    return rest == 1
  }
}
