import Config
import Model

/// What a running gateway says of its devices and servers, by its `status`: it has them in its hands, and a second program that
/// reaches for them would disturb.
struct RunningGateway {
  let status: JSONNode
  let catalogue: SignalCatalogue

  /// Long enough for ordinary links to have come up.
  static let settled = 30.0

  var findings: [Finding] {
    let uptime = status["uptime"]?.number ?? 0
    return [.good("gateway", "running, version \(status["version"]?.string ?? "unknown")")] + journal + devices(uptime)
      + uplinks(uptime)
  }

  private var journal: [Finding] {
    guard let journal = status["journal"] else { return [] }
    if let error = journal["error"]?.string {
      return [
        .fault(
          "journal", "it can't be written: \(error)",
          remedy: "make room on the disk; what waits is kept in memory as long as it goes")
      ]
    }
    let dead = journal["dead_letters"]?["kept"]?.number ?? 0
    guard dead > 0 else { return [.good("journal", "it is written")] }
    return [
      .warning(
        "journal", "\(Int(dead)) records were refused by a server for good and are kept aside",
        remedy: "the log says why: `journalctl -u waypost | grep -i refused`")
    ]
  }

  private func devices(_ uptime: Double) -> [Finding] {
    let known = status["devices"]?.array ?? []
    return catalogue.devices.map { device in
      let entry = known.first { $0["name"]?.string == device.name }
      guard let state = entry, state["state"]?.string != "unknown" else {
        return .warning("device \(device.name)", "nothing came of it yet", remedy: "look again in a moment")
      }
      let isUp = state["state"]?.string == "up"
      let hasFix = status["fix"]?["device"]?.string == device.name && (status["fix"]?["age"]?.number ?? .infinity) < 30
      // What is read once an hour may not have come yet: that it answers must do.
      return DeviceTrial.finding(
        DeviceTrial.Outcome(
          isUp: isUp, reason: state["reason"]?.string, fixes: hasFix ? 1 : 0,
          readings: isUp && !device.givesPosition ? 1 : 0),
        device: device)
    }
  }

  private func uplinks(_ uptime: Double) -> [Finding] {
    var findings: [Finding] = []
    // A loop: Swift 6.3.1's optimiser crashes on this as a closure of `flatMap`.
    for uplink in status["uplinks"]?.array ?? [] {
      let topic = "uplink \(uplink["name"]?.string ?? "?")"
      findings.append(finding(uplink, topic, uptime))
      var days: Int?
      if let number = uplink["tls"]?["certificate_days"]?.number { days = Int(number) }
      if let certificate = UplinkTrial.certificate(topic, days: days) { findings.append(certificate) }
    }
    return findings
  }

  private func finding(_ uplink: JSONNode, _ topic: String, _ uptime: Double) -> Finding {
    let destination = uplink["destination"]?.string ?? ""
    let waiting = Int(uplink["waiting"]?.number ?? 0)
    if uplink["state"]?.string == "connected" {
      return .good(topic, "\(destination): connected, \(waiting) records wait")
    }
    let reason = uplink["last_error"]?.string ?? "not connected yet"
    let text = "\(destination): \(reason); \(waiting) records wait"
    return uptime < Self.settled && uplink["last_error"] == nil
      ? .warning(topic, text, remedy: "look again in a moment")
      : .fault(topic, text, remedy: uplink["tls"]?["remedy"]?.string ?? UplinkTrial.network)
  }
}
