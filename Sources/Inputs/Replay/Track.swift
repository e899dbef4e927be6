public import Model

/// A recorded drive: what a receiver said, and when, counted from the beginning.
public struct Track: Sendable {
  public var format: TrackFormat
  /// In order; offsets never go backwards. At least one is a position.
  public var points: [TrackPoint]
  public var issues: TrackIssues

  /// From the first point to the last.
  public var duration: Interval { points.last?.offset ?? .zero }

  /// The positions alone.
  public var positions: [Position] {
    points.compactMap { if case .position(_, let position) = $0.content { position } else { nil } }
  }
}

/// One moment of a recorded drive.
public struct TrackPoint: Hashable, Sendable {
  /// Since the track's beginning, ≥ 0.
  public var offset: Interval
  /// `.position` or `.positionLost`.
  public var content: Observation.Content

  public init(offset: Interval, content: Observation.Content) {
    self.offset = offset
    self.content = content
  }
}

/// What was passed over while a track was read. None of it is fatal.
public struct TrackIssues: Sendable, Hashable {
  public struct Issue: Sendable, Hashable {
    /// Counted from 1.
    public var line: Int
    public var reason: Reason
  }

  /// Why a line, or an element, was passed over.
  public enum Reason: String, Sendable, Hashable, CaseIterable {
    case checksum = "the checksum is wrong"
    case noChecksum = "there is no checksum"
    case cutShort = "the line is cut short or garbled"
    case tooLong = "the line is too long"
    case badField = "a field cannot be read"
    case notOnEarth = "the position is not on the Earth"
    case backwards = "the time goes backwards"
    case badXML = "the XML is broken from here on"
  }

  /// The first `limit`, in the order of the file.
  public private(set) var first: [Issue] = []
  /// All of them, those not kept too.
  public private(set) var count = 0
  /// How many are kept.
  public static let limit = 100

  mutating func add(_ reason: Reason, line: Int) {
    count += 1
    if first.count < Self.limit { first.append(Issue(line: line, reason: reason)) }
  }
}

/// Why a file cannot be read as a track at all.
public struct TrackError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// The file is of none of the formats.
    case unknownFormat
    /// The format is known, but there is no position in it that could be used.
    case nothingUsable
    /// More than `TrackReader.pointLimit` points or `TrackReader.byteLimit` bytes.
    case tooLarge
  }

  public var code: Code
  /// The file, as it was given.
  public var file: String
  public var message: String
  public var help: String

  public var description: String { "\(file): \(message); \(help)" }
}
