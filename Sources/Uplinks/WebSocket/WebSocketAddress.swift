/// What a `ws://` or `wss://` address says (RFC 6455, section 3).
public struct WebSocketAddress: Sendable, Hashable {
  /// A name, or an address without brackets.
  public var host: String
  public var port: Int
  public var isSecure: Bool
  /// Path and query, from the slash on; printable ASCII.
  public var resource: String

  public init(host: String, port: Int, isSecure: Bool, resource: String = "/") {
    self.host = host
    self.port = port
    self.isSecure = isSecure
    self.resource = resource
  }

  /// As it stands in `Host` and in URLs: an IPv6 address in brackets, the port where it isn't the usual one.
  var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
  }

  /// For people and logs: without the query, in which somebody may have put a secret.
  var description: String {
    let path = resource.prefix { $0 != "?" }
    return "\(isSecure ? "wss" : "ws")://\(authority)\(path == "/" ? "" : path)"
  }
}
