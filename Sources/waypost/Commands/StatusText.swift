import Config

/// Puts the daemon's status into lines for a person. What the daemon didn't say isn't shown.
struct StatusText {
  let lines: [String]

  init(_ reply: JSONNode) {
    guard let status = reply["status"] else {
      lines = ["the gateway gave no status"]
      return
    }
    var lines: [String] = []
    func row(_ title: String, _ text: String) {
      lines.append(title.padded(to: 10) + text)
    }
    row(
      "gateway",
      "\(status["gateway"].text), waypost \(status["version"].text), up \(Self.age(status["uptime"].number))")
    if let configuration = status["configuration"] {
      row(
        "files",
        "configuration \(configuration["fingerprint"].text), loaded \(Self.age(configuration["loaded_ago"].number)) ago"
      )
      if let refused = configuration["refused"] {
        row("", "a reload was refused \(Self.age(refused["ago"].number)) ago: \(refused["reason"].text)")
      }
    }
    if let clock = status["clock"] {
      let source = ["ntp": " by NTP", "gps": " by GPS"][clock["source"].text] ?? ""
      row(
        "clock",
        clock["trusted"].flag
          ? "trusted\(source), \(clock["utc"].text)" : "not trusted yet: records wait for their time")
    }
    row("fix", Self.fix(status["fix"]))
    let zones = status["zones"].items
    let inside = zones.filter { $0["side"].text == "inside" }.map { $0["id"].text }
    row("zones", "\(zones.count), inside: \(inside.isEmpty ? "none" : inside.joined(separator: ", "))")
    if let rules = status["rules"]?.array {
      let up = rules.filter { $0["state"].text == "up" }.map { $0["name"].text }
      let unknown = rules.filter { $0["condition"].text == "unknown" }.map { $0["name"].text }
      row(
        "rules",
        "\(rules.count), up: \(up.isEmpty ? "none" : up.joined(separator: ", "))"
          + (unknown.isEmpty ? "" : "; unknown: " + unknown.joined(separator: ", ")))
    }
    for device in status["devices"].items {
      row("device", Self.device(device))
      for line in Self.signals(device) { row("", line) }
    }
    for (name, count) in status["counters"].numbers { row("", "\(Int(count)) \(name)") }
    if let journal = status["journal"] {
      row(
        "journal",
        "records \(journal["first"].integer)–\(journal["last"].integer), \(Self.size(journal["bytes"].number)), id \(journal["id"].text)"
      )
      if journal["recording"]["on"].flag { row("", "recording is on") }
      if let error = journal["error"] { row("", "can't write: \(error.text)") }
      if journal["dead_letters"]["kept"].integer > 0 || journal["dead_letters"]["dropped"].integer > 0 {
        row("", JournalText.dead(journal["dead_letters"]) + "; `waypost journal dead` shows them")
      }
      if journal["dead_letters_not_kept_yet"].integer > 0 {
        row("", "\(journal["dead_letters_not_kept_yet"].integer) refused records can't be kept yet")
      }
      if journal["refused"].integer > 0 {
        row("", "\(journal["refused"].integer) observations refused, the journal can't take them")
      }
    }
    for uplink in status["uplinks"].items {
      row(
        "uplink",
        "\(uplink["name"].text): \(uplink["state"].text), \(uplink["waiting"].integer) waiting, \(uplink["in_flight"].integer) in flight, \(uplink["acknowledged"].integer) delivered, \(Self.size(uplink["bytes"].number)) sent"
      )
      let days = uplink["bytes_per_day"].items.prefix(3).map { day in
        "\(day["day"]?.string ?? "before the clock was right"): \(Self.size(day["sent"].number)) up, \(Self.size(day["received"].number)) down"
      }
      if !days.isEmpty { row("", "over its sockets " + days.joined(separator: "; ")) }
      if uplink["tls"]["certificate_days"] != nil {
        let days = uplink["tls"]["certificate_days"].integer
        row("", days < 0 ? "its certificate has expired" : "its certificate: \(days) days left")
      }
      if let error = uplink["last_error"], error.text != "" { row("", error.text) }
    }
    if status["uplinks"].items.isEmpty { row("uplink", "none configured: everything is kept, nothing is sent") }
    self.lines = lines
  }

  private static func fix(_ fix: JSONNode?) -> String {
    guard let fix, fix["latitude"] != nil else { return "none yet" }
    var text = "\(fix["latitude"].number.fixed(5)), \(fix["longitude"].number.fixed(5))"
    if let speed = fix["speed"]?.number { text += ", \((speed * 3.6).fixed(0)) km/h" }
    if let error = fix["estimated_error"]?.number { text += ", ± \(error.fixed(0)) m" }
    if let seconds = fix["age"]?.number { text += ", \(age(seconds)) ago" }
    return text
  }

  static func age(_ seconds: Double) -> String {
    switch seconds {
    case ..<120: "\(seconds.fixed(0)) s"
    case ..<7200: "\((seconds / 60).fixed(0)) min"
    case ..<172_800: "\((seconds / 3600).fixed(1)) h"
    default: "\((seconds / 86400).fixed(1)) d"
    }
  }

  static func size(_ bytes: Double) -> String {
    switch bytes {
    case ..<10_000: "\(bytes.fixed(0)) B"
    case ..<10_000_000: "\((bytes / 1000).fixed(0)) KB"
    default: "\((bytes / 1_000_000).fixed(1)) MB"
    }
  }
}

extension String {
  /// Followed by as many spaces as bring it to `width`.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// With blanks in the place of what a terminal would obey.
  var printable: String {
    unicodeScalars.map { $0.value < 32 || (127...159).contains($0.value) ? " " : String($0) }.joined()
  }
}

extension Double {
  /// With so many digits after the point.
  func fixed(_ digits: Int) -> String {
    guard isFinite, abs(self) < 1e12 else { return "?" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int64((abs(self) * scale).rounded())
    let whole = scaled / Int64(scale)
    let sign = self < 0 && scaled != 0 ? "-" : ""
    guard digits > 0 else { return sign + "\(whole)" }
    let fraction = "\(scaled % Int64(scale))"
    return sign + "\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}

// Reading a status leniently: the daemon may be older or newer than the command.
extension Optional where Wrapped == JSONNode {
  subscript(_ name: String) -> JSONNode? { self?[name] }

  var text: String {
    if case .number(_, let text)? = self?.content { text } else { self?.string ?? "" }
  }

  var number: Double { self?.number ?? 0 }

  var integer: Int { Int(exactly: number.rounded()) ?? 0 }

  var flag: Bool {
    if case .boolean(true)? = self?.content { true } else { false }
  }

  var items: [JSONNode] { self?.array ?? [] }

  var numbers: [(String, Double)] {
    (self?.object ?? []).map { ($0.name, $0.value.number ?? 0) }
  }
}

extension JSONNode {
  var text: String { Optional(self).text }
}
