public import Config

/// The device models that there are, by name: the files of `/usr/share/waypost/devices`, and those of `profiles.d` beside the
/// configuration, which win.
public struct ProfileLibrary: Sendable {
  private var files: [String: SourceFile] = [:]

  public init() {}

  /// Takes a profile; one of the same name that was there before is no longer.
  /// - Parameter name: The file's name without `.yaml`, as `profile:` of a device says it.
  public mutating func add(_ file: SourceFile, named name: String) { files[name] = file }

  /// The profile's text; `nil` where there is none of that name.
  public func file(named name: String) -> SourceFile? { files[name] }

  /// All names, sorted.
  public var names: [String] { files.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  /// The profile that a device's `profile:` names; `nil` after a diagnostic at its place.
  public func file(namedBy node: YAMLNode, diagnostics: inout Diagnostics) -> SourceFile? {
    guard let name = node.name("a profile", form: .label, diagnostics: &diagnostics) else { return nil }
    if let file = file(named: name) { return file }
    let names = names
    let list = names.prefix(20).map { "`\($0)`" }.joined(separator: ", ") + (names.count > 20 ? ", …" : "")
    diagnostics.error(
      "unknown-profile", "there is no profile named `\(name)`", at: node.span,
      help: Suggestion.closest(name, in: names).map { "did you mean `\($0)`?" }
        ?? (names.isEmpty
          ? "write one as `profiles.d/\(name).yaml`, beside waypost.yaml"
          : "the profiles are \(list); or write your own as `profiles.d/\(name).yaml`, beside waypost.yaml"))
    return nil
  }

  /// The profiles that files of devices name, whatever else is wrong with them; sorted.
  public static func named(by files: [SourceFile]) -> [String] {
    var names: Set<String> = []
    for file in files {
      // Its mistakes are told by whoever reads it for good.
      var ignored = Diagnostics()
      guard case .mapping(let entries)? = YAML.parse(file, diagnostics: &ignored)?.content else { continue }
      for entry in entries where entry.name == "devices" {
        guard case .mapping(let devices) = entry.value.content else { continue }
        for device in devices {
          guard case .mapping(let keys) = device.value.content else { continue }
          for key in keys where key.name == "profile" {
            if let name = key.value.scalar?.text { names.insert(name) }
          }
        }
      }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
