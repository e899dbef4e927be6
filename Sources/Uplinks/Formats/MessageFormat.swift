/// How records look on the wire. A format is a file in this folder and a line in `Formats`.
public protocol MessageFormat: Sendable {
  /// As it stands in `format:`.
  var name: String { get }
  /// A new encoder for messages of this gateway.
  func encoder(gateway: String) -> any RecordEncoder
}

/// Every format there is.
public enum Formats {
  public static let all: [any MessageFormat] = [
    JSONMessages()
  ]

  /// Known to the documentation, not to this version.
  static let later = ["owntracks", "sparkplug", "senml", "geojson"]
}

/// `format: json`.
public struct JSONMessages: MessageFormat {
  public init() {}
  public var name: String { "json" }
  public func encoder(gateway: String) -> any RecordEncoder { JSONEncoder(gateway: gateway) }
}
