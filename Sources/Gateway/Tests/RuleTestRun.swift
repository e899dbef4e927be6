public import Config
import Glibc
import Inputs
public import Model
public import Rules

/// Runs the tests of rule files: the same engine as on the box, in a time of its own.
public struct RuleTestRun: Sendable {
  let rules: RuleSet
  private let catalogue: SignalCatalogue

  /// - Parameters:
  ///   - rules: with the tests.
  ///   - catalogue: what the rules were checked against.
  public init(rules: RuleSet, catalogue: SignalCatalogue) {
    self.rules = rules
    self.catalogue = catalogue
  }

  /// What came of a test.
  public struct Outcome: Sendable {
    public var test: RuleTest
    /// What differed, each at its place; nothing, where it has passed.
    public var failures: [Diagnostic]
    public var duration: Duration
  }

  /// Runs one test.
  public func run(_ test: RuleTest) -> Outcome {
    let clock = ContinuousClock()
    let start = clock.now
    let failures = judge(test)
    return Outcome(test: test, failures: failures, duration: clock.now - start)
  }

  private func judge(_ test: RuleTest) -> [Diagnostic] {
    var track: [(at: Interval, content: Observation.Content)] = []
    if let placed = test.track {
      do throws(Diagnostic) {
        track = try read(placed)
      } catch {
        return [error]
      }
    }
    var engine = RuleEngine(rules: rules, engine: "test", state: test.state, time: .zero)
    var judge = RuleTestJudge(test)
    let end = max(test.end, test.duration == nil ? track.last?.at ?? .zero : .zero)
    for observation in test.timeline(track: track, catalogue: catalogue) where observation.time - .zero <= end {
      judge.note(observation)
      judge.take(engine.ingest(observation))
    }
    judge.take(engine.advance(to: .zero + end))
    return judge.verdict()
  }

  /// A recorded drive, beside the file that names it.
  private func read(_ placed: RuleTest.Placed<String>) throws(Diagnostic) -> [(
    at: Interval, content: Observation.Content
  )] {
    let folder = ConfigurationFolder(main: placed.span.file)
    let path = placed.value.hasPrefix("/") ? placed.value : folder.path(placed.value)
    func failure(_ message: String, _ help: String?) -> Diagnostic {
      Diagnostic(severity: .error, code: "track", message: message, help: help, span: placed.span)
    }
    let file: SourceFile
    do {
      file = try SourceFile.read(path: path, limit: TrackReader.byteLimit)
    } catch {
      throw failure(error.message, error.help)
    }
    do {
      let track = try TrackReader.read(file.bytes, file: path, device: catalogue.positionDevice ?? "gps")
      return track.points.map { ($0.offset, $0.content) }
    } catch {
      throw failure(error.message, error.help)
    }
  }
}
