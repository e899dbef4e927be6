/// Where a line's other end is: at a port of this box, or behind a server that passes its own port on over TCP.
enum LineEndpoint: Hashable, Sendable {
  /// A path, which may be a link as those in /dev/serial/by-id.
  case serial(String, SerialSettings)
  case tcp(Endpoint)

  /// For the log.
  var description: String {
    switch self {
    case .serial(let path, let settings): "\(path) \(settings)"
    case .tcp(let endpoint): "\(endpoint.host):\(endpoint.port)"
    }
  }
}
