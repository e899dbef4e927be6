/// What a server says as it closes (RFC 6455, sections 5.5.1 and 7.4).
struct CloseWord: Hashable {
  /// `nil` where it says nothing.
  var code: UInt16?
  var reason: String

  /// `nil` for what may not stand there.
  init?(_ payload: [UInt8]) {
    guard !payload.isEmpty else {
      reason = ""
      return
    }
    guard payload.count >= 2, let text = String(validating: payload[2...], as: UTF8.self) else { return nil }
    let number = UInt16(payload[0]) << 8 | UInt16(payload[1])
    switch number {
    case 1000...1003, 1007...1014, 3000...4999: code = number
    default: return nil
    }
    reason = ServerMessage.clean(text)
  }

  /// What it means for the link.
  /// - Parameter remedy: What to do where we aren't welcome.
  func closure(remedy: String) -> Closure {
    let words =
      "the server closed" + (code.map { ": \(Self.meaning($0))" } ?? "") + (reason.isEmpty ? "" : " “\(reason)”")
    switch code {
    case 4003: return .notAuthorized("\(words); \(remedy)")
    // It goes for reasons of its own, which have nothing to do with what it was sent.
    case 1001, 1012, 1013: return .local(words)
    default: return .peer(words)
    }
  }

  private static func meaning(_ code: UInt16) -> String {
    let words: String? =
      switch code {
      case 1000: "done"
      case 1001: "going away"
      case 1002: "protocol error"
      case 1003: "kind of data not taken"
      case 1007: "data not as they should be"
      case 1008: "against its policy"
      case 1009: "message too large"
      case 1010: "extension missing"
      case 1011: "internal error"
      case 1012: "restarting"
      case 1013: "try again later"
      case 1014: "bad gateway"
      case 4003: "forbidden"
      default: nil
      }
    return words.map { "\($0) (\(code))" } ?? "code \(code)"
  }
}
