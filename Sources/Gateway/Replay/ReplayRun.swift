import Config
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
    /// What would be sent, events included.
    public var records = 0
    /// What rules raised.
    public var events = 0
    /// What was wrong in the track, by line; it was passed over.
    public var complaints: [String] = []
  }

  /// Of what was fed so far.
  public private(set) var summary = Summary()
  private let source: Source
  private var engine: RuleEngine
  private let rules: RuleSet
  private var gateway = "replay"

  private enum Source {
    case recording(RecordingReader)
    case track(Track)
  }

  /// Opens the track. A recording of the box's own brings the engine's state at its beginning along.
  /// - Throws: When the file can't be read, or is no track.
  public init(track path: String, rules: RuleSet, catalogue: SignalCatalogue) throws {
    self.rules = rules
    if RecordingFile.isRecording(path: path) {
      source = .recording(try RecordingReader(path: path))
      engine = RuleEngine(rules: rules, engine: "none", state: [], time: .zero)
    } else {
      engine = RuleEngine(rules: rules, engine: "replay", state: [], time: .zero)
      let file = try SourceFile.read(path: path, limit: TrackReader.byteLimit)
      source = .track(
        try TrackReader.read(file.bytes, file: path, device: catalogue.positionDevice ?? "gps"))
    }
  }

  /// Feeds the whole track. `body` gets each record that would be sent, in order, and the gateway's name.
  public mutating func run(_ body: (Record, _ gateway: String) throws -> Void) throws {
    switch source {
    case .recording(let reader):
      while let item = try reader.next() {
        switch item {
        case .segment(let header):
          gateway = header.gateway
          engine = RuleEngine(rules: rules, engine: header.engine, state: header.state, time: header.time)
        case .observation(let observation): try ingest(observation, body)
        }
      }
      switch reader.ending {
      case .torn(let offset, let reason):
        summary.complaints.append("cut off at byte \(offset): \(reason)")
      case .complete, nil: break
      }
    case .track(let track):
      var time = EngineTime.zero
      try ingest(Observation(time: time, content: .system(.start(downtime: .zero))), body)
      for point in track.points {
        time = max(time, .zero + point.offset)
        try ingest(Observation(time: time, content: point.content), body)
      }
      for issue in track.issues.first {
        summary.complaints.append("line \(issue.line): \(issue.reason.rawValue)")
      }
      if track.issues.count > track.issues.first.count {
        summary.complaints.append("\(track.issues.count - track.issues.first.count) more lines were passed over")
      }
    }
  }

  private mutating func ingest(
    _ observation: Observation, _ body: (Record, _ gateway: String) throws -> Void
  ) throws {
    summary.observations += 1
    try handle(engine.ingest(observation), body)
  }

  private mutating func handle(
    _ effects: [Effect], _ body: (Record, _ gateway: String) throws -> Void
  ) throws {
    for effect in effects {
      switch effect {
      case .record(let record):
        summary.records += 1
        if record.lane == .event { summary.events += 1 }
        try body(record, gateway)
      case .run, .log, .sample, .shutdown: break
      }
    }
  }
}
