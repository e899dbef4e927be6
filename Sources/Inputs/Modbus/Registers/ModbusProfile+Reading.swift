public import Config

extension ModbusProfile {
  /// Reads a profile. All of its errors are told, not only the first.
  ///
  /// A driver whose device has a profile adds the profile's text to `ConfiguredDevice.identity`, so that a changed profile gives a
  /// device another identity, and a reload begins it anew.
  /// - Parameter name: As `profile:` of a device says it.
  /// - Returns: `nil` after at least one error in `diagnostics`.
  public static func read(_ file: SourceFile, name: String, diagnostics: inout Diagnostics) -> ModbusProfile? {
    guard let root = YAML.parse(file, diagnostics: &diagnostics) else { return nil }
    diagnostics.error("not-yet", "\(name): profiles are not read yet", at: root.span)
    return nil
  }
}
