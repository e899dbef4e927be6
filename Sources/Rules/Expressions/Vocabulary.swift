import CEL
import Config
import Model

/// Every name that an expression of a rule set may use.
struct Vocabulary: Sendable {
  /// Without the positions as a whole.
  private(set) var signals: [SignalName: ValueType] = [:]
  /// Devices that give positions.
  private(set) var receivers: Set<String> = []
  var variables: [String: ValueType] = [:]
  /// Of commands: `trigger.args.NAME`.
  var arguments: [String: ValueType] = [:]
  /// Types of the events that some rule raises.
  var eventTypes: Set<String> = []
  var zones: Set<String> = [] {
    didSet { zoneNames = Suggestions(zones) }
  }
  /// The same, for what a misspelt one was meant to be.
  private(set) var zoneNames = Suggestions([])
  var tags: Set<String> = []
  /// False where no devices are declared: then any device and metric are taken, as numbers.
  let isChecked: Bool

  init(_ catalogue: SignalCatalogue) {
    isChecked = !catalogue.devices.isEmpty
    for device in catalogue.devices {
      for metric in device.metrics {
        signals[SignalName(device: device.name, metric: metric.name)] = metric.kind.valueType
      }
      guard device.givesPosition else { continue }
      receivers.insert(device.name)
      for field in PositionField.allCases {
        signals[SignalName(device: device.name, metric: field.rawValue)] = field.kind.valueType
      }
    }
    for signal in SystemSignal.all {
      signals[SignalName(device: SystemSignal.device, metric: signal.name)] = signal.kind.valueType
    }
  }

  mutating func declare(_ signal: SignalName, _ type: ValueType) { signals[signal] = type }

  var devices: Set<String> { receivers.union(signals.keys.map(\.device)) }

  func type(of signal: SignalName) -> ValueType? { signals[signal] }

  func isPosition(_ signal: SignalName) -> Bool { signal.isPosition && receivers.contains(signal.device) }

  /// What to do about a signal that is not there.
  func remedy(for signal: SignalName) -> String {
    let names = signals.keys.sorted()
    let metrics = names.filter { $0.device == signal.device }
    if metrics.isEmpty {
      // The device is wrong, or missing: one with that metric is likelier meant than one with a name like it.
      let all = names.map(\.description)
      if let meant = Suggestion.closest(signal.description, in: all) { return "did you mean `\(meant)`?" }
      let devices = Set(names.map(\.device)).sorted()
      if let meant = Suggestion.closest(signal.device, in: devices) { return "did you mean the device `\(meant)`?" }
      return "devices and their signals are declared in `devices.d`"
    }
    if let meant = Suggestion.closest(signal.metric, in: metrics.map(\.metric)) {
      return "did you mean `\(signal.device).\(meant)`?"
    }
    let list = metrics.prefix(20).map { "`\($0.metric)`" }.joined(separator: ", ")
    return "`\(signal.device)` has \(list)"
  }
}

extension SignalCatalogue.Metric.Kind {
  var valueType: ValueType {
    switch self {
    case .number: .double
    case .boolean: .bool
    case .text: .string
    }
  }
}
