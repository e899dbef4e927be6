import Config
import Gateway
import Model
import Uplinks

/// Prints what two rule sets do differently.
struct ComparisonPrinter {
  let format: OutputFormat

  func print(_ comparison: ReplayComparison) {
    switch format {
    case .json:
      for difference in comparison.differences { Output.print(Self.json(difference)) }
      Output.print(Self.json(comparison))
    case .text: Output.print(Self.lines(comparison).joined(separator: "\n"))
    }
  }

  // MARK: For people

  static func lines(_ comparison: ReplayComparison) -> [String] {
    var lines: [String] = []
    var drive: String?
    for difference in comparison.differences {
      if difference.drive != drive { lines.append("\(difference.drive):") }
      drive = difference.drive
      lines.append("  \(difference.time)  \(words(difference.deed)): \(words(difference, comparison))")
    }
    if comparison.isSame { lines.append("no difference") } else if !lines.isEmpty { lines.append("") }
    return lines + table(comparison)
  }

  private static func words(_ deed: ReplayComparison.Deed) -> String {
    switch deed {
    case .event(let event): ReplayPrinter.words(event)
    case .write(let write): ReplayPrinter.words(write)
    }
  }

  private static func words(_ difference: ReplayComparison.Difference, _ comparison: ReplayComparison) -> String {
    switch difference.kind {
    case .onlyA: "only by \(comparison.a.name)"
    case .onlyB: "only by \(comparison.b.name)"
    case .moved:
      "\(abs(difference.shift.seconds).fixed(1)) s \(difference.shift > .zero ? "later" : "earlier") by \(comparison.b.name)"
    case .changed: "says something else by \(comparison.b.name)"
    }
  }

  private static func table(_ comparison: ReplayComparison) -> [String] {
    let (a, b) = (comparison.a, comparison.b)
    func metres(_ value: Double?) -> String { value.map { $0.fixed(1) + " m" } ?? "–" }
    func largest(_ side: ReplayComparison.Side) -> Double? { side.redraw.mean.map { _ in side.redraw.largest } }
    let rows: [(String, String, String)] = [
      ("", a.name, b.name), ("events", "\(a.events)", "\(b.events)"), ("records sent", "\(a.records)", "\(b.records)"),
      ("positions sent", "\(a.positions)", "\(b.positions)"), ("bytes", "\(a.bytes)", "\(b.bytes)"),
      ("bytes, deflated", "\(a.deflated)", "\(b.deflated)"), ("programs run", "\(a.hooks)", "\(b.hooks)"),
      ("actuators written", "\(a.writes)", "\(b.writes)"),
      ("largest error", metres(largest(a)), metres(largest(b))),
      ("mean error", metres(a.redraw.mean), metres(b.redraw.mean)),
    ]
    let widths = (
      rows.map(\.0.count).max() ?? 0, rows.map(\.1.count).max() ?? 0, rows.map(\.2.count).max() ?? 0
    )
    func padded(_ text: String, _ width: Int) -> String { String(repeating: " ", count: width - text.count) + text }
    return rows.map { row in
      row.0 + String(repeating: " ", count: widths.0 - row.0.count)
        + "  \(padded(row.1, widths.1))  \(padded(row.2, widths.2))"
    } + [
      "events: \(comparison.same) the same, "
        + "\(comparison.count(.moved)) at another time, \(comparison.count(.changed)) with other data, "
        + "\(comparison.count(.onlyA)) only by the first, \(comparison.count(.onlyB)) only by the second"
    ] + (a.writes + b.writes == 0 ? [] : [writes(comparison)])
  }

  private static func writes(_ comparison: ReplayComparison) -> String {
    func count(_ kind: ReplayComparison.Difference.Kind) -> Int { comparison.count(kind, writes: true) }
    return "writes: \(comparison.sameWrites) the same, \(count(.moved)) at another time, "
      + "\(count(.changed)) of another value, \(count(.onlyA)) only by the first, \(count(.onlyB)) only by the second"
  }

  // MARK: For programs

  private static func json(_ difference: ReplayComparison.Difference) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("difference", difference.kind.rawValue)
    writer.member("track", difference.drive)
    if difference.kind == .moved {
      writer.member("seconds", difference.shift.seconds, decimals: 3)
    }
    let isOnlyB = difference.kind == .onlyB
    for (key, deed, time) in [
      ("a", isOnlyB ? nil : difference.deed, difference.time),
      ("b", isOnlyB ? difference.deed : difference.other, difference.time + difference.shift),
    ] {
      guard let deed else { continue }
      writer.key(key)
      switch deed {
      case .event(let event):
        JSONFormat.append(
          Model.Record(time: .zero, timestamp: time, body: .event(event)), gateway: "replay", to: &writer)
      case .write(var write):
        write.timestamp = time
        ReplayPrinter.append(write, gateway: "replay", to: &writer)
      }
    }
    writer.endObject()
    return writer.text
  }

  private static func json(_ comparison: ReplayComparison) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("same", comparison.isSame)
    for (key, same, areWrites) in [("events", comparison.same, false), ("writes", comparison.sameWrites, true)] {
      writer.key(key)
      writer.beginObject()
      writer.member("same", same)
      for kind in ReplayComparison.Difference.Kind.allCases {
        writer.member(kind.rawValue, comparison.count(kind, writes: areWrites))
      }
      writer.endObject()
    }
    for (key, side) in [("a", comparison.a), ("b", comparison.b)] {
      writer.key(key)
      append(side, to: &writer)
    }
    writer.endObject()
    return writer.text
  }

  private static func append(_ side: ReplayComparison.Side, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("rules", side.name)
    for (key, count) in [
      ("events", side.events), ("records", side.records), ("positions", side.positions), ("bytes", side.bytes),
      ("deflated_bytes", side.deflated), ("hooks", side.hooks), ("writes", side.writes),
    ] {
      writer.member(key, count)
    }
    if let mean = side.redraw.mean {
      writer.member("largest_error", side.redraw.largest, decimals: 2)
      writer.member("mean_error", mean, decimals: 2)
    }
    writer.endObject()
  }
}
