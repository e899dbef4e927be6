import Model

/// Everything that the serial driver decides, as a pure value.
///
/// Each frame that matches gives one reading of each metric that it speaks of. One that is broken gives none, and is counted; after three
/// in a row no metric is believed any more until a frame is whole.
struct SerialSession: LineSession {
  struct Settings: Hashable, Sendable {
    /// The name that the observations carry.
    var device: String
    var profile: SerialProfile
    /// Those of the profile's that are wanted.
    var metrics: [SerialMetric]
    /// How often the device is asked, where not as the profile says; of one that speaks by itself, how often a reading is taken.
    var every: Interval?
    /// How long the device may say nothing that is understood.
    var silence: Interval
    /// True over TCP.
    var isRemote = false
  }

  /// How many broken frames in a row are no slip.
  static let faultLimit = 3

  private let settings: Settings
  private var link: LineLink
  private var cutter: FrameCutter
  private var broken = 0
  private var faultsInARow = 0
  /// What was last submitted of each metric.
  private var told: [String: SerialMetric.Reading] = [:]
  /// What rules asked for (`sample`).
  private var pace: Interval?
  /// When the device is asked again, or a reading is taken again.
  private var dueAt: Int64 = 0
  /// Until when an answer is waited for.
  private var answerBy: Int64?

  init(_ settings: Settings, at time: Int64) {
    self.settings = settings
    link = LineLink(
      LineLink.Settings(device: settings.device, silence: settings.silence, isRemote: settings.isRemote), at: time)
    cutter = FrameCutter(settings.profile.framing, settings.profile.checksum)
    dueAt = time
  }

  /// `nil`: every reading is taken.
  private var every: Interval? { pace ?? settings.every ?? settings.profile.poll?.every }

  var deadline: Int64 {
    guard link.isOpen, settings.profile.poll != nil else { return link.deadline }
    return min(link.deadline, answerBy ?? dueAt)
  }

  /// From now on at this interval; `nil`: as the files say.
  mutating func setPace(_ pace: Interval?, at time: Int64) {
    guard pace != self.pace else { return }
    self.pace = pace
    if let every { dueAt = min(dueAt, time + every.nanoseconds) } else { dueAt = time }
  }

  mutating func advance(to time: Int64) -> [LineAction] {
    let actions = link.advance(to: time)
    guard link.isOpen, let poll = settings.profile.poll else { return actions }
    // Late answers count all the same: they are readings, of the moment when they come.
    if let limit = answerBy, time >= limit { answerBy = nil }
    guard answerBy == nil, time >= dueAt else { return actions }
    answerBy = time + poll.timeout.nanoseconds
    schedule(at: time)
    return actions + [.send(poll.command)]
  }

  /// The next is due an interval after this one was; what was missed isn't made up for.
  private mutating func schedule(at time: Int64) {
    guard let every else { return }
    dueAt += every.nanoseconds
    if dueAt <= time { dueAt = time + every.nanoseconds }
  }

  mutating func opened(at time: Int64) -> [LineAction] {
    guard link.opened(at: time) else { return [] }
    cutter = FrameCutter(settings.profile.framing, settings.profile.checksum)
    answerBy = nil
    dueAt = time
    return []
  }

  mutating func failed(_ failure: LineFailure, at time: Int64) -> [LineAction] { link.failed(failure, at: time) }

  mutating func received(_ bytes: ArraySlice<UInt8>, at time: Int64) -> [LineAction] {
    guard link.isOpen else { return [] }
    var actions = link.received(at: time)
    for cut in cutter.append(bytes, at: time) {
      switch cut {
      case .content(let content): actions += take(content[...], at: time)
      case .fault(let fault): actions += broke(fault, at: time)
      }
    }
    link.left(cutter.pending)
    return actions
  }

  private mutating func take(_ content: ArraySlice<UInt8>, at time: Int64) -> [LineAction] {
    let fields = settings.profile.format.fields(of: content)
    let readings = fields.map { fields in settings.metrics.map { (metric: $0, reading: $0.read(fields)) } } ?? []
    guard readings.contains(where: { $0.reading != .absent }) else {
      // An instrument may say more than its profile speaks of, or than was chosen of it.
      let isOther = settings.profile.ignoresOthers || fields.map(settings.profile.speaks) == true
      return isOther ? [] : broke(.noMatch, at: time)
    }
    answerBy = nil
    faultsInARow = 0
    var actions = link.heard(at: time)
    let isDue = settings.profile.poll != nil || every == nil || time >= dueAt
    if isDue, settings.profile.poll == nil { schedule(at: time) }
    for (metric, reading) in readings where reading != .absent {
      // Between two takings only what isn't a number counts, where it changed.
      guard isDue || (metric.signal.kind != .number && told[metric.name] != reading) else { continue }
      actions.append(submit(metric.name, reading))
    }
    return actions
  }

  private mutating func broke(_ fault: FrameFault, at time: Int64) -> [LineAction] {
    broken += 1
    faultsInARow += 1
    link.babbled()
    var actions = link.note(.broken(total: broken, kind: fault.rawValue), at: time)
    guard faultsInARow == Self.faultLimit else { return actions }
    for metric in settings.metrics where told[metric.name] != .bad { actions.append(submit(metric.name, .bad)) }
    return actions
  }

  private mutating func submit(_ metric: String, _ reading: SerialMetric.Reading) -> LineAction {
    told[metric] = reading
    let value: Value? = if case .good(let value) = reading { value } else { nil }
    return .submit(
      .reading(device: settings.device, metric: metric, value: value, quality: value == nil ? .bad : .good))
  }
}

extension SerialProfile {
  /// Whether a frame with these fields is of this model.
  func speaks(_ fields: Fields) -> Bool { metrics.contains { $0.read(fields) != .absent } }
}
