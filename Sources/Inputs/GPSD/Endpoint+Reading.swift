import Config

extension Endpoint {
  /// A host as RFC 1123 and RFC 4291 have it, an IPv6 address also in brackets and with a zone.
  /// - Parameters:
  ///   - what: names the value as the subject of a sentence: "`host`".
  ///   - port: one that it may have, for the remedy.
  static func host(
    _ node: YAMLNode, _ what: String = "`host`", port: Int = 2947, diagnostics: inout Diagnostics
  ) -> String? {
    guard let text = node.string(what, limit: 253, diagnostics: &diagnostics) else { return nil }
    let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    let isHost = bare.utf8.allSatisfy {
      (48...58).contains($0) || (65...90).contains($0) || (97...122).contains($0) || [45, 46, 95, 37].contains($0)
    }
    let colons = bare.utf8.count { $0 == 58 }
    if isHost, !bare.isEmpty, colons != 1 { return bare }
    diagnostics.error(
      "bad-host", "\(what) must be a name or an address", at: node.span,
      help: colons == 1 ? "write the port beside it: `port: \(port)`" : "as `127.0.0.1`, `::1` or `gps.example.com`")
    return nil
  }
}
