/// A proxy on the way to the server.
public struct ProxyOptions: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// SOCKS 5 (RFC 1928), which resolves the server's name itself.
    case socks
    /// HTTP's CONNECT (RFC 9110, section 9.3.6).
    case http
  }

  public var kind: Kind
  public var host: String
  public var port: Int
  public var username: String?
  public var password: Secret?

  public init(kind: Kind, host: String, port: Int, username: String? = nil, password: Secret? = nil) {
    self.kind = kind
    self.host = host
    self.port = port
    self.username = username
    self.password = password
  }

  /// For people and logs.
  var description: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return "\(kind == .socks ? "socks5" : "http")://\(name):\(port)"
  }
}

/// With whom a proxy is told that we come.
struct ProxyCredentials: Sendable, Hashable {
  var username: String
  var password: String
}
