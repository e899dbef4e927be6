import Config
import Geo
import Glibc
import Inputs
import Journal
public import Model
public import Rules

/// A recorded drive through the rules, without clock, journal or link: the same engine as on the box, fed from a file.
public struct ReplayRun {
  /// What came of it.
  public struct Summary: Sendable {
    /// What the file holds of them, as far as it was fed.
    public var observations = 0
    /// Of them, position fixes.
    public var fixes = 0
    /// What would be sent, events included.
    public var records = 0
    /// What rules raised.
    public var events = 0
    /// What was wrong in the track, by line; it was passed over.
    public var complaints: [String] = []
  }

  /// Of what was fed so far.
  public private(set) var summary = Summary()
  private var source: Source
  private var engine: RuleEngine
  private let rules: RuleSet
  private var gateway = "replay"
  /// What the gateway would tell of itself before the next point of a track.
  private var told: [SystemObservation] = []
  /// The clock of a track whose fixes have dates.
  private var trust: ClockTrust?

  private enum Source {
    /// - Parameter size: Of the file, bytes.
    case recording(RecordingReader, size: Int64)
    /// - Parameter next: The point that is fed next.
    case track(Track, next: Int)
    /// All was fed, and what was wrong with it is told.
    case over
  }

  /// Opens the track. A recording of the box's own brings the engine's state at its beginning along.
  /// - Throws: When the file can't be read, or is no track.
  public init(track path: String, rules: RuleSet, catalogue: SignalCatalogue) throws {
    self.rules = rules
    if RecordingFile.isRecording(path: path) {
      var status = stat()
      source = .recording(try RecordingReader(path: path), size: stat(path, &status) == 0 ? Int64(status.st_size) : 0)
      engine = RuleEngine(rules: rules, engine: "none", state: [], time: .zero)
    } else {
      engine = RuleEngine(rules: rules, engine: "replay", state: [], time: .zero)
      let file = try SourceFile.read(path: path, limit: TrackReader.byteLimit)
      let track = try TrackReader.read(file.bytes, file: path, device: catalogue.positionDevice ?? "gps")
      source = .track(track, next: 0)
      complainOfZones(mirroredBy: track)
      told = [.start(downtime: .zero)]
      // On the road the clock was trusted before the drive began, by NTP or by the GPS; what was recorded is older than any build.
      trust = Self.utcAtZero(track).map { ClockTrust(recorded: $0) }
      if let utc = trust?.utcAtZero { told.append(.clock(utcAtZero: utc)) }
    }
  }

  /// A zone on the other side of the world that would lie on the drive's way says what is wrong with it.
  private mutating func complainOfZones(mirroredBy track: Track) {
    // Some hundred places of a drive are enough to half a degree.
    let stride = max(1, track.points.count / 200)
    let places = track.points.enumerated().compactMap { index, point -> Coordinate? in
      guard index % stride == 0, case .position(_, let position) = point.content, position.isUsable else { return nil }
      return Coordinate(latitude: position.latitude, longitude: position.longitude)
    }
    for id in rules.zones(mirroredBy: places) {
      summary.complaints.append(
        "the zone `\(id)` is far from this drive, and beside it with longitude and latitude exchanged; longitude stands first"
      )
    }
  }

  /// A track whose seconds are counted from its beginning has no dates: nothing real is older than GPS (1980-01-06).
  private static func utcAtZero(_ track: Track) -> Timestamp? {
    for point in track.points {
      guard case .position(_, let position) = point.content, let time = position.time else { continue }
      guard time.milliseconds >= 315_964_800_000 else { return nil }
      return time + Interval(nanoseconds: -point.offset.nanoseconds)
    }
    return nil
  }

  /// How much of the file was fed, 0 to 1.
  public var share: Double {
    switch source {
    case .recording(let reader, let size): size > 0 ? min(1, Double(reader.offset) / Double(size)) : 0
    case .track(let track, let next): Double(next) / Double(max(1, track.points.count))
    case .over: 1
    }
  }

  /// Feeds the whole track. `body` gets each record that would be sent, in order, and the gateway's name.
  public mutating func run(_ body: (Record, _ gateway: String) throws -> Void) throws {
    while let step = try next() {
      for record in step.records { try body(record, step.gateway) }
    }
  }

  /// Feeds one observation; `nil` at the end.
  /// - Throws: When the file can't be read any more.
  public mutating func next() throws -> ReplayStep? {
    switch source {
    case .recording(let reader, _):
      while let item = try reader.next() {
        switch item {
        case .segment(let header):
          gateway = header.gateway
          engine = RuleEngine(rules: rules, engine: header.engine, state: header.state, time: header.time)
        case .observation(let observation): return feed(observation)
        }
      }
      if case .torn(let offset, let reason) = reader.ending {
        summary.complaints.append("cut off at byte \(offset): \(reason)")
      }
    case .track(let track, let next):
      if let step = takeTrack(track, next: next) { return step }
    case .over: return nil
    }
    source = .over
    return nil
  }

  /// The next step of a track; `nil` at its end, after what was held back by then.
  private mutating func takeTrack(_ track: Track, next: Int) -> ReplayStep? {
    guard next < track.points.count else {
      source = .over
      let effects = engine.sendHeldBack()
      complain(of: track.issues)
      guard !effects.isEmpty else { return nil }
      return note(Observation(time: engine.now, content: .system(.tick)), effects)
    }
    let point = track.points[next]
    let time = max(engine.now, .zero + point.offset)
    if told.isEmpty, case .position(_, let position) = point.content, let step = trust?.fix(position.time, at: time) {
      told = [step]
    }
    guard told.isEmpty else {
      let content = Observation.Content.system(told.removeFirst())
      return feed(Observation(time: time, content: content), isOfFile: false)
    }
    source = .track(track, next: next + 1)
    return feed(Observation(time: time, content: point.content))
  }

  private mutating func complain(of issues: TrackIssues) {
    for issue in issues.first { summary.complaints.append("line \(issue.line): \(issue.reason.rawValue)") }
    if issues.count > issues.first.count {
      summary.complaints.append("\(issues.count - issues.first.count) more lines were passed over")
    }
  }

  private mutating func feed(_ observation: Observation, isOfFile: Bool = true) -> ReplayStep {
    if isOfFile {
      summary.observations += 1
      if case .position = observation.content { summary.fixes += 1 }
    }
    return note(observation, engine.ingest(observation))
  }

  private mutating func note(_ observation: Observation, _ effects: [Effect]) -> ReplayStep {
    let step = ReplayStep(observation: observation, effects: effects, gateway: gateway)
    for effect in step.effects {
      guard case .record(let record) = effect else { continue }
      summary.records += 1
      if record.lane == .event { summary.events += 1 }
    }
    return step
  }
}
