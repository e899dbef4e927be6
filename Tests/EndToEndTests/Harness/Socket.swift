import Certificates
import Glibc

/// Sockets on 127.0.0.1, non-blocking and closed on exec.
enum Socket {
  private static let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)

  private static func withAddress<T>(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }

  /// A listening socket and its port; 0 lets the kernel choose one.
  static func listen(port: Int = 0) throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | flags, 0)
    guard descriptor >= 0 else { throw lastError("socket") }
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    guard withAddress(port, { bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 64) == 0 else {
      let error = lastError("bind to port \(port)")
      close(descriptor)
      throw error
    }
    return (descriptor, Socket.port(of: descriptor))
  }

  /// Begins to connect; `connected` says when that is done.
  static func connect(port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | flags, 0)
    guard descriptor >= 0 else { throw lastError("socket") }
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    if withAddress(port, { Glibc.connect(descriptor, $0, $1) }) != 0, errno != EINPROGRESS {
      let error = lastError("connect to port \(port)")
      close(descriptor)
      throw error
    }
    return descriptor
  }

  /// A listening socket that lived on in a child would keep its port.
  static func closeOnExec(_ descriptor: Int32) { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }

  static func accept(_ listener: Int32) -> Int32? {
    let descriptor = Glibc.accept(listener, nil, nil)
    guard descriptor >= 0 else { return nil }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    closeOnExec(descriptor)
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    return descriptor
  }

  /// `true` once connected, `false` while it goes on, throws when it was refused.
  static func connected(_ descriptor: Int32) throws -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&entry, 1, 0) > 0 else { return false }
    var error: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
    guard error == 0 else { throw Failure("connect: \(String(cString: strerror(error)))") }
    return true
  }

  /// Closes with a reset instead of the usual farewell.
  static func reset(_ descriptor: Int32) {
    var immediately = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &immediately, socklen_t(MemoryLayout<linger>.size))
    close(descriptor)
  }

  static func port(of descriptor: Int32) -> Int {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
    }
    return Int(in_port_t(bigEndian: address.sin_port))
  }

  /// A port for a server that cannot say which one it took, and that may come back to it.
  static func freePort() -> Int { ServerPort.next() }

  /// True when something listens there.
  static func answers(port: Int) -> Bool {
    guard let descriptor = try? connect(port: port) else { return false }
    defer { close(descriptor) }
    let deadline = Instant.now + 1
    while Instant.now < deadline {
      guard let done = try? connected(descriptor) else { return false }
      if done { return true }
      poll(nil, 0, 1)
    }
    return false
  }

  /// What can be read now; empty when nothing is there yet, `nil` at the end or after an error.
  static func read(_ descriptor: Int32, limit: Int = 65_536) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: limit)
    let count = recv(descriptor, &buffer, limit, 0)
    if count > 0 { return Array(buffer.prefix(count)) }
    if count < 0, errno == EAGAIN || errno == EINTR { return [] }
    return nil
  }

  /// How much of it could be written; `nil` after an error.
  static func write(_ descriptor: Int32, _ bytes: [UInt8]) -> Int? {
    if bytes.isEmpty { return 0 }
    let count = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    if count >= 0 { return count }
    return errno == EAGAIN || errno == EINTR ? 0 : nil
  }
}
