import Journal
import Model
import Rules

extension Pipeline {
  /// A picture of this moment, for `waypost status`.
  func report() throws -> PipelineReport {
    drain()
    return PipelineReport(
      engine: engine.status, journal: try journal.statistics(), positionDevice: positionDevice,
      utc: trust.utcAtZero.map { $0 + (clock.last - .zero) }, utcSource: trust.source, refused: inbox.refused,
      waiting: batch.records.count,
      unkeptDeadLetters: deadLetters.waiting.count, commitError: commitError)
  }
}
