import Config
import Model

/// `mqtt://HOST[:PORT]` or `mqtts://…`, ports 1883 and 8883 as IANA has them; or `ws://HOST[:PORT][/PATH]` or `wss://…`, ports 80 and 443,
/// with `/mqtt` where there is no path, as most brokers have it.
enum MQTTURL {
  struct Place {
    var host: String
    var port: Int
    var isSecure: Bool
    /// Of the WebSocket; `nil`: over TCP.
    var path: String?
  }

  private static let webSockets = [ServerURL.Scheme(name: "wss", port: 443), ServerURL.Scheme(name: "ws", port: 80)]

  static func read(_ node: YAMLNode, _ diagnostics: inout Diagnostics) -> Place? {
    guard let text = node.string("`url`", limit: 512, diagnostics: &diagnostics) else { return nil }
    func fail(_ code: String, _ message: String, _ part: Substring, _ help: String) -> Place? {
      let part = part.isEmpty ? text[...] : part
      let start = text.utf8.distance(from: text.startIndex, to: part.startIndex)
      diagnostics.error(code, message, at: node.span(ofText: start..<start + part.utf8.count), help: help)
      return nil
    }
    let example = "write `mqtts://broker.example.com`, for example"
    guard let separator = text.firstRange(of: "://") else {
      return fail("url", "`url` must begin with `mqtts://` or `mqtt://`", text[...], remedy(text[...]) ?? example)
    }
    let place = text[separator.upperBound...]
    var isSecure = false
    switch text[..<separator.lowerBound] {
    case "mqtt": break
    case "mqtts": isSecure = true
    case "ssl", "tls":
      return fail(
        "url", "MQTT over TLS is written `mqtts://`", text[..<separator.upperBound],
        HostName.isAuthority(place) ? "write `mqtts://\(place)`" : example)
    case "ws", "wss":
      return ServerURL.read(
        node, "`url`", schemes: webSockets, example: "wss://broker.example.com/mqtt",
        account: "write `username:` and `password:`", &diagnostics
      ).map { url in
        let resource = url.resource.isEmpty || url.resource == "/" ? "/mqtt" : url.resource
        return Place(
          host: url.host, port: url.port, isSecure: url.scheme == "wss",
          path: resource.first == "/" ? String(resource) : "/mqtt" + resource)
      }
    default:
      return fail(
        "url", "`url` must begin with `mqtts://` or `mqtt://`", text[..<separator.upperBound], remedy(place) ?? example)
    }
    var rest = text[separator.upperBound...]
    if rest.last == "/" { rest.removeLast() }
    if let at = rest.firstIndex(of: "@") {
      return fail(
        "url", "user name and password don't stand in the address", rest[...at], "write `username:` and `password:`")
    }
    if let slash = rest.firstIndex(where: { "/?#".contains($0) }) {
      return fail("url", "the address of an MQTT broker has no path", rest[slash...], "delete it")
    }
    var host = rest
    var port = isSecure ? 8883 : 1883
    let afterBracket = rest.first == "[" ? rest.firstIndex(of: "]") ?? rest.startIndex : rest.startIndex
    if let colon = rest[afterBracket...].lastIndex(of: ":") {
      host = rest[..<colon]
      let digits = rest[rest.index(after: colon)...]
      guard let number = Int(digits), (1...65535).contains(number) else {
        return fail("url", "the port must be a number from 1 to 65535", digits, example)
      }
      port = number
    }
    let name = host.first == "[" && host.last == "]" ? host.dropFirst().dropLast() : host
    let isAddress = name.startIndex != host.startIndex
    guard HostName.isValid(name, isAddress: isAddress) else {
      return fail("url", "`\(host)` is no host name or address", host.isEmpty ? rest : host, example)
    }
    return Place(host: String(name), port: port, isSecure: isSecure)
  }

  /// With the broker that was named; by the port whether with TLS.
  private static func remedy(_ place: Substring) -> String? {
    guard HostName.isAuthority(place) else { return nil }
    return place.hasSuffix(":1883")
      ? "write `mqtt://\(place)`" : "write `mqtts://\(place)`, or `mqtt://` where the broker has no TLS"
  }
}
