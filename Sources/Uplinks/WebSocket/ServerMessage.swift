import Config

/// What a server says in `waypost.v1` (docs/wire.md).
enum ServerMessage: Hashable, Sendable {
  /// It has a batch, or these records, or both.
  case ack(batch: UInt64?, records: [ClosedRange<UInt64>])
  /// It doesn't take this record.
  case nack(seq: UInt64, error: String)
  case ping
  case command(CommandReading.Outcome)
  /// A type that this version doesn't know, or what is no message at all: why.
  case foreign(String)

  /// Ranges that one `ack` may name.
  static let mostRanges = 10_000
  /// Characters of an error that are kept.
  static let mostText = 200

  private static let limits: JSONLimits = {
    var limits = JSONLimits()
    limits.bytes = 1 << 20
    limits.depth = 16
    limits.nodes = 50_000
    return limits
  }()

  /// Reads a message; anything may stand there.
  static func parse(_ bytes: [UInt8]) -> ServerMessage {
    var diagnostics = Diagnostics()
    guard
      let message = JSON.parse(
        SourceFile(path: "message", bytes: bytes), limits: limits, diagnostics: &diagnostics)
    else { return .foreign("what is no JSON") }
    guard message.object != nil else { return .foreign("JSON that is no object") }
    guard let type = message["type"]?.string else { return .foreign("an object without a `type`") }
    switch type {
    case "ack": return ack(message)
    case "nack":
      guard let seq = message["seq"]?.wholeNumber else { return .foreign("a `nack` without a `seq`") }
      return .nack(seq: seq, error: message["error"]?.string.map(clean) ?? "without a reason")
    case "ping": return .ping
    case "command": return .command(CommandReading.read(message, name: nil, reply: .message))
    default: return .foreign("a message of the type `\(clean(type))`")
    }
  }

  private static func ack(_ message: JSONNode) -> ServerMessage {
    var records: [ClosedRange<UInt64>] = []
    if let member = message["seq"] {
      guard let seq = member.wholeNumber else { return .foreign("an `ack` whose `seq` is no number of a record") }
      records.append(seq...seq)
    }
    if let member = message["seqs"] {
      guard let items = member.array, items.count <= mostRanges else {
        return .foreign("an `ack` whose `seqs` are no list, or too long a one")
      }
      for item in items {
        guard let pair = item.array, pair.count == 2, let first = pair[0].wholeNumber, let last = pair[1].wholeNumber,
          first <= last
        else { return .foreign("an `ack` whose `seqs` are no ranges `[first, last]`") }
        records.append(first...last)
      }
    }
    var batch: UInt64?
    if let member = message["batch"] {
      guard let number = member.wholeNumber else { return .foreign("an `ack` whose `batch` is no number") }
      batch = number
    }
    guard batch != nil || !records.isEmpty else { return .foreign("an `ack` of nothing") }
    return .ack(batch: batch, records: records)
  }

  /// Fit for a line of the log: of bounded length, without control characters.
  static func clean(_ text: String) -> String {
    var out = ""
    for (count, scalar) in text.unicodeScalars.enumerated() {
      if count == mostText { return out + "…" }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: out.append(" ")
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}

extension JSONNode {
  /// A whole number from 0 that was written as such; beyond 2^53, too.
  var wholeNumber: UInt64? {
    guard case .number(_, let text) = content else { return nil }
    return UInt64(text)
  }
}
