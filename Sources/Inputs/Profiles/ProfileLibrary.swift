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
}
