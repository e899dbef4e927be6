import ArgumentParser
import Config
import Gateway
import Journal
import Logging
import Model
import Uplinks

/// An uplink to a server on the loopback, configured as a technician would.
struct BenchUplink: ParsableArguments {
  @Option(help: "The transport with its options, as in waypost.yaml, say `mqtt: { url: \"mqtt://127.0.0.1:1883\" }`.")
  var transport: String
  @Option(help: "The other keys of the uplink, say `format: senml, compress: deflate`.") var options = "format: json"

  /// Its name in the configuration and in the journal.
  static let name = "central"

  /// - Parameter batch: What stands in `batch:`.
  func make(source: any RecordSource, batch: String) throws -> Uplink {
    var diagnostics = Diagnostics()
    let text =
      "\(Self.name): { \(transport), \(options), from: oldest, order: strict, window: 10000, batch: { \(batch) } }"
    guard let node = YAML.parse(SourceFile(path: "uplinks", text: text), diagnostics: &diagnostics),
      let configuration = UplinkConfiguration.read(
        uplinks: node, context: UplinkContext(gateway: "bench", folder: "."), diagnostics: &diagnostics
      ).first
    else { throw ValidationError("the uplink can't be configured: \(diagnostics.all)") }
    var logger = Logger(label: "bench")
    logger.logLevel = .warning
    return Uplink(
      configuration, gateway: GatewayIdentity(id: "bench", version: Version.current, configuration: nil),
      source: source, isClockTrusted: { true }, logger: logger)
  }
}

/// A truck under way at 50 km/h, a fix a second with the digits that a receiver gives, by virtual time.
struct BenchDrive {
  private var generator = SplitMix(state: 3)

  mutating func record(_ number: Int) -> Record {
    let time = Double(number)
    let position = Position(
      latitude: 46.2 + time * 1.25e-4 + generator.unit() * 1e-5, longitude: 6.1 + generator.unit() * 1e-5,
      altitude: ((400 + generator.unit() * 5) * 10).rounded() / 10,
      speed: ((13.9 + generator.unit()) * 100).rounded() / 100, course: (generator.unit() * 3600).rounded() / 10,
      accuracy: ((3 + generator.unit()) * 10).rounded() / 10, hdop: 0.9)
    return Record(
      time: .seconds(time), timestamp: Timestamp(seconds: 1_800_000_000 + time),
      body: .position(device: "gps", position))
  }
}
