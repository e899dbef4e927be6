import Model

/// The metrics of the node, or of one of its devices, with what was last known of each: what a birth says.
struct SparkplugFamily: Sendable {
  struct Member: Sendable {
    let name: String
    /// Unique within the node; it stands for the name in data, for as long as the process lives.
    let alias: UInt64
    var kind: SparkplugValue.Kind
    var unit: String?
    var value: SparkplugValue?
    var quality = Quality.never
    /// Of the value; `nil`: nothing is known of it.
    var timestamp: Timestamp?
  }

  /// In the order in which they became known.
  private(set) var members: [Member] = []
  private var places: [String: Int] = [:]
  /// Another for each set of metrics and their types: a birth of an older one is out of date.
  private(set) var revision: UInt64 = 1

  func contains(_ name: String) -> Bool { places[name] != nil }

  subscript(name: String) -> Member? { places[name].map { members[$0] } }

  /// Makes room for a metric, or takes the type and unit of one that is there.
  /// - Parameter alias: its alias if it is new.
  /// - Returns: whether it is.
  mutating func declare(_ entry: SparkplugReport.Entry, alias: UInt64) -> Bool {
    guard let place = places[entry.name] else {
      places[entry.name] = members.count
      members.append(Member(name: entry.name, alias: alias, kind: entry.kind ?? .double, unit: entry.unit))
      revision += 1
      return true
    }
    if let kind = entry.kind, kind != members[place].kind {
      members[place].kind = kind
      members[place].value = nil
      revision += 1
    }
    if let unit = entry.unit, unit != members[place].unit {
      members[place].unit = unit
      revision += 1
    }
    return false
  }

  /// Remembers what is known now; something older changes nothing.
  mutating func note(_ entry: SparkplugReport.Entry, at timestamp: Timestamp) {
    guard let place = places[entry.name], members[place].timestamp.map({ $0 <= timestamp }) ?? true else { return }
    members[place].value = entry.value
    members[place].quality = entry.quality
    members[place].timestamp = timestamp
  }

  /// Each with its name, alias and type, and null where nothing is known of it.
  /// - Parameter now: the time of those.
  func birth(now: Timestamp) -> [SparkplugMetric] {
    members.map { member in
      SparkplugMetric(
        name: member.name, alias: member.alias, timestamp: member.timestamp ?? now, kind: member.kind,
        value: member.value, unit: member.unit, quality: member.timestamp == nil ? .good : member.quality)
    }
  }
}
