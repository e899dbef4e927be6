/// What was wrong with the journal's file when it was opened, and what was done about it.
public struct RecoveryReport: Hashable, Sendable, CustomStringConvertible {
  /// What was wrong.
  public var reason: String
  /// Where the damaged file is now, and its write-ahead log if there was one.
  public var setAside: [String]
  /// How much was set aside, bytes.
  public var bytes: Int64

  public var description: String {
    let files = setAside.isEmpty ? "" : "; set aside as \(setAside.joined(separator: ", ")) (\(bytes) bytes)"
    return "\(reason)\(files); a new journal was begun"
  }
}
