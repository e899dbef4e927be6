import Config
import Geo
public import Rules

/// A picture of replayed drives: one page of HTML that needs nothing but itself.
///
/// What it shows is bounded: points of a track (`DrivenTrack.limit`), events, zones and their corners; where something is left out the page
/// says what and how much. Texts of files reach the page as JSON in an element that is no program, and its script sets them as text; beside
/// that the page's Content Security Policy allows no request and no script but the two in it.
public struct ReplayMap: Sendable {
  /// One rule set and what it made of the drives.
  public struct Run: Sendable {
    /// For people: the rule files' path.
    public var name: String
    /// Whose zones are drawn.
    public var rules: RuleSet
    /// One per drive, finished.
    public var traces: [ReplayTrace]

    /// - Parameter name: For people.
    public init(name: String, rules: RuleSet, traces: [ReplayTrace]) {
      self.name = name
      self.rules = rules
      self.traces = traces
    }
  }

  /// So many events are drawn and listed.
  static let eventLimit = 2000
  /// So many zones are drawn, and so many of their corners.
  static let zoneLimit = 2000
  static let cornerLimit = 200_000

  let runs: [Run]

  /// - Parameter runs: One, or two that are compared, over the same drives.
  public init(_ run: Run, comparedWith other: Run? = nil) { runs = [run] + (other.map { [$0] } ?? []) }

  /// The page.
  public func page(_ leaflet: LeafletFiles) -> [UInt8] {
    let script = PackageResources.page_js
    let style = PackageResources.page_css
    let policy = [
      "default-src 'none'", "img-src data:",
      "script-src \(ContentHash.source(leaflet.script)) \(ContentHash.source(script))",
      "style-src \(ContentHash.source(leaflet.style)) \(ContentHash.source(style))", "base-uri 'none'",
      "form-action 'none'",
    ].joined(separator: "; ")
    let parts: [String: [UInt8]] = [
      "POLICY": Array(policy.utf8), "TITLE": Markup.escaped(title), "LEAFLET-STYLE": leaflet.style, "STYLE": style,
      "LEAFLET": leaflet.script, "SCRIPT": script, "DATA": Markup.scriptData(json),
    ]
    return Markup.filled(PackageResources.page_html, parts)
  }

  /// The page's heading.
  var title: String {
    let names = runs[0].traces.map { trace in trace.name.split(separator: "/").last.map(String.init) ?? trace.name }
    return names.count == 1 ? names[0] : "\(names.first ?? "") and \(names.count - 1) more"
  }
}

/// Text within HTML.
enum Markup {
  /// For an element's content or an attribute in quotes.
  static func escaped(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): out += "&amp;".utf8
      case UInt8(ascii: "<"): out += "&lt;".utf8
      case UInt8(ascii: ">"): out += "&gt;".utf8
      case UInt8(ascii: "\""): out += "&quot;".utf8
      case UInt8(ascii: "'"): out += "&#39;".utf8
      default: out.append(byte)
      }
    }
    return out
  }

  /// JSON within a script element: `<` stands in strings only, where its escape means the same, and nothing else ends the element or
  /// begins a comment (HTML, 13.1.2.1).
  static func scriptData(_ json: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(json.count)
    for byte in json {
      if byte == UInt8(ascii: "<") { out += "\\u003c".utf8 } else { out.append(byte) }
    }
    return out
  }

  /// The template with its `@NAME@` replaced. What is put in isn't looked at again.
  static func filled(_ template: [UInt8], _ parts: [String: [UInt8]]) -> [UInt8] {
    let at = UInt8(ascii: "@")
    var out: [UInt8] = []
    var rest = template[...]
    while let start = rest.firstIndex(of: at) {
      out += rest[..<start]
      let after = rest[(start + 1)...]
      if let end = after.firstIndex(of: at), let part = parts[String(decoding: after[..<end], as: UTF8.self)] {
        out += part
        rest = after[(end + 1)...]
      } else {
        out.append(at)
        rest = after
      }
    }
    return out + rest
  }
}
