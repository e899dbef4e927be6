public import Config
import Model

/// Profiles are named by their files.
public enum ProfileName {
  /// The file's name without folder and ending, whatever it is.
  public static func of(path: String) -> String {
    let file = path.split(separator: "/", omittingEmptySubsequences: true).last.map(String.init) ?? path
    for ending in [".yaml", ".yml"] where file.hasSuffix(ending) { return String(file.dropLast(ending.count)) }
    return file
  }

  /// The name of a profile's file; `nil` after a diagnostic where no device could name it.
  public static func read(path: String, diagnostics: inout Diagnostics) -> String? {
    let name = of(path: path)
    guard !Names.isLabel(name) else { return name }
    diagnostics.error(
      "name", "a profile cannot be named `\(name)`", at: SourceSpan(wholeFile: path),
      help: "rename the file: letters A–Z and a–z, digits, `_`, `.` and `-`, 64 at most, the first no dot")
    return nil
  }
}
