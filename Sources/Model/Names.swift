/// The two forms that names have, so that none of them can be a path, a topic wildcard or a piece of shell.
public enum Names {
  /// Characters of the longest name.
  public static let mostText = 64

  /// Devices, metrics, rules and variables: `[a-z_][a-z0-9_]{0,63}`, so that they are identifiers of CEL. Reserved words are the caller's to refuse.
  public static func isIdentifier(_ text: some StringProtocol) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, bytes.count <= mostText, first == 95 || (97...122).contains(first)
    else { return false }
    return bytes.allSatisfy { $0 == 95 || (97...122).contains($0) || (48...57).contains($0) }
  }

  /// Gateway ids, labels, tags, uplinks, profiles and hooks: `[A-Za-z0-9_.-]{1,64}`, not beginning with a dot.
  public static func isLabel(_ text: some StringProtocol) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, bytes.count <= mostText, first != 46 else { return false }
    return bytes.allSatisfy {
      (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) || $0 == 95
        || $0 == 46 || $0 == 45
    }
  }
}
