import Config

/// Puts the journal's summary into lines for a person.
struct JournalText {
  let lines: [String]

  init(_ reply: JSONNode) {
    var lines: [String] = []
    func row(_ title: String, _ text: String) { lines.append(title.padded(to: 11) + text) }
    let journal = reply["journal"]
    let last = journal["last"].integer
    if journal["first"].integer > 0 {
      let age = journal["oldest"].map { ", the oldest of \(StatusText.age(Optional($0).number)) ago" } ?? ""
      row("journal", "\(journal["id"].text), records \(journal["first"].integer)–\(last)\(age)")
    } else {
      row("journal", "\(journal["id"].text), empty; the last record was \(last)")
    }
    row(
      "on disk",
      "\(StatusText.size(journal["bytes"].number)), \(StatusText.size(journal["used_bytes"].number)) of it in use, of at most \(StatusText.size(journal["limit"].number))"
    )
    let causes = [
      "limit": "to stay within the limit", "keep": "older than `keep`", "repair": "damaged", "size": "too large",
      "thinned": "thinned", "told": "as told",
    ]
    let drops = journal["given_up"].numbers.filter { $0.1 > 0 }
    row(
      "given up",
      drops.isEmpty ? "nothing" : drops.map { "\(Int($0.1)) \(causes[$0.0] ?? $0.0)" }.joined(separator: ", "))
    row("dead", Self.dead(journal["dead_letters"]))
    for uplink in reply["uplinks"].items { lines += Self.lines(of: uplink) }
    if reply["uplinks"].items.isEmpty { row("uplink", "none: what is older than `history` goes") }
    self.lines = lines
  }

  /// One line of dead letters; `waypost status` has it, too.
  static func dead(_ letters: JSONNode?) -> String {
    let kept = letters["kept"].integer
    var text =
      kept == 0
      ? "no dead letters" : "\(kept) dead letter\(kept == 1 ? "" : "s"), \(StatusText.size(letters["bytes"].number))"
    if letters["dropped"].integer > 0 { text += "; \(letters["dropped"].integer) older ones were given up" }
    return text
  }

  private static func lines(of uplink: JSONNode) -> [String] {
    let isConfigured = uplink["configured"].flag
    let waiting = uplink["waiting"].integer
    var text = "\(uplink["name"].text): "
    if !isConfigured {
      text +=
        "not configured; goes on where it was if it comes back within \(StatusText.age(uplink["forgotten_in"].number)); "
    }
    text += waiting == 0 ? "nothing waits" : "\(waiting) wait"
    if let age = uplink["oldest_waiting"]?.number { text += ", the oldest for \(StatusText.age(age))" }
    var lines = [(isConfigured ? "uplink" : "removed").padded(to: 11) + text]
    for lane in uplink["lanes"]?.object ?? [] {
      let ranges = lane.value["delivered_above"]?.array ?? []
      let above = ranges.isEmpty ? "" : ", and \(ranges.count) stretch\(ranges.count == 1 ? "" : "es") above it"
      lines.append(
        "".padded(to: 11) + lane.name.padded(to: 10)
          + "delivered up to \(Optional(lane.value)["low"].integer)\(above), \(Optional(lane.value)["waiting"].integer) wait"
      )
    }
    if uplink["requeued"].integer > 0 {
      lines.append("".padded(to: 11) + "\(uplink["requeued"].integer) requeued dead letters are still to be sent")
    }
    return lines
  }
}
