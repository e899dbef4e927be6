import ArgumentParser
import Config
import Gateway
import Logging
import Uplinks

/// An uplink to a broker on the loopback, configured as a technician would.
enum BenchUplink {
  /// - Parameter options: What stands in `batch:`.
  static func make(source: any RecordSource, port: Int, options: String) throws -> Uplink {
    var diagnostics = Diagnostics()
    let text = """
      central: { mqtt: { url: "mqtt://127.0.0.1:\(port)" }, from: oldest, order: strict, window: 10000, batch: { \(options) } }
      """
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
