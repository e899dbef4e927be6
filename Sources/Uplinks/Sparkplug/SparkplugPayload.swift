import Model

/// A payload of Sparkplug B: `Payload` of Eclipse Tahu's definition, as far as this side of it writes and reads it.
enum SparkplugPayload {
  /// The most bytes of a message from a host that are looked at.
  static let mostBytes = 64 << 10
  /// The most metrics of it.
  static let mostMetrics = 1000

  /// - Parameters:
  ///   - timestamp: when it is sent; a death that the broker speaks has none, since nobody knows then when that will be.
  ///   - seq: 0…255; a node's death has none.
  static func bytes(timestamp: Timestamp?, metrics: [SparkplugMetric], seq: UInt8?) -> [UInt8] {
    var writer = ProtobufWriter()
    if let timestamp { writer.unsigned(1, UInt64(clamping: timestamp.milliseconds)) }
    for metric in metrics { writer.message(2, metric.write) }
    if let seq { writer.unsigned(3, UInt64(seq)) }
    return writer.bytes
  }

  /// A metric that a host sets by a command.
  struct Command: Hashable {
    var name: String?
    var alias: UInt64?
    /// Where it is a Boolean.
    var flag: Bool?
  }

  /// Reads what a host asks for; anything may stand there.
  static func commands(_ bytes: [UInt8]) throws(ProtobufReader.Damage) -> [Command] {
    guard bytes.count <= mostBytes else { throw ProtobufReader.Damage(what: "more than \(mostBytes) bytes") }
    var commands: [Command] = []
    var reader = ProtobufReader(bytes[...])
    while let (field, content) = try reader.next() {
      guard field == 2 else { continue }
      guard case .bytes(let metric) = content else { throw ProtobufReader.Damage(what: "a metric that is none") }
      guard commands.count < mostMetrics else {
        throw ProtobufReader.Damage(what: "more than \(mostMetrics) metrics")
      }
      commands.append(try command(metric))
    }
    return commands
  }

  private static func command(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Damage) -> Command {
    var command = Command()
    var reader = ProtobufReader(bytes)
    while let (field, content) = try reader.next() {
      switch (field, content) {
      case (1, .bytes(let name)):
        guard let text = String(validating: name, as: UTF8.self) else {
          throw ProtobufReader.Damage(what: "a name that is not UTF-8")
        }
        command.name = text
      case (2, .varint(let alias)): command.alias = alias
      case (14, .varint(let flag)): command.flag = flag != 0
      default: continue
      }
    }
    return command
  }
}
