/// One thing to deliver: what the engine decided to send, or what the gateway reports of itself.
public struct Record: Hashable, Sendable {
  /// When it was decided.
  public var time: EngineTime
  /// Its moment in UTC where known when it was decided: the fix's own time for positions and crossings, else engine time by the
  /// trusted clock. `nil` while the clock is not trusted.
  public var timestamp: Timestamp?
  public var body: Body

  public init(time: EngineTime, timestamp: Timestamp?, body: Body) {
    self.time = time
    self.timestamp = timestamp
    self.body = body
  }

  public enum Body: Hashable, Sendable {
    case position(device: String, Position)
    case reading(device: String, metric: String, value: Value?, unit: String?, quality: Quality)
    case event(Event)
    case device(name: String, isUp: Bool, reason: String?)
    /// Records that will not come: `count` of those numbered `first…last`, with the reason: `limit`, `keep`, `repair`, `size`, or
    /// `thinned`, and then what they were thinned to.
    case gap(first: UInt64, last: UInt64, count: UInt64, reason: String, thinned: Thinning? = nil)
    /// Lets the server date the records of a boot that were sent without UTC: UTC is `utcAtStart` + their uptime.
    case time(boot: String, utcAtStart: Timestamp)
    /// How the gateway is.
    case health(Health)
  }

  public var kind: Kind {
    switch body {
    case .position: .position
    case .reading: .reading
    case .event(let event):
      if case .geofence = event.content { .geofenceEvent } else { .event }
    case .device: .device
    case .gap: .gap
    case .time: .time
    case .health: .health
    }
  }

  public var lane: Lane { kind.lane }

  /// What a record is; the `type` on the wire.
  public enum Kind: UInt8, Sendable, CaseIterable {
    case position = 0
    case reading = 1
    case event = 2
    case geofenceEvent = 3
    case device = 4
    case gap = 5
    case time = 6
    case health = 7

    /// As it stands on the wire.
    public var name: String {
      switch self {
      case .position: "position"
      case .reading: "reading"
      case .event: "event"
      case .geofenceEvent: "geofence_event"
      case .device: "device"
      case .gap: "gap"
      case .time: "time"
      case .health: "health"
      }
    }

    public var lane: Lane {
      switch self {
      case .event, .geofenceEvent: .event
      case .position: .position
      case .reading: .reading
      case .device, .gap, .time, .health: .other
      }
    }
  }
}

/// How much is left of what was thinned.
public enum Thinning: Hashable, Sendable {
  /// Of positions: whoever draws straight lines between those that are left is nowhere farther from where a fix was, at that fix's time.
  /// Metres.
  case positions(error: Double)
  /// Of readings: each signal has one in each such interval in which it had any, and those at which its quality changed.
  case readings(interval: Interval)
}

/// A stream within an uplink with a cursor of its own; lower goes first.
public enum Lane: UInt8, Sendable, CaseIterable, Comparable {
  case event = 0
  case position = 1
  case reading = 2
  case other = 3

  public static func < (a: Lane, b: Lane) -> Bool { a.rawValue < b.rawValue }

  public var name: String {
    switch self {
    case .event: "event"
    case .position: "position"
    case .reading: "reading"
    case .other: "other"
    }
  }
}

/// A set of lanes.
public struct LaneSet: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  public init(_ lane: Lane) { rawValue = 1 << lane.rawValue }
  public static let all = LaneSet(rawValue: 0b1111)
}

/// What names a record for ever, together with the gateway: the journal id and the sequence number.
public struct RecordIdentity: Hashable, Sendable {
  /// Six characters `[a-z0-9]`; belongs to a run of sequence numbers, not to the file.
  public var journal: String
  /// Grows by one per record, from 1.
  public var seq: UInt64

  public init(journal: String, seq: UInt64) {
    self.journal = journal
    self.seq = seq
  }
}

/// A record as the journal gives it back for delivery.
public struct StoredRecord: Hashable, Sendable {
  public var identity: RecordIdentity
  public var moment: Moment
  public var body: Record.Body

  /// When a record was, as far as this gateway can tell.
  public enum Moment: Hashable, Sendable {
    case utc(Timestamp)
    /// The clock was never trusted in that boot so far; `uptime` counts from the boot's start.
    case unsynchronised(boot: String, uptime: Interval)
  }

  public init(identity: RecordIdentity, moment: Moment, body: Record.Body) {
    self.identity = identity
    self.moment = moment
    self.body = body
  }

  public var kind: Record.Kind { Record(time: .zero, timestamp: nil, body: body).kind }
  public var lane: Lane { kind.lane }
}
