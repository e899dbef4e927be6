import Model

/// A line's life, of which each session has one: `waiting` → `opening` → `open` → `waiting` → …, and what is told of the device
/// meanwhile. The back-off grows from 0.2 s and begins anew once the device was understood.
struct LineLink: Hashable, Sendable {
  struct Settings: Hashable, Sendable {
    /// The name that the observations carry.
    var device: String
    /// How long the device may say nothing that can be understood.
    var silence: Interval
    /// True over TCP, where a connection that is dead on the other side looks like a device that is silent.
    var isRemote = false
  }

  static let openLimit: Int64 = 5_000_000_000
  static let firstWait: Int64 = 200_000_000
  /// An adapter that is plugged in again is to be read within five seconds.
  static let longestWait: Int64 = 2_000_000_000
  /// After so much silence a connection over TCP is made anew.
  static let remoteSilence: Int64 = 60_000_000_000

  private enum Phase: Hashable, Sendable {
    case waiting(until: Int64)
    case opening(until: Int64)
    case open
  }

  private let settings: Settings
  private var phase: Phase
  private var wait = firstWait
  /// The device's state as last told; `nil` before the first word.
  private var isUp: Bool?
  /// When the device was last understood, or hope for it began; `nil` while there is nothing to expect.
  private var heardAt: Int64?
  private var bytesAt: Int64 = 0
  /// Something came since it was last understood that wasn't.
  private var hasBabbled = false
  /// Bytes that came and have no end yet.
  private var pending = 0
  /// So many are more than the rest of a line's end.
  private static let babble = 8
  private var gate = NoteGate()

  init(_ settings: Settings, at time: Int64) {
    self.settings = settings
    phase = .waiting(until: time)
  }

  var isOpen: Bool { phase == .open }

  var deadline: Int64 {
    var deadline = gate.deadline
    switch phase {
    case .waiting(let until), .opening(let until): deadline = min(deadline, until)
    case .open: if settings.isRemote { deadline = min(deadline, bytesAt + Self.remoteSilence) }
    }
    if let heardAt, isUp != false { deadline = min(deadline, heardAt + settings.silence.nanoseconds) }
    return deadline
  }

  mutating func advance(to time: Int64) -> [LineAction] {
    var actions = grownSilent(at: time)
    switch phase {
    case .waiting(let until) where time >= until:
      phase = .opening(until: time + Self.openLimit)
      actions.append(.open)
    case .opening(let until) where time >= until:
      actions += failed(LineFailure("timeout"), at: time)
    case .open where settings.isRemote && time >= bytesAt + Self.remoteSilence:
      actions += failed(LineFailure("timeout"), at: time)
    default: break
    }
    return actions + gate.advance(to: time)
  }

  /// False when nobody asked for it any more.
  mutating func opened(at time: Int64) -> Bool {
    guard case .opening = phase else { return false }
    phase = .open
    bytesAt = time
    forget()
    // What is known to be down stays so until it is understood.
    if isUp != false { heardAt = heardAt ?? time }
    return true
  }

  mutating func failed(_ failure: LineFailure, at time: Int64) -> [LineAction] {
    if case .waiting = phase { return [] }
    phase = .waiting(until: time + wait)
    wait = min(wait * 2, Self.longestWait)
    return [.close] + down(failure, at: time)
  }

  /// Bytes came in, whatever they are.
  mutating func received(at time: Int64) -> [LineAction] {
    bytesAt = time
    return grownSilent(at: time)
  }

  /// The device said something that was understood.
  /// - Parameter baud: the speed at which it did, where that had to be found.
  mutating func heard(at time: Int64, baud: Int? = nil) -> [LineAction] {
    wait = Self.firstWait
    heardAt = time
    forget()
    guard isUp != true else { return [] }
    isUp = true
    return [.submit(.device(name: settings.device, isUp: true, reason: nil))] + gate.offer(.up(baud: baud), at: time)
  }

  /// What came was not understood.
  mutating func babbled() { hasBabbled = true }

  /// So many bytes are neither understood nor not, since no end of them has come.
  mutating func left(_ bytes: Int) { pending = bytes }

  private mutating func forget() {
    hasBabbled = false
    pending = 0
  }

  mutating func note(_ note: LineNote, at time: Int64) -> [LineAction] { gate.offer(note, at: time) }

  private mutating func grownSilent(at time: Int64) -> [LineAction] {
    guard let heardAt, isUp != false, time - heardAt >= settings.silence.nanoseconds else { return [] }
    return down(
      hasBabbled || pending >= Self.babble
        ? LineFailure(
          "unreadable", remedy: "it sends what can't be read: compare baud, parity and data bits with the device's")
        : LineFailure("silent", remedy: "nothing comes: is the device on, and the cable right?"),
      at: time)
  }

  /// Told once, also to the log: what stays away isn't told at each attempt.
  private mutating func down(_ failure: LineFailure, at time: Int64) -> [LineAction] {
    heardAt = nil
    guard isUp != false else { return [] }
    isUp = false
    return [.submit(.device(name: settings.device, isUp: false, reason: failure.reason))]
      + gate.offer(.down(failure), at: time)
  }
}
