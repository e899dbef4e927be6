/// How much a JSON file may ask of its reader. A file beyond a limit is refused with a diagnostic at the place where it goes beyond.
public struct JSONLimits: Sendable, Hashable {
  /// Bytes of the file.
  public var bytes = 16_000_000
  /// Arrays and objects within one another.
  public var depth = 64
  /// Values that are held at once: of the whole file for the tree, each about 100 bytes of memory; of one item for a stream, 24 bytes.
  public var nodes = 2_000_000
  /// Bytes of one item of a stream.
  public var item = 64_000_000

  public init() {}

  public static let `default` = JSONLimits()

  /// For files that are read item by item: 1 GB.
  public static let stream: JSONLimits = {
    var limits = JSONLimits()
    limits.bytes = SourceFile.streamLimit
    limits.nodes = 4_000_000
    return limits
  }()
}
