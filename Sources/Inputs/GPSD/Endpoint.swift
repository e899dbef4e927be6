import Glibc

/// Where a gpsd listens.
struct Endpoint: Hashable, Sendable {
  /// A name or an address, IPv4 or IPv6.
  var host: String
  var port: UInt16

  /// A socket address of it.
  struct Address: Sendable {
    fileprivate var storage: sockaddr_storage
    fileprivate var length: socklen_t
  }

  /// The addresses, in the order in which they are to be tried (RFC 6724); empty where the name is not known, or not now.
  /// - Parameter isNumeric: true: only if the host is an address already, which never blocks; a look-up may, for a minute.
  func addresses(isNumeric: Bool) -> [Address] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_protocol = Int32(IPPROTO_TCP)
    hints.ai_flags = AI_NUMERICSERV | (isNumeric ? AI_NUMERICHOST : 0)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var addresses: [Address] = []
    var next = list
    while let info = next?.pointee, addresses.count < 16 {
      next = info.ai_next
      guard let address = info.ai_addr, Int(info.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size else { continue }
      var storage = sockaddr_storage()
      memcpy(&storage, address, Int(info.ai_addrlen))
      addresses.append(Address(storage: storage, length: info.ai_addrlen))
    }
    return addresses
  }
}

/// A TCP connection that never blocks.
final class StreamSocket {
  let descriptor: Int32

  /// The reason as it stands in a device's observation.
  struct Failure: Error, Hashable, Sendable {
    var reason: String

    init(reason: String) { self.reason = reason }

    init(code: Int32) {
      reason =
        switch code {
        case ECONNREFUSED: "refused"
        case ETIMEDOUT: "timeout"
        case EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL, ENETDOWN: "unreachable"
        case ECONNRESET, EPIPE: "closed"
        default: "error"
        }
    }
  }

  /// Begins to connect; when the socket is writable, `connectionError` tells how it went.
  init(connectingTo address: Endpoint.Address) throws(Failure) {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let new = socket(Int32(address.storage.ss_family), type, 0)
    guard new >= 0 else { throw Failure(code: errno) }
    var storage = address.storage
    let status = withUnsafePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(new, $0, address.length) }
    }
    let code = errno
    guard status == 0 || code == EINPROGRESS else {
      close(new)
      throw Failure(code: code)
    }
    descriptor = new
  }

  deinit { close(descriptor) }

  /// `nil`: connected.
  var connectionError: Failure? {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else { return Failure(code: errno) }
    return code == 0 ? nil : Failure(code: code)
  }

  /// Sends a short command. One that the socket's buffer has no room for, on a connection where we say next to nothing, is a
  /// failure of the connection.
  func send(_ bytes: [UInt8]) -> Failure? {
    let sent = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    return sent == bytes.count ? nil : Failure(code: sent < 0 ? errno : EPIPE)
  }

  enum Read {
    case bytes(ArraySlice<UInt8>)
    /// Nothing is there now.
    case nothing
    case failure(Failure)
  }

  /// Reads what is there, at most as much as the buffer holds.
  func read(_ buffer: inout [UInt8]) -> Read {
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 { return .bytes(buffer[..<count]) }
    if count == 0 { return .failure(Failure(reason: "closed")) }
    let code = errno
    return code == EAGAIN || code == EINTR ? .nothing : .failure(Failure(code: code))
  }
}
