import Config
import Inputs
import Journal
import Model
import Rules
import Uplinks

/// What `waypost status` shows: what the running gateway sees, keeps and delivers.
struct StatusReport: Sendable {
  var gateway: String
  var version: String
  var uptime: Interval
  var configuration: ConfigurationStatus
  var pipeline: PipelineReport
  var uplinks: [UplinkStatus]

  /// Writes the member `status`.
  func write(to writer: inout JSONWriter) {
    writer.key("status")
    writer.beginObject()
    writer.member("gateway", gateway)
    writer.member("version", version)
    writer.member("uptime", seconds: uptime)
    configuration.write(to: &writer, now: BootClock.now)
    pipeline.write(to: &writer)
    writer.key("uplinks")
    writer.beginArray()
    for uplink in uplinks {
      uplink.write(
        to: &writer, waiting: pipeline.journal.waiting(for: uplink.name), traffic: pipeline.traffic[uplink.name] ?? [])
    }
    writer.endArray()
    writer.endObject()
  }
}

/// The part that the pipeline knows.
struct PipelineReport: Sendable {
  var engine: EngineStatus
  var devices: [DeviceReport]
  var journal: JournalStatistics
  var positionDevice: String?
  var utc: Timestamp?
  var utcSource: ClockTrust.Source?
  var refused: UInt64
  var waiting: Int
  /// Refused records that could not be kept yet; their uplinks' cursors stand still meanwhile.
  var unkeptDeadLetters: Int
  var commitError: String?
  /// By uplink, oldest day first.
  var traffic: [String: [TrafficBook.Day]] = [:]

  func write(to writer: inout JSONWriter) {
    writer.key("clock")
    writer.beginObject()
    writer.member("trusted", utc != nil)
    if let utc { writer.member("utc", "\(utc)") }
    if let utcSource { writer.member("source", utcSource.rawValue) }
    writer.endObject()
    engine.write(to: &writer, position: positionDevice)
    writer.key("devices")
    writer.beginArray()
    for device in devices {
      device.write(to: &writer, state: engine.devices.first { $0.name == device.name })
    }
    writer.endArray()
    writer.key("journal")
    writer.beginObject()
    journal.write(to: &writer, now: engine.time)
    writer.member("waiting_for_commit", waiting)
    writer.member("refused", refused)
    if unkeptDeadLetters > 0 { writer.member("dead_letters_not_kept_yet", unkeptDeadLetters) }
    if let commitError { writer.member("error", commitError) }
    writer.endObject()
  }
}

extension JSONWriter {
  mutating func member(_ name: String, seconds: Interval) {
    member(name, seconds.seconds, decimals: 1)
  }

  mutating func member(_ name: String, _ value: Value) {
    switch value {
    case .number(let number): member(name, number, decimals: 6)
    case .boolean(let flag): member(name, flag)
    case .text(let text): member(name, text)
    }
  }
}
