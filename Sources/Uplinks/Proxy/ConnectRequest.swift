import NIOHTTP1

/// HTTP's CONNECT to a proxy (RFC 9110, section 9.3.6): what is asked, and what the answer means.
enum ConnectRequest {
  static func head(host: String, port: Int, credentials: ProxyCredentials?) -> HTTPRequestHead {
    let place = (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    var headers = HTTPHeaders([("Host", place), ("User-Agent", "waypost")])
    if let credentials {
      headers.add(
        name: "Proxy-Authorization",
        value: "Basic " + Base64.encode(Array("\(credentials.username):\(credentials.password)".utf8)))
    }
    return HTTPRequestHead(version: .http1_1, method: .CONNECT, uri: place, headers: headers)
  }

  /// Why the proxy doesn't let us through; `nil`: it does.
  static func refusal(_ head: HTTPResponseHead) -> Closure? {
    let status = "HTTP \(head.status.code) \(ServerMessage.clean(head.status.reasonPhrase))"
    switch head.status.code {
    case 200...299: return nil
    case 407: return .notAuthorized("the proxy wants another user name or password (\(status)); see `proxy`")
    case 401, 403: return .notAuthorized("the proxy doesn't let us through to the server (\(status))")
    default: return .local("the proxy can't connect to the server (\(status))")
    }
  }
}

/// RFC 4648, section 4.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      let bits = part.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - part.count))
      for index in 0..<4 {
        text.append(index <= part.count ? alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
