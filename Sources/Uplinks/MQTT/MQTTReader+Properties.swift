import Config
import Model

/// What goes along with messages under MQTT 5.
extension MQTTReader {
  private static let mostProperties = 16

  /// Whole seconds, rounded up; at least one. `isV5`: MQTT 5 may be spoken, which alone has it.
  static func readSeconds(
    _ key: String, isV5: Bool = true, _ reader: inout MappingReader, _ diagnostics: inout Diagnostics
  ) -> UInt32? {
    guard let entry = reader.entry(key), !entry.value.isNull else { return nil }
    let time = entry.value.interval(
      "`\(key)`", in: .seconds(1)...Interval.days(3650), diagnostics: &diagnostics)
    if !isV5 { onlyV5(entry, &diagnostics) }
    return time.map { UInt32(clamping: Int64($0.seconds.rounded(.up))) }
  }

  /// `properties:`, a mapping of names to text.
  static func readProperties(
    _ reader: inout MappingReader, isV5: Bool, _ diagnostics: inout Diagnostics
  ) -> [MQTTProperties.UserProperty] {
    guard let entry = reader.entry("properties"), !entry.value.isNull else { return [] }
    if !isV5 { onlyV5(entry, &diagnostics) }
    guard
      var members = MappingReader(
        entry.value, what: "`properties`", example: "{ fleet: north }", diagnostics: &diagnostics)
    else { return [] }
    var properties: [MQTTProperties.UserProperty] = []
    for member in members.remaining() {
      guard properties.count < mostProperties else {
        diagnostics.error(
          "too-many", "`properties` may have \(mostProperties) members", at: member.key.span, help: "delete some")
        break
      }
      guard let text = member.value.string("`\(member.name)`", limit: 256, diagnostics: &diagnostics) else { continue }
      guard member.name.utf8.count <= 256, !text.utf8.contains(0) else {
        diagnostics.error(
          "out-of-range", "a property's name has up to 256 bytes, and none is zero", at: member.key.span,
          help: "write a shorter one")
        continue
      }
      properties.append(MQTTProperties.UserProperty(name: member.name, value: text))
    }
    return properties
  }

  private static func onlyV5(_ entry: YAMLNode.Entry, _ diagnostics: inout Diagnostics) {
    diagnostics.error(
      "version", "`\(entry.name)` is of MQTT 5, and `version` wants 3.1.1", at: entry.key.span,
      help: "delete it, or take `version` out: 3.1.1 is then spoken where the broker has no better")
  }
}
