import Inputs
import Model
import Synchronization

/// Reads a device for a moment, while no gateway does, and tells what came.
struct DeviceTrial: Sendable {
  /// How long a device may take to show something: gpsd needs two seconds for its first fix, a bus one for its time-outs.
  static let limit = Duration.seconds(6)

  /// What came of it.
  struct Outcome: Hashable, Sendable {
    /// `nil`: the device said neither.
    var isUp: Bool?
    /// Why it is down, as the driver says.
    var reason: String?
    var fixes = 0
    var readings = 0
  }

  let device: ConfiguredDevice

  func run() async -> Finding {
    let sink = TrialSink()
    let input = device.input
    let failure = await withTaskGroup(of: String?.self) { group in
      group.addTask {
        do {
          try await input.run(into: sink)
          return nil
        } catch {
          return "\(error)"
        }
      }
      group.addTask {
        let clock = ContinuousClock()
        let end = clock.now + Self.limit
        do {
          while clock.now < end, !sink.outcome.isEnough { try await clock.sleep(for: .milliseconds(50)) }
          return nil
        } catch {
          return nil  // Cancelled: the device has come to its end.
        }
      }
      let first = await group.next()
      group.cancelAll()
      return first.flatMap(\.self)
    }
    if let failure { return .fault("device \(device.declaration.name)", failure, remedy: "restart the box") }
    return Self.finding(sink.outcome, device: device.declaration)
  }

  /// What the outcome says of the device.
  static func finding(_ outcome: Outcome, device: SignalCatalogue.Device) -> Finding {
    let topic = "device \(device.name)"
    if outcome.fixes > 0 { return .good(topic, "it gives fixes") }
    if outcome.readings > 0 { return .good(topic, "it gives readings") }
    if outcome.isUp == true {
      return device.givesPosition
        ? .warning(
          topic, "it answers, but has no fix yet",
          remedy: "give the antenna a free sky; `cgps` or `gpsmon` show the satellites")
        : .warning(topic, "it answers, but gives no reading", remedy: "is its profile the right one?")
    }
    return .fault(
      topic, "it doesn't answer (\(outcome.reason ?? "nothing came"))",
      remedy: remedy(for: outcome.reason, device: device))
  }

  /// The reasons as drivers give them in a `device` observation.
  static func remedy(for reason: String?, device: SignalCatalogue.Device) -> String {
    switch reason {
    case "refused":
      device.tellsTime
        ? "start gpsd: `systemctl enable --now gpsd.socket`; are the address and the port right?"
        : "is the address and the port right, and does the device run?"
    case "unreachable": "is the network up, and the address right?"
    case "timeout": "is it switched on and wired, and the address right?"
    case "unplugged", "missing": "plug it in; `ls -l /dev/serial/by-id` shows the adapters that are there"
    case "busy":
      "another program has the port, as gpsd, ModemManager or a login shell: `fuser -v` with the port names it"
    case "no_rights":
      "the user `waypost` must be in the port's group: `usermod -aG dialout waypost`, then restart; docs/hardening.md tells how to let the"
        + " service have a port of another kind"
    case "not_serial": "that is no serial port: `ls -l /dev/serial/by-id` shows those of adapters"
    case "unsupported": "the port can't do this speed: choose another `baud`, or another adapter"
    case "no_rs485":
      "the port's driver can't switch the direction: take `rs485` out; adapters on USB do it by themselves"
    case "illegal function", "illegal data address", "illegal data value":
      "it hasn't what is asked for: is the profile that of this model, and the unit the right one?"
    case "silent": "nothing comes: is it switched on, is the cable right, and does it speak without being asked?"
    case "unreadable": "what comes can't be read: compare `baud`, `parity` and `data_bits` with the device's"
    case "blocked": "it takes nothing: compare `flow` with the device's setting"
    case "no_receiver":
      "gpsd runs, but has no receiver: name it in DEVICES of /etc/default/gpsd, then `systemctl restart gpsd`"
    default: "is it switched on and wired, and are its settings in devices.d right?"
    }
  }
}

extension DeviceTrial.Outcome {
  /// A value came, so that there is nothing more to wait for.
  fileprivate var isEnough: Bool { fixes + readings > 0 }
}

private final class TrialSink: ObservationSink {
  private let state = Mutex(DeviceTrial.Outcome())

  var outcome: DeviceTrial.Outcome { state.withLock { $0 } }

  func submit(_ arrival: Arrival) -> Bool {
    state.withLock { state in
      switch arrival.content {
      case .position: state.fixes += 1
      case .reading(_, _, let value, _): state.readings += value == nil ? 0 : 1
      case .device(_, let isUp, let reason):
        state.isUp = isUp
        state.reason = reason
      case .positionLost, .system: break
      }
    }
    return true
  }
}
