import Model

/// What each device last told, for people who ask; nothing is decided by it. In memory: it begins anew with the gateway.
///
/// Holds the devices and signals of the catalogue, and nothing else that comes.
struct DeviceBoard: Sendable {
  private struct Signal: Hashable {
    var device: String
    var metric: String
  }

  private struct Latest {
    /// Of the last one, good or not.
    var quality = Quality.never
    /// The last good one.
    var value: Value?
    var at: EngineTime?
  }

  private var catalogue: SignalCatalogue
  private var heard: [String: EngineTime] = [:]
  private var latest: [Signal: Latest] = [:]

  init(_ catalogue: SignalCatalogue) {
    self.catalogue = catalogue
    learn(catalogue)
  }

  /// What is still connected keeps what it told.
  mutating func learn(_ catalogue: SignalCatalogue) {
    let before = latest
    self.catalogue = catalogue
    latest = [:]
    for device in catalogue.devices {
      for metric in device.metrics {
        let signal = Signal(device: device.name, metric: metric.name)
        latest[signal] = before[signal] ?? Latest()
      }
    }
    heard = heard.filter { catalogue.device($0.key) != nil }
  }

  mutating func take(_ observation: Observation) {
    switch observation.content {
    case .reading(let device, let metric, let value, let quality):
      let signal = Signal(device: device, metric: metric)
      guard var entry = latest[signal] else { return }
      entry.quality = quality
      if quality == .good {
        (entry.value, entry.at) = (value, observation.time)
        heard[device] = observation.time
      }
      latest[signal] = entry
    case .position(let device, _), .device(let device, isUp: true, _):
      if catalogue.device(device) != nil { heard[device] = observation.time }
    // Not its own word, or that it gives none.
    case .positionLost, .device, .system: break
    }
  }

  /// A picture of `now`, in the order of the files.
  func reports(at now: EngineTime) -> [DeviceReport] {
    catalogue.devices.map { device in
      DeviceReport(
        name: device.name, heardAgo: heard[device.name].map { now - $0 },
        signals: device.metrics.map { metric in
          let entry = latest[Signal(device: device.name, metric: metric.name)] ?? Latest()
          let age = entry.at.map { now - $0 }
          let isStale = entry.quality == .good && (age ?? .zero) > device.staleAfter
          return DeviceReport.Signal(
            metric: metric.name, unit: metric.unit, quality: isStale ? .stale : entry.quality, value: entry.value,
            age: age)
        })
    }
  }
}

/// How a device is, and what it last told.
struct DeviceReport: Hashable, Sendable {
  struct Signal: Hashable, Sendable {
    var metric: String
    var unit: String?
    var quality: Quality
    /// The last good one; `nil` where there was none since the start.
    var value: Value?
    /// How long ago that was read.
    var age: Interval?
  }

  var name: String
  /// How long ago something good came from it; `nil`: not since the start.
  var heardAgo: Interval?
  var signals: [Signal]
}
