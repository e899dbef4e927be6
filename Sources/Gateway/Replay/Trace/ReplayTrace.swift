import Geo
import Model
import Rules

/// What one rule set made of one recorded drive, as far as a map or a comparison needs it. Feed it every step, then `finish` it.
public struct ReplayTrace: Sendable {
  /// An event with its place in the drive.
  struct TracedEvent: Sendable {
    var event: Event
    /// On the drive's axis.
    var milliseconds: Int64
    /// Where it crossed, or the newest fix before it; `nil` before the first one.
    var place: Coordinate?
  }

  /// The track's name, for people.
  public let name: String
  /// The fixes of the device that zones follow.
  private(set) var driven = DrivenTrack()
  /// The positions that would be sent.
  private(set) var sent = DrivenTrack(gap: nil)
  private(set) var events: [TracedEvent] = []
  /// How far the positions sent are from the real track.
  public private(set) var redraw = RedrawError()
  /// What would be sent, and its cost.
  public private(set) var messages = MessageMeter()
  /// Programs that would be run in the hooks folder.
  public private(set) var hooks = 0
  /// What actuators would be written.
  private(set) var writes: [TracedWrite] = []
  private let device: String?
  private var clock = TraceClock()
  private var newest: TracePoint?

  /// - Parameter device: Whose fixes are the track; `nil`: of all that give positions.
  public init(name: String, device: String?) {
    self.name = name
    self.device = device
  }

  /// False where the device that zones follow gave no fix at all.
  public var hasTrack: Bool { driven.count > 0 }

  /// Takes the next step.
  public mutating func add(_ step: ReplayStep) {
    switch step.observation.content {
    case .position(let name, let position) where position.isUsable && isFollowed(name):
      let point = TracePoint(
        coordinate: Coordinate(latitude: position.latitude, longitude: position.longitude),
        milliseconds: clock.moment(of: position, at: step.observation.time), speed: position.speed)
      driven.add(point)
      redraw.fix(point)
      newest = point
    case .positionLost(let name) where isFollowed(name): driven.interrupt()
    case .system(let system):
      clock.take(system)
      if case .start = system { driven.interrupt() }
    default: break
    }
    for effect in step.effects {
      switch effect {
      case .record(let record): take(record, gateway: step.gateway)
      case .run: hooks += 1
      case .write(let write):
        writes.append(
          TracedWrite(write: write, milliseconds: write.timestamp?.milliseconds ?? clock.moment(of: write.time)))
      case .log, .sample, .shutdown: break
      }
    }
  }

  /// The drive is over.
  public mutating func finish() {
    driven.finish()
    sent.finish()
    redraw.finish()
    messages.finish()
  }

  private func isFollowed(_ name: String) -> Bool { device == nil || device == name }

  private mutating func take(_ record: Record, gateway: String) {
    messages.add(record, gateway: gateway)
    switch record.body {
    case .position(let name, let position) where isFollowed(name):
      let point = TracePoint(
        coordinate: Coordinate(latitude: position.latitude, longitude: position.longitude),
        milliseconds: position.time?.milliseconds ?? clock.moment(of: record.time), speed: position.speed)
      sent.add(point)
      redraw.sent(point)
    case .event(let event):
      var place = newest?.coordinate
      if case .geofence(let crossing) = event.content {
        place = Coordinate(latitude: crossing.latitude, longitude: crossing.longitude)
      }
      // A crossing has the fixes' own time; what is undated is placed by the engine's.
      events.append(
        TracedEvent(
          event: event, milliseconds: record.timestamp?.milliseconds ?? clock.moment(of: record.time), place: place))
    default: break
    }
  }
}
