import Model

/// A metric as it goes into a payload (Sparkplug 3.0, chapter 6; field numbers of `Payload.Metric` in Eclipse Tahu's definition).
struct SparkplugMetric: Hashable, Sendable {
  /// Only in births.
  var name: String?
  /// Stands for the name in data. None for the two metrics that are always named.
  var alias: UInt64?
  var timestamp: Timestamp
  /// Only in births.
  var kind: SparkplugValue.Kind?
  /// Kept while the host could not have it; it says nothing of now.
  var isHistorical = false
  /// `nil`: it has none.
  var value: SparkplugValue?
  var unit: String?
  var quality = Quality.good
  var properties: [SparkplugProperty] = []

  func write(to writer: inout ProtobufWriter) {
    if let name { writer.text(1, name) }
    if let alias { writer.unsigned(2, alias) }
    writer.unsigned(3, UInt64(clamping: timestamp.milliseconds))
    if let kind { writer.unsigned(4, UInt64(kind.rawValue)) }
    if isHistorical { writer.boolean(5, true) }
    if value == nil { writer.boolean(7, true) }
    writeProperties(to: &writer)
    value?.write(to: &writer, first: 10)
  }

  /// Keys first, then their values, as many.
  private func writeProperties(to writer: inout ProtobufWriter) {
    var all = properties
    // As Ignition, the first host there was, calls it; others show it as it is.
    if let unit { all.append(SparkplugProperty("engUnit", unit)) }
    guard !all.isEmpty || quality != .good else { return }
    writer.message(9) { set in
      for property in all { set.text(1, property.key) }
      if quality != .good { set.text(1, "Quality") }
      for property in all {
        set.message(2) { member in
          member.unsigned(1, UInt64(property.value.kind.rawValue))
          property.value.write(to: &member, first: 3)
        }
      }
      guard quality != .good else { return }
      set.message(2) { member in
        member.unsigned(1, UInt64(SparkplugValue.Kind.int32.rawValue))
        member.unsigned(3, quality.sparkplugCode)
      }
    }
  }
}

extension Quality {
  /// The specification's three (tck-id-payloads-propertyset-quality-value-value).
  fileprivate var sparkplugCode: UInt64 {
    switch self {
    case .good: 192
    case .stale: 500
    case .bad, .never: 0
    }
  }
}
