import Model

/// What an edge node knows beyond a connection: its metrics and their aliases, which devices are there, and what the primary host said last.
struct SparkplugNode: Sendable {
  private struct Device: Sendable {
    var family = SparkplugFamily()
    var isDown = false
    /// The number of the record that said so: lanes may bring an older one later.
    var turnedBy: UInt64 = 0
  }

  /// The most metrics of a node and its devices together: each stands in each birth.
  static let mostMetrics = 20_000

  private var own = SparkplugFamily()
  private var devices: [String: Device] = [:]
  /// In the order in which they became known.
  private(set) var deviceNames: [String] = []
  private var declared: Set<String> = []
  private var aliases: UInt64 = 0
  /// Another after each change that only a new birth of the whole node can tell.
  private(set) var generation: UInt64 = 0
  /// Of the host's last STATE that was heeded.
  private(set) var hostTimestamp: UInt64 = 0

  init() { declareOwn(SparkplugReport.gap, SparkplugReport.offset) }

  /// Takes what is connected and what may be raised, so that births name it before anything is said of it.
  mutating func learn(_ inventory: UplinkInventory) {
    let names = Set(inventory.devices.devices.map(\.name))
    for name in declared.subtracting(names) {
      devices[name] = nil
      deviceNames.removeAll { $0 == name }
    }
    declared = names
    for device in inventory.devices.devices {
      declareOwn(SparkplugReport.device(device.name))
      var entries = device.metrics.map { metric in
        let kind: SparkplugValue.Kind =
          switch metric.kind {
          case .number: .double
          case .boolean: .boolean
          case .text: .text
          }
        return SparkplugReport.Entry(name: metric.name, kind: kind, unit: metric.unit)
      }
      if device.givesPosition { entries += SparkplugReport.position + [SparkplugReport.crossing] }
      for entry in entries { declare(entry, in: .device(device.name)) }
      if entries.isEmpty { meet(device.name) }
    }
    for type in inventory.eventTypes { declareOwn(SparkplugReport.event(type)) }
    generation += 1
  }

  /// Makes sure that all of its metrics are known; `false`: there are too many.
  mutating func declare(_ report: SparkplugReport) -> Bool {
    for entry in report.entries {
      guard aliases < Self.mostMetrics || self[report.place].contains(entry.name) else { return false }
      declare(entry, in: report.place)
    }
    return true
  }

  private mutating func declareOwn(_ entries: SparkplugReport.Entry...) {
    for entry in entries { declare(entry, in: .node) }
  }

  private mutating func declare(_ entry: SparkplugReport.Entry, in place: SparkplugReport.Place) {
    let alias = aliases + 1
    let isNew: Bool
    switch place {
    case .node: isNew = own.declare(entry, alias: alias)
    case .device(let name):
      meet(name)
      isNew = devices[name]?.family.declare(entry, alias: alias) ?? false
    }
    if isNew { aliases = alias }
  }

  private mutating func meet(_ device: String) {
    guard devices[device] == nil else { return }
    devices[device] = Device()
    deviceNames.append(device)
  }

  subscript(place: SparkplugReport.Place) -> SparkplugFamily {
    switch place {
    case .node: own
    case .device(let name): devices[name]?.family ?? SparkplugFamily()
    }
  }

  func isDown(_ device: String) -> Bool { devices[device]?.isDown ?? false }

  /// Takes what a record says of a device, unless a newer one has spoken.
  mutating func note(_ turn: SparkplugReport.Turn, by seq: UInt64) {
    meet(turn.device)
    guard let known = devices[turn.device], seq > known.turnedBy else { return }
    devices[turn.device]?.isDown = !turn.isUp
    devices[turn.device]?.turnedBy = seq
  }

  /// The report as metrics of data: aliases, no names. What is null and known to be is left out, but for the first, which carries `properties`.
  ///
  /// What is older than what the host knows is history, too, whatever made it late.
  mutating func data(
    _ report: SparkplugReport, at timestamp: Timestamp, late: Bool, properties: [SparkplugProperty]
  ) -> [SparkplugMetric] {
    var metrics: [SparkplugMetric] = []
    for (index, entry) in report.entries.enumerated() {
      guard let member = self[report.place][entry.name] else { continue }
      guard index == 0 || entry.value != nil || member.value != nil else { continue }
      let isOld = member.timestamp.map { $0 > timestamp } ?? false
      metrics.append(
        SparkplugMetric(
          alias: member.alias, timestamp: timestamp, isHistorical: late || isOld, value: entry.value,
          quality: entry.quality, properties: entry.properties + (index == 0 ? properties : [])))
      switch report.place {
      case .node: own.note(entry, at: timestamp)
      case .device(let name): devices[name]?.family.note(entry, at: timestamp)
      }
    }
    return metrics
  }

  /// Whether this STATE is to be heeded: one that is older than the last is an echo
  /// (tck-id-message-flow-edge-node-birth-publish-phid-wait-timestamp, …-termination-host-offline-timestamp).
  mutating func heeds(_ state: HostState) -> Bool {
    guard state.timestamp >= hostTimestamp else { return false }
    hostTimestamp = state.timestamp
    return true
  }
}
