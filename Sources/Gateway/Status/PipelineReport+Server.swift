import Config
import Journal
import Model

extension PipelineReport {
  /// What a server is told of how the gateway is: members of an object.
  func writeForServer(to writer: inout JSONWriter) {
    writer.key("clock")
    writer.string(utc == nil ? "unsynchronised" : "synchronised")
    writer.member("journal_bytes", Int(clamping: journal.bytes))
    writer.key("waiting")
    writer.beginObject()
    for uplink in journal.uplinks { writer.member(uplink.name, Int(clamping: uplink.depth.total)) }
    writer.endObject()
  }
}
