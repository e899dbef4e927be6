import Config
import Journal
import Model

extension JournalStatistics {
  /// Writes the members `journal` and `uplinks` of the answer to `waypost journal`.
  func writeSummary(to writer: inout JSONWriter, now: EngineTime) {
    writer.key("journal")
    writer.beginObject()
    write(to: &writer, now: now)
    writer.endObject()
    writer.key("uplinks")
    writer.beginArray()
    for uplink in uplinks { uplink.write(to: &writer, now: now) }
    writer.endArray()
  }
}

extension JournalStatistics.Uplink {
  /// Writes the uplink as an object.
  fileprivate func write(to writer: inout JSONWriter, now: EngineTime) {
    writer.beginObject()
    writer.member("name", name)
    writer.member("configured", isConfigured)
    writer.member("waiting", depth.total)
    if let oldestWaiting { writer.member("oldest_waiting", seconds: max(.zero, now - oldestWaiting)) }
    writer.member("keep", seconds: keep)
    // A removed one is forgotten after so long.
    if !isConfigured { writer.member("forgotten_in", seconds: max(.zero, seen + keep - now)) }
    writer.member("requeued", requeued)
    writer.key("lanes")
    writer.beginObject()
    for lane in Lane.allCases where lanes.contains(LaneSet(lane)) {
      let cursor = cursors[lane]
      writer.key(lane.name)
      writer.beginObject()
      writer.member("low", cursor.low)
      writer.member("waiting", depth[lane])
      writer.key("delivered_above")
      writer.beginArray()
      for range in cursor.ranges { Self.write(range, to: &writer) }
      writer.endArray()
      writer.endObject()
    }
    writer.endObject()
    writer.endObject()
  }

  private static func write(_ range: ClosedRange<UInt64>, to writer: inout JSONWriter) {
    writer.beginArray()
    writer.number(range.lowerBound)
    writer.number(range.upperBound)
    writer.endArray()
  }
}
