import Glibc

/// Resolves a host's name to numeric addresses, in the order in which they should be tried (getaddrinfo(3), RFC 6724).
enum HostAddress {
  struct Failure: Error { var text: String }

  /// Blocks while the resolver works; at most 16 addresses.
  static func resolve(_ host: String) throws(Failure) -> [String] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    var code = getaddrinfo(host, nil, &hints, &list)
    if code != 0 {
      // A box that has nothing but loopback up still reaches a broker of its own.
      hints.ai_flags = 0
      code = getaddrinfo(host, nil, &hints, &list)
    }
    guard code == 0, let list else {
      throw Failure(text: "can't find “\(host)”: \(String(cString: gai_strerror(code)).lowercased())")
    }
    defer { freeaddrinfo(list) }
    var addresses: [String] = []
    var next: UnsafeMutablePointer<addrinfo>? = list
    while let entry = next, addresses.count < 16 {
      next = entry.pointee.ai_next
      var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      guard
        getnameinfo(
          entry.pointee.ai_addr, entry.pointee.ai_addrlen, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
          == 0
      else { continue }
      let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if !addresses.contains(text) { addresses.append(text) }
    }
    return addresses
  }
}
