/// How much a YAML file may ask of its reader. A file beyond a limit is refused with a diagnostic at the place where it goes beyond.
public struct YAMLLimits: Sendable, Hashable {
  /// Bytes of the file.
  public var bytes = 4_000_000
  /// Mappings and lists within one another.
  public var depth = 64
  /// Scalars, lists and mappings, those that aliases stand for counted each time (a "billion laughs" grows there).
  public var nodes = 200_000
  /// Aliases (`*name`).
  public var aliases = 1000
  /// Bytes of one scalar's text.
  public var scalar = 1_000_000

  public init() {}

  public static let `default` = YAMLLimits()
}
