import Config
import Glibc
import Inputs
import Model
import Rules

/// Examines the box: its files, clock, disk, accounts, ports, devices and servers, each with its remedy.
///
/// While a gateway runs, it is asked about its devices and servers; else they are tried with the settings that it would use.
public struct Doctor: Sendable {
  private let main: String
  private let socket: String

  /// - Parameters:
  ///   - main: the path of `waypost.yaml`.
  ///   - socket: the running gateway's control socket.
  public init(main: String, socket: String) {
    self.main = main
    self.socket = socket
  }

  /// Tells one finding after the other, as they are made. Takes half a minute at most.
  public func examine(_ tell: (Finding) -> Void) async {
    let result = Setup.load(main: main)
    tell(Self.configuration(result, main: main))
    identity(result).map(tell)
    tell(clock(result.setup))
    let journal = result.setup?.configuration.journal ?? GatewayConfiguration.JournalConfiguration()
    tell(DiskFacts(path: journal.path, limit: journal.limit).finding)
    let ports = SerialPorts.present()
    AccountFacts(hasSerialPorts: !ports.paths.isEmpty).findings.forEach(tell)
    ports.findings.forEach(tell)
    switch askGateway() {
    case .success(let status):
      RunningGateway(status: status, catalogue: result.setup?.devices.catalogue ?? SignalCatalogue()).findings.forEach(
        tell)
    case .failure(let failure):
      tell(Self.gateway(failure, socket: socket))
      // Who may not ask it can't know whether it has them in its hands.
      if failure.isAbsent, let setup = result.setup { await tryOut(setup, tell) }
    }
  }

  /// The files, in one line; `waypost check` shows the places.
  static func configuration(_ result: Setup.Result, main: String) -> Finding {
    let errors = result.diagnostics.all.count { $0.severity == .error }
    let warnings = result.diagnostics.all.count - errors
    let check = "`waypost check --config \(main)` shows where, and how to mend it"
    if errors > 0 {
      return .fault("files", "\(errors) mistake\(errors == 1 ? "" : "s") in the configuration", remedy: check)
    }
    if warnings > 0 { return .warning("files", "\(warnings) warning\(warnings == 1 ? "" : "s")", remedy: check) }
    guard let setup = result.setup else { return .fault("files", "the configuration can't be read", remedy: check) }
    let parts = [
      (setup.devices.devices.count, "device"), (setup.configuration.uplinks.count, "uplink"),
      (setup.rules.ruleCount, "rule"),
      (setup.rules.zones.count, "zone"),
    ].map { "\($0) \($1)\($0 == 1 ? "" : "s")" }
    return .good("files", parts.joined(separator: ", "))
  }

  private func identity(_ result: Setup.Result) -> Finding? {
    guard let setup = result.setup else { return nil }
    let id = setup.configuration.id
    guard MachineIdentity.machineID.isEmpty, id == MachineIdentity.defaultGatewayID(machineID: "") else {
      return .good("gateway id", id)
    }
    return .fault(
      "gateway id", "there is no /etc/machine-id, so that every such box would call itself \(id)",
      remedy: "`systemd-machine-id-setup`, or write `gateway: { id: … }` in waypost.yaml")
  }

  private func clock(_ setup: Setup?) -> Finding {
    let facts = ClockFacts(
      now: WallClock.now, isSynchronised: NTPWatch().askAtStart(),
      released: Timestamp(rfc3339: Version.releaseDate) ?? Timestamp(milliseconds: 0),
      hasReceiver: setup?.devices.catalogue.devices.contains { $0.tellsTime } ?? false)
    return facts.finding
  }

  private static func gateway(_ failure: ControlClient.Failure, socket: String) -> Finding {
    failure.isAbsent
      ? .warning(
        "gateway", "none is running (nothing answers at \(socket))",
        remedy: "`systemctl enable --now waypost` starts it now and at every boot")
      : .fault(
        "gateway", failure.description, remedy: "`systemctl status waypost` and `journalctl -u waypost` tell more")
  }

  private func askGateway() -> Result<JSONNode, ControlClient.Failure> {
    do throws(ControlClient.Failure) {
      var client = try ControlClient(path: socket)
      let reply = try client.ask(.status)
      guard let status = reply.node["status"] else {
        throw ControlClient.Failure(description: "it gave no status; is it of another version?")
      }
      return .success(status)
    } catch {
      return .failure(error)
    }
  }

  /// All at once, told in the order of the files.
  private func tryOut(_ setup: Setup, _ tell: (Finding) -> Void) async {
    let devices = setup.devices.devices
    let uplinks = setup.configuration.uplinks
    let findings = await withTaskGroup(of: (Int, [Finding]).self) { group in
      for (index, device) in devices.enumerated() {
        group.addTask { (index, [await DeviceTrial(device: device).run()]) }
      }
      for (index, uplink) in uplinks.enumerated() {
        group.addTask { (devices.count + index, await UplinkTrial(configuration: uplink).run()) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    for (_, findings) in findings.sorted(by: { $0.0 < $1.0 }) { findings.forEach(tell) }
  }
}
