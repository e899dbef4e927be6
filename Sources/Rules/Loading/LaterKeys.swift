import Config

/// Keys that rule files will have and this version doesn't: what each of them says is refused, never ignored, since a rule that
/// does half of what is written is worse than none.
///
/// To support a key, take it out of here and read it.
enum LaterKeys {
  static let file: [String] = []
  static let action = ["write"]

  /// Tells every one of `keys` that stands in the mapping, at its place. Returns whether there was one.
  @discardableResult
  static func refuse(
    _ keys: [String], in reader: inout MappingReader, diagnostics: inout Diagnostics
  ) -> Bool {
    var found = false
    for key in keys where reader.contains(key) {
      guard let entry = reader.entry(key) else { continue }
      found = true
      diagnostics.error(
        "not-supported", "`\(key)` is not supported by this version of Waypost", at: entry.key.span,
        help: "take it out, or install a version that has it")
    }
    return found
  }
}
