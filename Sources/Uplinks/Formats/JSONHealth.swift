public import Config
public import Model

/// How the gateway is, as members of a JSON object: of a `health` record, and of the answer to the command `status`.
public enum JSONHealth {
  /// Writes `uptime`, seconds since the box booted.
  public static func uptime(of health: Health, to writer: inout JSONWriter) {
    writer.member("uptime", health.uptime.seconds, decimals: 0)
  }

  /// Writes the rest: `version`, `configuration`, `running`, … Sizes in bytes, times in seconds, the temperature in °C.
  public static func append(_ health: Health, to writer: inout JSONWriter) {
    writer.member("version", health.version)
    if let configuration = health.configuration { writer.member("configuration", configuration) }
    writer.member("running", health.running.seconds, decimals: 0)
    writer.member("clock", health.isClockTrusted ? "synchronised" : "unsynchronised")
    number("disk_free", health.diskFree, &writer)
    number("memory", health.memory, &writer)
    number("memory_free", health.memoryFree, &writer)
    if let temperature = health.temperature { writer.member("temperature", temperature, decimals: 1) }
    writer.key("journal")
    writer.beginObject()
    number("bytes", health.journalBytes, &writer)
    number("limit", health.journalLimit, &writer)
    number("dead_letters", health.deadLetters, &writer)
    writer.endObject()
    writer.key("uplinks")
    writer.beginObject()
    for uplink in health.uplinks {
      writer.key(uplink.name)
      writer.beginObject()
      writer.member("connected", uplink.isUp)
      number("waiting", uplink.waiting, &writer)
      number("bytes_today", uplink.bytesToday, &writer)
      writer.endObject()
    }
    writer.endObject()
  }

  private static func number(_ name: String, _ value: UInt64?, _ writer: inout JSONWriter) {
    guard let value else { return }
    writer.member(name, value)
  }
}
