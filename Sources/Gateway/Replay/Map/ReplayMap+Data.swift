import Config
import Geo
import Model
import Rules

extension ReplayMap {
  /// What the page's script draws; its members are read by `page.js`.
  ///
  /// Coordinates are whole millionths of a degree (0.1 m), moments milliseconds, each as its difference from the one before: a third of
  /// the bytes. Speeds are tenths of km/h, −1 where unknown.
  var json: [UInt8] {
    let frame = MapFrame(runs[0].traces.lazy.compactMap(\.driven.points.first?.coordinate).first)
    var notes = Notes()
    var writer = JSONWriter(capacity: 1 << 20)
    writer.beginObject()
    writer.member("title", title)
    writer.key("runs")
    writer.beginArray()
    for run in runs { writer.string(run.name) }
    writer.endArray()
    figures(&writer)
    writeDrives(frame, &writer, &notes)
    writeSent(frame, &writer, &notes)
    writeEvents(frame, &writer, &notes)
    MapZones(runs, frame: frame).write(to: &writer, &notes)
    writer.key("notes")
    writer.beginArray()
    for note in notes.all { writer.string(note) }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }

  /// What was left out, for the page's foot.
  struct Notes {
    private(set) var all: [String] = []
    mutating func add(_ note: String) { if !all.contains(note) { all.append(note) } }
  }

  private func figures(_ writer: inout JSONWriter) {
    let traces = runs[0].traces
    var redraw = RedrawError()
    var messages = MessageMeter()
    for trace in traces {
      redraw.formUnion(trace.redraw)
      messages.formUnion(trace.messages)
    }
    let metres = traces.reduce(0) { $0 + $1.driven.length }
    var figures = [
      ("distance", metres < 10_000 ? "\(metres.rounded(to: 0)) m" : "\((metres / 1000).rounded(to: 1)) km"),
      ("records sent", "\(messages.records)"), ("sent, deflated", Self.size(messages.deflated)),
    ]
    if let mean = redraw.mean {
      figures.append(("largest error", "\(redraw.largest.rounded(to: 0)) m"))
      figures.append(("mean error", "\(mean.rounded(to: 1)) m"))
    }
    writer.key("figures")
    writer.beginArray()
    for figure in figures {
      writer.beginArray()
      writer.string(figure.0)
      writer.string(figure.1)
      writer.endArray()
    }
    writer.endArray()
  }

  private static func size(_ bytes: Int) -> String {
    bytes < 10_000 ? "\(bytes) B" : bytes < 10_000_000 ? "\(bytes / 1000) KB" : "\(bytes / 1_000_000) MB"
  }

  private func writeDrives(_ frame: MapFrame, _ writer: inout JSONWriter, _ notes: inout Notes) {
    writer.key("drives")
    writer.beginArray()
    for trace in runs[0].traces {
      let points = trace.driven.points
      let start = points.first?.milliseconds ?? 0
      writer.beginObject()
      writer.member("name", trace.name)
      writer.member("start", Int(start))
      writer.member("fixes", trace.driven.count)
      writer.line(points.map(\.coordinate), from: frame.origin)
      writer.differences("t", points.map { $0.milliseconds - start })
      writer.key("v")
      writer.beginArray()
      for point in points { writer.number(point.speed.map { Int64(($0 * 36).rounded(clamping: 36_000)) } ?? -1) }
      writer.endArray()
      writer.key("breaks")
      writer.beginArray()
      for (index, point) in points.enumerated() where index > 0 && point.beginsPiece { writer.number(index) }
      writer.endArray()
      writer.endObject()
      if points.count < trace.driven.count {
        notes.add(
          "Of \(trace.driven.count) fixes \(points.count) are drawn; "
            + (trace.driven.error.isFinite
              ? "none left out is farther than \(trace.driven.error.rounded(to: 1)) m from the line."
              : "the line is rough."))
      }
    }
    writer.endArray()
  }

  private func writeSent(_ frame: MapFrame, _ writer: inout JSONWriter, _ notes: inout Notes) {
    writer.key("sent")
    writer.beginArray()
    for run in runs {
      writer.beginArray()
      for trace in run.traces {
        writer.beginObject()
        writer.line(trace.sent.points.map(\.coordinate), from: frame.origin)
        writer.endObject()
        if trace.sent.points.count < trace.sent.count {
          notes.add("Of \(trace.sent.count) positions sent \(trace.sent.points.count) are drawn.")
        }
      }
      writer.endArray()
    }
    writer.endArray()
    writer.key("sentCount")
    writer.beginArray()
    for run in runs { writer.number(run.traces.reduce(0) { $0 + $1.sent.count }) }
    writer.endArray()
  }

  private func writeEvents(_ frame: MapFrame, _ writer: inout JSONWriter, _ notes: inout Notes) {
    var count = 0
    writer.key("events")
    writer.beginArray()
    for (drive, trace) in runs[0].traces.enumerated() {
      let other = runs.count > 1 ? runs[1].traces[drive] : trace
      for match in EventMatch.matches(trace.events, other.events) {
        count += 1
        guard count <= Self.eventLimit else { continue }
        let start = trace.driven.points.first?.milliseconds ?? 0
        MapEvent(match, drive: drive, start: start).write(to: &writer, frame)
      }
    }
    writer.endArray()
    writer.member("eventCount", count)
    if count > Self.eventLimit { notes.add("Of \(count) events the first \(Self.eventLimit) are shown.") }
  }
}

extension Double {
  /// With so many decimals at most, for people.
  func rounded(to decimals: Int) -> String {
    var writer = JSONWriter(capacity: 16)
    writer.number(self, decimals: decimals)
    return writer.text
  }

  /// Rounded; what is beyond ± `limit`, or no number, becomes that or 0.
  fileprivate func rounded(clamping limit: Double) -> Double { isNaN ? 0 : max(-limit, min(limit, self)).rounded() }
}
