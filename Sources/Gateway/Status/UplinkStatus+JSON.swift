import Config
import Journal
import Model
import Trust
import Uplinks

extension UplinkStatus {
  /// Writes the uplink as an object.
  ///
  /// - Parameters:
  ///   - waiting: Records that the journal keeps for it, per lane.
  ///   - traffic: What went over its sockets, by days, oldest first.
  func write(to writer: inout JSONWriter, waiting: LaneCounts?, traffic: [TrafficBook.Day]) {
    writer.beginObject()
    writer.member("name", name)
    writer.member("destination", destination)
    writer.member("state", stateName)
    if let link { writer.member("link", link) }
    if let tls {
      writer.key("tls")
      tls.write(to: &writer)
    }
    if let lastError { writer.member("last_error", lastError) }
    if let alarm { writer.member("alarm", alarm.code) }
    if let waiting {
      writer.member("waiting", waiting.total)
      writer.key("waiting_by_lane")
      writer.beginObject()
      for lane in Lane.allCases { writer.member(lane.name, waiting[lane]) }
      writer.endObject()
    }
    writer.member("in_flight", inFlight)
    writer.member("connections", connections)
    writer.member("sent", counters.sent)
    writer.member("acknowledged", counters.acknowledged)
    writer.member("repeated", counters.repeated)
    writer.member("refused", counters.refused)
    writer.member("dead", counters.dead)
    writer.member("unheard", counters.unheard)
    writer.member("bytes", counters.bytes)
    if commands.taken + commands.dropped > 0 {
      writer.member("commands", commands.taken)
      writer.member("commands_dropped", commands.dropped)
    }
    writer.key("bytes_per_day")
    writer.beginArray()
    for day in traffic.reversed() {
      writer.beginObject()
      if let date = day.date { writer.member("day", date) }
      writer.member("sent", day.sent)
      writer.member("received", day.received)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }

  private var stateName: String {
    switch state {
    case .stopped: "stopped"
    case .waiting: "waiting to connect"
    case .connecting: "connecting"
    case .up: "connected"
    case .closing: "closing"
    }
  }
}

extension TLSStatus {
  /// Writes it as an object.
  fileprivate func write(to writer: inout JSONWriter) {
    let now = WallClock.now.milliseconds / 1000
    writer.beginObject()
    if let connection {
      writer.member("version", connection.version)
      writer.member("cipher", connection.cipher)
      if let name = connection.applicationProtocol { writer.member("alpn", name) }
      if let server = connection.server {
        writer.member("server", server.subject)
        writer.member("server_certificate_days", server.daysLeft(at: now))
      }
    }
    if let days = certificateDays(at: now) { writer.member("certificate_days", days) }
    if let failure {
      writer.member("failure", failure.code.description)
      writer.member("failure_text", failure.message)
      writer.member("remedy", failure.remedy)
    }
    writer.endObject()
  }
}
