import Glibc

/// The client's side of SOCKS 5 (RFC 1928, with user name and password by RFC 1929) until the connection is through, as a value: bytes
/// in, bytes out. swift-nio-extras has a client that knows no passwords, and would bring a dozen packages along.
struct SOCKSClient {
  enum Step: Hashable {
    /// More must come.
    case wait
    case send([UInt8])
    /// The connection is through; these bytes belong to it already.
    case through([UInt8])
    case failed(Closure)
  }

  private enum Phase { case greeting, authentication, request, over }

  private let request: [UInt8]
  private let credentials: ProxyCredentials?
  private var phase = Phase.greeting
  private var buffer: [UInt8] = []

  /// - Parameter host: a name of at most 255 bytes, which the proxy resolves, or an address.
  init(host: String, port: Int, credentials: ProxyCredentials?) {
    self.credentials = credentials
    var request: [UInt8] = [5, 1, 0]
    var v4 = [UInt8](repeating: 0, count: 4)
    var v6 = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, host, &v4) == 1 {
      request += [1] + v4
    } else if inet_pton(AF_INET6, host, &v6) == 1 {
      request += [4] + v6
    } else {
      let name = host.utf8.prefix(255)
      request += [3, UInt8(name.count)] + name
    }
    self.request = request + [UInt8(truncatingIfNeeded: port >> 8), UInt8(truncatingIfNeeded: port)]
  }

  /// What to say first.
  var greeting: [UInt8] { credentials == nil ? [5, 1, 0] : [5, 2, 0, 2] }

  /// Bytes came. It keeps less than 300 of them.
  mutating func receive(_ bytes: [UInt8]) -> Step {
    buffer += bytes
    switch phase {
    case .greeting:
      guard buffer.count >= 2 else { return wait() }
      let answer = take(2)
      guard answer[0] == 5 else { return garbage }
      switch (answer[1], credentials) {
      case (0, _): return ask()
      case (2, let credentials?):
        phase = .authentication
        let name = credentials.username.utf8.prefix(255)
        let password = credentials.password.utf8.prefix(255)
        return .send([1, UInt8(name.count)] + name + [UInt8(password.count)] + password)
      case (0xFF, nil):
        return failed(.notAuthorized("the proxy wants a user name and password; add them to `proxy`"))
      case (0xFF, _?): return failed(.notAuthorized("the proxy takes no user name and password, nor anybody without"))
      default: return garbage
      }
    case .authentication:
      guard buffer.count >= 2 else { return wait() }
      guard take(2)[1] == 0 else {
        return failed(.notAuthorized("the proxy refused the user name or password of `proxy`"))
      }
      return ask()
    case .request: return answered()
    case .over: return .wait
    }
  }

  private mutating func ask() -> Step {
    phase = .request
    return .send(request)
  }

  private mutating func answered() -> Step {
    guard buffer.count >= 5 else { return wait() }
    guard buffer[0] == 5 else { return garbage }
    guard buffer[1] == 0 else { return failed(Self.refusal(buffer[1])) }
    let length: Int
    switch buffer[3] {
    case 1: length = 4
    case 3: length = 1 + Int(buffer[4])
    case 4: length = 16
    default: return garbage
    }
    guard buffer.count >= 4 + length + 2 else { return wait() }
    _ = take(4 + length + 2)
    phase = .over
    defer { buffer = [] }
    return .through(buffer)
  }

  /// An answer is never longer than 262 bytes.
  private mutating func wait() -> Step { buffer.count < 300 ? .wait : garbage }

  private var garbage: Step {
    mutating get { failed(.garbage("what answers as the proxy does not speak SOCKS 5; check `proxy`")) }
  }

  private mutating func failed(_ closure: Closure) -> Step {
    phase = .over
    buffer = []
    return .failed(closure)
  }

  private mutating func take(_ count: Int) -> [UInt8] {
    defer { buffer.removeFirst(count) }
    return Array(buffer.prefix(count))
  }

  /// RFC 1928, section 6.
  private static func refusal(_ code: UInt8) -> Closure {
    let words =
      switch code {
      case 1: "it failed"
      case 2: "its rules don't allow that"
      case 3: "the network can't be reached"
      case 4: "the server or its name can't be reached"
      case 5: "the server refused the connection"
      case 6: "the time to live ran out"
      case 7: "it doesn't know how to connect"
      case 8: "it doesn't know such addresses"
      default: "code \(code)"
      }
    return .local("the proxy can't connect to the server: \(words)")
  }
}
