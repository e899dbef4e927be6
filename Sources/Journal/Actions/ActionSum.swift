import Deflate
import Model

/// A checksum over the open actions, in the head of each commit: rows of actions bear none, and after damage it tells whether those that are
/// found are all, and of that commit. One that looks like decided and was started would be done twice.
enum ActionSum {
  /// - Parameter actions: By id.
  static func of(_ actions: [StoredAction]) -> UInt64 {
    var writer = PackedWriter()
    for action in actions {
      writer.write(action.id)
      writer.write(action.kind)
      writer.write(UInt64(action.payload.count))
      for byte in action.payload { writer.write(byte: byte) }
      writer.write(byte: action.state.rawValue)
      writer.write(action.decided.nanoseconds)
      writer.write(optional: action.started) { $0.write($1.nanoseconds) }
      writer.write(optional: action.expires) { $0.write($1.nanoseconds) }
    }
    return UInt64(Checksum.crc32(writer.bytes))
  }
}
