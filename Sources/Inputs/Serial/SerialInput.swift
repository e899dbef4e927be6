public import Model
import Synchronization

/// A device that speaks in lines or frames: on a serial port of this box, or behind a serial server.
///
/// The thread does what `SerialSession` says. Reconnects for ever.
public struct SerialInput: PacedInput {
  public var device: String { settings.device }
  let endpoint: LineEndpoint
  let settings: SerialSession.Settings
  private let desk = PaceDesk()

  init(endpoint: LineEndpoint, settings: SerialSession.Settings) {
    self.endpoint = endpoint
    self.settings = settings
  }

  public func setPace(_ every: Interval?) { desk.set(every) }

  public func run(into sink: any ObservationSink) async throws {
    let thread = try DeviceThread()
    let waker = try Waker()
    desk.attach(waker)
    defer { desk.attach(nil) }
    try await thread.run(named: "serial \(device)") { thread in
      var client = LineClient(
        SerialSession(settings, at: BootClock.now), endpoint: endpoint, device: settings.device,
        label: "waypost.serial", sink: sink, thread: thread)
      client.run(waker: waker) { session, time in
        session.setPace(desk.pace, at: time)
        return []
      }
    }
  }
}

/// Where rules leave the pace, and the input's thread finds it.
private final class PaceDesk: Sendable {
  private struct State {
    var pace: Interval?
    var waker: Waker?
  }
  private let state = Mutex(State())

  var pace: Interval? { state.withLock(\.pace) }

  func set(_ pace: Interval?) {
    state.withLock {
      $0.pace = pace
      $0.waker?.wake()
    }
  }

  func attach(_ waker: Waker?) { state.withLock { $0.waker = waker } }
}
