import Config
import Glibc
import Inputs
import Journal
public import Model
public import Rules

/// A recorded drive through the rules, without clock, journal or link: the same engine as on the box, fed from a file.
public struct ReplayRun {
  /// What came of it.
  public struct Summary: Sendable {
    /// What the engine was fed.
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

  private enum Source {
    /// - Parameter size: Of the file, bytes.
    case recording(RecordingReader, size: Int64)
    /// - Parameter next: The point that is fed next; −1: the start comes first.
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
      source = .track(
        try TrackReader.read(file.bytes, file: path, device: catalogue.positionDevice ?? "gps"), next: -1)
    }
  }

  /// How much of the file was fed, 0 to 1.
  public var share: Double {
    switch source {
    case .recording(let reader, let size): size > 0 ? min(1, Double(reader.offset) / Double(size)) : 0
    case .track(let track, let next): Double(max(0, next)) / Double(max(1, track.points.count))
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
      if next < track.points.count {
        source = .track(track, next: next + 1)
        guard next >= 0 else { return feed(Observation(time: .zero, content: .system(.start(downtime: .zero)))) }
        let point = track.points[next]
        return feed(Observation(time: max(engine.now, .zero + point.offset), content: point.content))
      }
      complain(of: track.issues)
    case .over: return nil
    }
    source = .over
    return nil
  }

  private mutating func complain(of issues: TrackIssues) {
    for issue in issues.first { summary.complaints.append("line \(issue.line): \(issue.reason.rawValue)") }
    if issues.count > issues.first.count {
      summary.complaints.append("\(issues.count - issues.first.count) more lines were passed over")
    }
  }

  private mutating func feed(_ observation: Observation) -> ReplayStep {
    let step = ReplayStep(observation: observation, effects: engine.ingest(observation), gateway: gateway)
    summary.observations += 1
    if case .position = observation.content { summary.fixes += 1 }
    for effect in step.effects {
      guard case .record(let record) = effect else { continue }
      summary.records += 1
      if record.lane == .event { summary.events += 1 }
    }
    return step
  }
}
