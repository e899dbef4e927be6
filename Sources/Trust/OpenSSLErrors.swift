import COpenSSL

/// This thread's queue of OpenSSL's errors (ERR_get_error(3)).
enum OpenSSLErrors {
  static func clear() { ERR_clear_error() }

  /// The earliest one, which is nearest to the cause; 0 when there is none. Stays in the queue.
  static var first: UInt { ERR_peek_error() }

  /// The reason of a code in words, such as "wrong version number".
  static func words(_ code: UInt) -> String {
    guard code != 0 else { return "no reason given" }
    return ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(String(code, radix: 16))"
  }

  /// The first error's reason; empties the queue.
  static func take() -> String {
    defer { clear() }
    return words(first)
  }
}
