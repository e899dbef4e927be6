public import Config
import Model

/// `driver: replay`: a recorded drive, as if it were driven now.
///
/// ```yaml
/// gps:
///   driver: replay
///   file: drive.nmea     # NMEA 0183, gpsd JSON, GPX or CSV; beside this file
///   speed: 1             # how many times faster than it was
///   loop: false          # true: again from the beginning, for ever
/// ```
public enum ReplayDriver: Driver {
  public static let name = "replay"

  public static func configure(
    device: String, _ mapping: inout MappingReader, profiles: ProfileLibrary, diagnostics: inout Diagnostics
  ) -> ConfiguredDevice? {
    let file = mapping.required("file", diagnostics: &diagnostics).flatMap { node in
      node.string("`file`", diagnostics: &diagnostics).map { Playback.path($0, beside: node.span.file) }
    }
    let speed = mapping.optional("speed").map { $0.number("`speed`", in: 0.01...1000, diagnostics: &diagnostics) }
    let loop = mapping.optional("loop").map { $0.boolean("`loop`", diagnostics: &diagnostics) }
    // A key that is there and no good is nil inside of the optional.
    guard let file, speed != .some(nil), loop != .some(nil) else { return nil }
    return ConfiguredDevice(
      declaration: SignalCatalogue.Device(name: device, givesPosition: true, staleAfter: .seconds(5)),
      input: ReplayInput(
        device: device, file: file, factor: speed.flatMap(\.self) ?? 1, loops: loop.flatMap(\.self) ?? false))
  }
}

/// Plays a recorded drive.
public struct ReplayInput: Input {
  public let device: String
  /// Where the drive is recorded.
  public let file: String
  /// How many times faster than it was recorded.
  public let factor: Double
  /// Whether it begins again at its end.
  public let loops: Bool

  public init(device: String, file: String, factor: Double = 1, loops: Bool = false) {
    self.device = device
    self.file = file
    self.factor = factor
    self.loops = loops
  }

  public func run(into sink: any ObservationSink) async throws {
    let playback = Playback(device: device, sink: sink)
    guard let track = await playback.track(at: file, label: "waypost.replay") else { return }
    var schedule = ReplaySchedule(track, factor: factor, loops: loops, now: Playback.wallClock)
    await playback.run { schedule.next() }
  }
}
