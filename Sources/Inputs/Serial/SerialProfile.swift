import Config
import Model

/// How a model speaks on its serial line: `protocol: serial`.
///
/// ```yaml
/// frame: { end: "\r\n" }                             # the default: CR, LF or both
/// checksum: { type: xor, after: "*" }
/// format: "{status},{kind},{weight:number}{unit}"
/// poll: { send: 'Q\r\n', every: 1 s, timeout: 500 ms }
/// metrics:
///   weight: { field: weight, scale: { by: unit, kg: 1, g: 0.001 }, unit: kg }
/// ```
public struct SerialProfile: Sendable, Hashable {
  /// What is asked, and how often.
  struct Poll: Hashable, Sendable {
    var command: [UInt8]
    var every = Interval.seconds(1)
    /// How long an answer may take.
    var timeout = Interval.milliseconds(500)
  }

  var framing = Framing()
  var checksum: FrameChecksum?
  var format = FieldFormat.json
  /// Frames that don't match the format are something else, and no mistake.
  var ignoresOthers = false
  var poll: Poll?
  var metrics: [SerialMetric] = []
  /// How such a line is usually set.
  var line = LineSetup()
  var staleAfter: Interval?
  /// Of which model it is; `nil` for one that stands in a device's entry.
  public internal(set) var header: ProfileHeader?
  /// All that its file says, in one text, whatever its comments and blanks.
  public internal(set) var identity = ""

  static let metricLimit = 256
}
