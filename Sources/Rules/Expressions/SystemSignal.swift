import Model

/// The signals of the built-in device `system`.
struct SystemSignal: Sendable {
  enum Source: Sendable {
    /// What the engine knows itself.
    case clock, link, uptime, restarted
    /// A reading of the device `system`, as `disk_free`.
    case reading
  }

  var name: String
  var kind: SignalCatalogue.Metric.Kind
  var source: Source
  /// As in SenML.
  var unit: String?
  /// For the reference.
  var note: String

  static let device = "system"

  static let all: [SystemSignal] = [
    .init(name: "clock", kind: .boolean, source: .clock, note: "whether the wall clock can be trusted"),
    .init(name: "link", kind: .boolean, source: .link, note: "whether an uplink is connected"),
    .init(name: "uptime", kind: .number, source: .uptime, unit: "s", note: "since the gateway started"),
    .init(
      name: "restarted", kind: .boolean, source: .restarted, note: "true in the first minute after the gateway started"),
    .init(
      name: "disk_free", kind: .number, source: .reading, unit: "B",
      note: "room on the disk that holds the journal"),
    .init(
      name: "memory_free", kind: .number, source: .reading, unit: "B", note: "memory that programs could still have"),
    .init(
      name: "temperature", kind: .number, source: .reading, unit: "Cel",
      note: "of the processor, where the board tells it"),
  ]

  static func named(_ signal: SignalName) -> SystemSignal? {
    guard signal.device == device else { return nil }
    return all.first { $0.name == signal.metric }
  }

  var mentionsTime: Bool {
    switch source {
    case .uptime, .restarted: true
    case .clock, .link, .reading: false
    }
  }

  /// Readings of the device `system` come about once a minute.
  static let staleAfter = Interval.minutes(5)
  /// How long `restarted` is true.
  static let restartedFor = Interval.minutes(1)
}
