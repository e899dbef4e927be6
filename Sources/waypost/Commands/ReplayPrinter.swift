import Config
import Gateway
import Model
import Rules
import Uplinks

/// Prints what a replay gives: as the wire has it, or in words.
struct ReplayPrinter {
  let format: OutputFormat

  /// What came of an observation: what would be sent, and what would be written.
  func print(_ step: ReplayStep) {
    for effect in step.effects {
      switch effect {
      case .record(let record): print(record, gateway: step.gateway)
      case .write(let write): print(write, gateway: step.gateway)
      case .run, .log, .sample, .shutdown: break
      }
    }
  }

  func print(_ record: Model.Record, gateway: String) {
    switch format {
    case .json:
      var writer = JSONWriter()
      JSONFormat.append(record, gateway: gateway, to: &writer)
      Output.print(writer.text)
    case .text:
      Output.print(Self.moment(record) + "  " + Self.words(record.body))
    }
  }

  /// What would be written to an actuator; nothing of it goes on the wire.
  func print(_ write: ActuatorWrite, gateway: String) {
    switch format {
    case .json:
      var writer = JSONWriter()
      Self.append(write, gateway: gateway, to: &writer)
      Output.print(writer.text)
    case .text:
      Output.print(
        (write.timestamp.map { "\($0)" } ?? "+\(write.time.seconds.fixed(1)) s") + "  " + Self.words(write))
    }
  }

  static func append(_ write: ActuatorWrite, gateway: String, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("type", "write")
    writer.member("gateway", gateway)
    if let timestamp = write.timestamp {
      writer.member("timestamp", "\(timestamp)")
    } else {
      writer.member("uptime", write.time.seconds, decimals: 3)
    }
    writer.member("rule", write.rule)
    writer.member("state", "\(write.state)")
    writer.member("signal", write.signal)
    writer.key("value")
    switch write.value {
    case .number(let number): writer.number(number)
    case .boolean(let flag): writer.boolean(flag)
    case .text(let text): writer.string(text)
    }
    if write.isPulse { writer.member("pulse", true) }
    writer.endObject()
  }

  static func words(_ write: ActuatorWrite) -> String {
    "WRITE \(write.signal): \(write.value.plainText), rule \(write.rule)\(write.state == .cleared ? " (when it clears)" : "")"
  }

  func finish(_ summary: ReplayRun.Summary, track: String) {
    for complaint in summary.complaints { Output.complain("waypost: \(track): \(complaint)") }
    guard format == .text else { return }
    Output.print(
      "\(track): \(summary.observations) observations, \(summary.records) records would be sent, \(summary.events) of them events"
    )
  }

  private static func moment(_ record: Model.Record) -> String {
    record.timestamp.map { "\($0)" } ?? "+\(record.time.seconds.fixed(1)) s"
  }

  private static func words(_ body: Model.Record.Body) -> String {
    switch body {
    case .position(let device, let position):
      "position \(device) \(position.latitude.fixed(6)), \(position.longitude.fixed(6))"
        + (position.speed.map { " \(($0 * 3.6).fixed(0)) km/h" } ?? "")
    case .reading(let device, let metric, let value, let unit, let quality):
      "reading \(device).\(metric) \(value.map(words) ?? quality.name)" + (unit.map { " \($0)" } ?? "")
    case .event(let event): words(event)
    case .device(let name, let isUp, let reason):
      "device \(name) \(isUp ? "up" : "down")" + (reason.map { " (\($0))" } ?? "")
    case .gap(let first, let last, let count, let reason, _): "gap \(first)–\(last), \(count) records, \(reason)"
    case .time: "time"
    case .health: "health"
    }
  }

  private static func words(_ value: Value) -> String {
    switch value {
    case .number(let number): "\(number)"
    case .boolean(let flag): "\(flag)"
    case .text(let text): text
    }
  }

  static func words(_ event: Event) -> String {
    switch event.content {
    case .geofence(let crossing):
      "\(crossing.kind == .entry ? "ENTER" : "EXIT") \(crossing.zone), rule \(event.rule)"
        + (crossing.gap ? " (in a gap without fixes)" : "")
    case .general(let general):
      "EVENT \(general.type)\(general.state == .cleared ? " is over" : ""), rule \(event.rule)"
    }
  }
}
