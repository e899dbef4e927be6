import Model

/// Everything that the NMEA driver decides, as a pure value.
struct NMEASession: LineSession {
  struct Settings: Hashable, Sendable {
    /// The name that the observations carry.
    var device: String
    /// How old a fix may become, and how long the receiver may be silent.
    var staleAfter: Interval
    var needsChecksum = true
    /// Whether the speed is to be found.
    var searchesBaud = false
    /// True over TCP.
    var isRemote = false
  }

  private static var lines: FrameCutter { FrameCutter(Framing(limit: NMEASentence.lengthLimit), nil) }

  private let settings: Settings
  private var link: LineLink
  private var lines = Self.lines
  private var cycle = NMEACycle()
  private var dates = NMEADates()
  private var search: BaudSearch?
  private var broken = 0
  /// Whether the last word was that there is a fix; `nil` before the first.
  private var hasFix: Bool?
  private var freshAt: Int64 = 0
  private var lastTimeOfDay: Int?

  init(_ settings: Settings, at time: Int64) {
    self.settings = settings
    link = LineLink(
      LineLink.Settings(device: settings.device, silence: settings.staleAfter, isRemote: settings.isRemote), at: time)
    search = settings.searchesBaud ? BaudSearch() : nil
  }

  var deadline: Int64 {
    var deadline = link.deadline
    if let pause = cycle.deadline { deadline = min(deadline, pause) }
    if hasFix == true { deadline = min(deadline, freshAt + settings.staleAfter.nanoseconds) }
    if link.isOpen, let search { deadline = min(deadline, search.deadline) }
    return deadline
  }

  mutating func advance(to time: Int64) -> [LineAction] {
    var actions: [LineAction] = []
    if let epoch = cycle.advance(to: time) { actions += take(epoch, at: time) }
    actions += grownOld(at: time) + link.advance(to: time)
    if link.isOpen, search?.advance(to: time) == true, let baud = search?.baud {
      lines = Self.lines
      actions.append(.retune(baud: baud))
    }
    return actions
  }

  mutating func opened(at time: Int64) -> [LineAction] {
    guard link.opened(at: time) else { return [] }
    lines = Self.lines
    search?.opened(at: time)
    return search.map { [.retune(baud: $0.baud)] } ?? []
  }

  mutating func failed(_ failure: LineFailure, at time: Int64) -> [LineAction] {
    if failure.reason == "unsupported" { search?.next() }
    return link.failed(failure, at: time)
  }

  mutating func received(_ bytes: ArraySlice<UInt8>, at time: Int64) -> [LineAction] {
    guard link.isOpen else { return [] }
    var actions: [LineAction] = []
    // What was due before these came.
    if let epoch = cycle.advance(to: time) { actions += take(epoch, at: time) }
    actions += grownOld(at: time) + link.received(at: time)
    search?.received(bytes.count)
    cycle.received(at: time)
    for cut in lines.append(bytes, at: time) {
      switch cut {
      case .content(let line): actions += take(line[...], at: time)
      case .fault(let fault): actions += broke(fault.rawValue, at: time)
      }
    }
    link.left(lines.pending)
    return actions
  }

  private mutating func take(_ line: ArraySlice<UInt8>, at time: Int64) -> [LineAction] {
    // AIS, and comments of simulators: of NMEA's kind, and none of ours.
    guard let first = line.first, first != UInt8(ascii: "!"), first != UInt8(ascii: "#") else { return [] }
    let sentence: NMEASentence
    do throws(NMEASentence.Fault) {
      sentence = try NMEASentence(line, needsChecksum: settings.needsChecksum)
    } catch {
      return broke(error.text, at: time)
    }
    search?.heard(at: time)
    var actions = link.heard(at: time, baud: search?.baud)
    for epoch in cycle.take(sentence) { actions += take(epoch, at: time) }
    return actions
  }

  private mutating func broke(_ fault: String, at time: Int64) -> [LineAction] {
    broken += 1
    link.babbled()
    return link.note(.broken(total: broken, kind: fault), at: time)
  }

  private mutating func take(_ epoch: NMEAEpoch, at time: Int64) -> [LineAction] {
    let moment = dates.time(of: epoch, at: time)
    guard epoch.hasVerdict else { return [] }
    // A receiver that says the same moment again is stuck: its fix grows old.
    let isFresh = epoch.timeOfDay == nil || epoch.timeOfDay != lastTimeOfDay
    lastTimeOfDay = epoch.timeOfDay
    guard var position = epoch.position else {
      defer { hasFix = false }
      return hasFix == false ? [] : [.submit(.positionLost(device: settings.device))]
    }
    if isFresh {
      hasFix = true
      freshAt = time
    }
    position.time = moment
    return [.submit(.position(device: settings.device, position))]
  }

  /// The fix's age, also while there is no line: a receiver doesn't say that it was unplugged.
  private mutating func grownOld(at time: Int64) -> [LineAction] {
    guard hasFix == true, time - freshAt >= settings.staleAfter.nanoseconds else { return [] }
    hasFix = false
    return [.submit(.positionLost(device: settings.device))]
  }
}

extension NMEASentence.Fault {
  /// For the log.
  var text: String {
    switch self {
    case .noChecksum: "no checksum"
    case .checksum: "wrong checksum"
    case .cutShort: "no sentence"
    case .tooLong: "too long"
    }
  }
}
