import Config
import Model

/// Reads `SCHEME://HOST[:PORT][/PATH][?QUERY]`, with what is wrong at its place.
struct ServerURL {
  /// A scheme that may stand there, and its port where none is given.
  struct Scheme {
    var name: String
    var port: Int
  }

  var scheme: String
  /// Without brackets.
  var host: String
  var port: Int
  /// Path and query as they stand there; empty where there are none.
  var resource: Substring

  /// - Parameters:
  ///   - what: as the subject of a sentence: "`url`".
  ///   - example: an address for the remedy.
  ///   - others: schemes that people write here, and what to write instead.
  ///   - account: where user name and password belong.
  static func read(
    _ node: YAMLNode, _ what: String, schemes: [Scheme], example: String, others: [String: String] = [:],
    account: String, _ diagnostics: inout Diagnostics
  ) -> ServerURL? {
    guard let text = node.string(what, limit: 1024, diagnostics: &diagnostics) else { return nil }
    let example = "write `\(example)`, for example"
    func fail(_ message: String, _ part: Substring, _ help: String) -> ServerURL? {
      let part = part.isEmpty ? text[...] : part
      let start = text.utf8.distance(from: text.startIndex, to: part.startIndex)
      diagnostics.error("url", message, at: node.span(ofText: start..<start + part.utf8.count), help: help)
      return nil
    }
    let names = schemes.map { "`\($0.name)://`" }.joined(separator: " or ")
    guard let separator = text.firstRange(of: "://") else {
      let help = HostName.isAuthority(text[...]) ? "write `\(schemes[0].name)://\(text)`" : example
      return fail("\(what) must begin with \(names)", text[...], help)
    }
    let word = text[..<separator.lowerBound].lowercased()
    guard let scheme = schemes.first(where: { $0.name == word }) else {
      let rest = text[separator.upperBound...]
      let help = others[word].map { "write `\($0)://\(rest.prefix { $0 != "@" })`" } ?? example
      return fail("\(what) must begin with \(names)", text[..<separator.upperBound], help)
    }
    let rest = text[separator.upperBound...]
    let authority = rest.prefix { !"/?#".contains($0) }
    let resource = rest[authority.endIndex...]
    if let at = authority.lastIndex(of: "@") {
      return fail("user name, password and token don't stand in the address", rest[...at], account)
    }
    if let hash = resource.firstIndex(of: "#") {
      return fail("the address of a server has no fragment", resource[hash...], "delete it")
    }
    if let stranger = resource.firstIndex(where: { !("!"..."~").contains($0) || "\"<>\\^`{|}".contains($0) }) {
      return fail(
        "`\(resource[stranger])` can't stand in an address as it is", resource[stranger...stranger],
        "write it as `%` and two hexadecimal digits")
    }
    var host = authority
    var port = scheme.port
    let afterBracket =
      authority.first == "[" ? authority.firstIndex(of: "]") ?? authority.startIndex : authority.startIndex
    if let colon = authority[afterBracket...].lastIndex(of: ":") {
      host = authority[..<colon]
      let digits = authority[authority.index(after: colon)...]
      guard let number = Int(digits), (1...65535).contains(number) else {
        return fail("the port must be a number from 1 to 65535", digits, example)
      }
      port = number
    }
    let name = host.first == "[" && host.last == "]" ? host.dropFirst().dropLast() : host
    guard HostName.isValid(name, isAddress: name.startIndex != host.startIndex) else {
      return fail("`\(host)` is no host name or address", host.isEmpty ? rest : host, example)
    }
    return ServerURL(scheme: scheme.name, host: String(name), port: port, resource: resource)
  }
}
