import Model

/// How records look on the wire. A format is a file in this folder and a line in `Formats`.
public protocol MessageFormat: Sendable {
  /// As it stands in `format:`.
  var name: String { get }
  /// Whether its messages are text; else they are binary.
  var isText: Bool { get }
  /// What it can say; the rest is passed over.
  var kinds: RecordKinds { get }
  /// Of those, what can't stand in a batch.
  var singly: RecordKinds { get }
  /// A new encoder for messages of this gateway.
  func encoder(gateway: String) -> any RecordEncoder
}

extension MessageFormat {
  public var isText: Bool { true }
  public var kinds: RecordKinds { .all }
  public var singly: RecordKinds { [] }
}

/// Every format there is.
public enum Formats {
  public static let all: [any MessageFormat] = [
    JSONMessages(), OwnTracksMessages(), SenMLMessages(isText: true), SenMLMessages(isText: false), GeoJSONMessages(),
  ]
}

/// `format: json`.
public struct JSONMessages: MessageFormat {
  public init() {}
  public var name: String { "json" }
  public func encoder(gateway: String) -> any RecordEncoder { JSONEncoder(gateway: gateway) }
}
