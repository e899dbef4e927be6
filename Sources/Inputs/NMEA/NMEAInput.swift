import Model

/// The fixes of a receiver that speaks NMEA 0183, without gpsd: on a serial port of this box, or over TCP.
///
/// The thread does what `NMEASession` says. Reconnects for ever.
public struct NMEAInput: Input {
  public var device: String { settings.device }
  let endpoint: LineEndpoint
  let settings: NMEASession.Settings

  public func run(into sink: any ObservationSink) async throws {
    let thread = try DeviceThread()
    try await thread.run(named: "nmea \(device)") { thread in
      var client = LineClient(
        NMEASession(settings, at: BootClock.now), endpoint: endpoint, device: settings.device, label: "waypost.nmea",
        sink: sink, thread: thread)
      client.run()
    }
  }
}
