/// What was agreed on for permessage-deflate (RFC 7692, section 7).
struct DeflateAgreement: Hashable, Sendable {
  /// What we offer: any window, our own included, with its context kept.
  static let offer = "permessage-deflate; client_max_window_bits"

  /// The server's messages may refer to earlier ones.
  var serverKeepsContext = true
  var clientKeepsContext = true
  /// 8…15; with 8, which zlib can't write, our messages go as they are.
  var clientWindowBits = 15

  struct Failure: Error, Hashable { var text: String }

  /// Reads the server's `Sec-WebSocket-Extensions`; `nil`: it doesn't want to.
  static func read(_ fields: [String], wasOffered: Bool) throws(Failure) -> DeflateAgreement? {
    let extensions = fields.flatMap { $0.split(separator: ",") }
    guard let only = extensions.first else { return nil }
    let parts = only.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
    guard extensions.count == 1, wasOffered, parts[0].lowercased() == "permessage-deflate" else {
      throw Failure(text: "the server wants an extension that was not offered")
    }
    var agreement = DeflateAgreement()
    var seen: Set<String> = []
    for part in parts.dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(trimmed)
      let name = pair[0].lowercased()
      let value = pair.count == 2 ? unquoted(pair[1]) : nil
      guard seen.insert(name).inserted else { throw Failure(text: "the server gives a parameter of deflate twice") }
      switch (name, value, value.flatMap { Int($0) }) {
      case ("server_no_context_takeover", nil, _): agreement.serverKeepsContext = false
      case ("client_no_context_takeover", nil, _): agreement.clientKeepsContext = false
      // The inflater reads any window.
      case ("server_max_window_bits", _, let bits?) where (8...15).contains(bits): break
      case ("client_max_window_bits", _, let bits?) where (8...15).contains(bits): agreement.clientWindowBits = bits
      default: throw Failure(text: "the server answers the offer of deflate with what it doesn't allow")
      }
    }
    return agreement
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }

  private static func unquoted(_ text: Substring) -> Substring {
    text.count >= 2 && text.first == "\"" && text.last == "\"" ? text.dropFirst().dropLast() : text
  }
}
