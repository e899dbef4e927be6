public import Config

/// A kind of profile, told by its `protocol`: what the reader of files needs to know of it. The driver reads it for good.
public protocol ProfileFormat: Sendable {
  /// As it stands in the file.
  static var protocolName: String { get }

  /// The keys besides those of `ProfileHeader`, for editors and the reference.
  static var keys: [Schema.Key] { get }

  /// Reads a profile and tells all of its mistakes.
  static func check(_ file: SourceFile, name: String, diagnostics: inout Diagnostics)
}

/// The kinds of profiles that there are. A new one is a line here.
public enum ProfileFormats {
  public static let all: [any ProfileFormat.Type] = [
    ModbusProfile.self,
    SerialProfile.self,
  ]

  /// What a profile may hold.
  public static var schema: Schema {
    .either(all.map { .object(ProfileHeader.keys(protocol: $0.protocolName) + $0.keys) })
  }

  /// Reads a file that is a profile of whichever kind; for `waypost check`.
  public static func check(_ file: SourceFile, diagnostics: inout Diagnostics) {
    var own = Diagnostics()
    let root = YAML.parse(file, diagnostics: &own)
    var format: (any ProfileFormat.Type)?
    if case .mapping(let entries)? = root?.content,
      let written = entries.first(where: { $0.name == "protocol" })?.value.scalar?.text
    {
      format = all.first { $0.protocolName == written }
    }
    // Without a protocol that is known, whoever reads it tells so.
    (format ?? ModbusProfile.self).check(file, name: ProfileName.of(path: file.path), diagnostics: &diagnostics)
  }
}
