import NIOCore
import NIOHTTP1
import NIOWebSocket

/// The opening handshake (RFC 6455, section 4): what we ask, and what the answer means. Redirects are not followed: a token would go
/// where nobody has sent it.
struct WebSocketHandshake {
  struct Agreement: Hashable, Sendable {
    var deflate: DeflateAgreement?
  }

  enum Verdict: Hashable {
    case accepted(Agreement)
    case refused(Closure)
  }

  struct Failure: Error, Hashable { var text: String }

  let request: HTTPRequestHead
  /// What to do about it where the server doesn't let us in.
  private let remedy: String
  private let subprotocol: String?
  private let offersDeflate: Bool
  private let check: NIOWebSocketClientUpgrader

  /// - Parameters:
  ///   - remedy: what to look at where the server doesn't let us in.
  ///   - key: 16 random bytes as base64.
  init(
    _ options: WebSocketOptions, token: String?, subprotocol: String?, remedy: String,
    key: String = NIOWebSocketClientUpgrader.randomRequestKey()
  ) throws(Failure) {
    self.subprotocol = subprotocol
    self.remedy = remedy
    offersDeflate = options.offersDeflate
    check = NIOWebSocketClientUpgrader(requestKey: key) { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
    var resource = options.address.resource
    var headers = HTTPHeaders([
      ("Host", options.address.authority), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
      ("Sec-WebSocket-Key", key), ("Sec-WebSocket-Version", "13"), ("User-Agent", "waypost"),
    ])
    var protocols = [subprotocol].compactMap { $0 }
    if let token {
      switch options.authentication {
      case .header:
        guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
          throw Failure(text: "the token holds what can't stand in a header: blanks, or what is not ASCII")
        }
        headers.add(name: "Authorization", value: "Bearer \(token)")
      case .subprotocol:
        guard token.utf8.allSatisfy(Self.isTokenCharacter) else {
          throw Failure(
            text: "the token holds what can't stand in a subprotocol, such as “=”, “/” or a blank; use `auth: header`")
        }
        protocols += ["access_token", token]
      case .query:
        resource += (resource.contains("?") ? "&" : "?") + "access_token=" + Self.percentEncoded(token)
      }
    }
    if !protocols.isEmpty { headers.add(name: "Sec-WebSocket-Protocol", value: protocols.joined(separator: ", ")) }
    if options.offersDeflate { headers.add(name: "Sec-WebSocket-Extensions", value: DeflateAgreement.offer) }
    request = HTTPRequestHead(version: .http1_1, method: .GET, uri: resource, headers: headers)
  }

  /// Lays the handlers that shake hands at the channel's end.
  /// - Parameter open: lays what comes next.
  func add(
    to channel: any Channel, limit: Int, _ approach: Approach, open: @escaping (Agreement) throws -> Void
  ) throws {
    var agreement = Agreement()
    try HTTPExchange.add(to: channel, request: request, limit: limit, peer: "the server", approach) { head in
      switch judge(head) {
      case .accepted(let agreed):
        agreement = agreed
        return nil
      case .refused(let closure): return closure
      }
    } through: {
      try open(agreement)
    }
  }

  func judge(_ head: HTTPResponseHead) -> Verdict {
    guard head.status.code == 101 else { return .refused(refusal(head)) }
    func says(_ name: String, _ word: String) -> Bool {
      head.headers[canonicalForm: name].contains { $0.lowercased() == word }
    }
    guard says("upgrade", "websocket"), says("connection", "upgrade"), check.shouldAllowUpgrade(upgradeResponse: head)
    else {
      return .refused(
        .garbage("the answer to the handshake is not that of a WebSocket server: something on the way may change it"))
    }
    let chosen = head.headers["sec-websocket-protocol"]
    switch subprotocol {
    case let wanted? where chosen.isEmpty:
      return .refused(.garbage("the server doesn't speak `\(wanted)`: it chose no subprotocol"))
    case let wanted? where chosen != [wanted]:
      return .refused(
        .garbage("the server chose the subprotocol “\(ServerMessage.clean(chosen[0]))”, which is not `\(wanted)`"))
    case nil where !chosen.isEmpty:
      return .refused(.garbage("the server chose a subprotocol, and none was asked for"))
    default: break
    }
    do throws(DeflateAgreement.Failure) {
      return .accepted(
        Agreement(
          deflate: try DeflateAgreement.read(head.headers["sec-websocket-extensions"], wasOffered: offersDeflate)))
    } catch {
      return .refused(.garbage(error.text))
    }
  }

  private func refusal(_ head: HTTPResponseHead) -> Closure {
    let status = "HTTP \(head.status.code) \(ServerMessage.clean(head.status.reasonPhrase))"
    switch head.status.code {
    case 401, 403:
      return .notAuthorized("the server refused us: \(status); \(remedy)")
    case 300...399:
      // A query may hold our token.
      let place = head.headers["location"].first.map { "“\(ServerMessage.clean(String($0.prefix { $0 != "?" })))”" }
      return .local(
        "the server redirects to \(place ?? "another address") (\(status)), which is not followed; write that as `url`, with `wss://`"
      )
    case 404, 410: return .local("the server has no WebSocket at this path (\(status)); check the path of `url`")
    case 200...299: return .local("what answers is a web page and no WebSocket (\(status)); check the path of `url`")
    case 429, 500...599: return .local("the server can't serve us now (\(status))")
    default: return .local("the server refused the handshake (\(status)); check `url`")
    }
  }

  /// RFC 9110, section 5.6.2.
  private static func isTokenCharacter(_ byte: UInt8) -> Bool {
    isUnreserved(byte) || "!#$%&'*+^`|".utf8.contains(byte)
  }

  /// RFC 3986, section 2.3.
  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: "-._~".utf8.contains(byte)
    }
  }

  static func percentEncoded(_ text: String) -> String {
    text.utf8.reduce(into: "") { encoded, byte in
      if isUnreserved(byte) {
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        encoded += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
  }
}
