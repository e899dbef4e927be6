public import Config
import Glibc
import Uplinks

/// The command line's end of the control socket. Blocking; for a command that does this and ends.
public struct ControlClient: ~Copyable {
  /// Why the daemon could not be asked, with the remedy.
  public struct Failure: Error, CustomStringConvertible, Sendable {
    /// For a person.
    public let description: String
    /// Nothing listens there: no gateway runs, or none with that socket.
    public let isAbsent: Bool

    /// - Parameter description: What happened, and what to do about it.
    public init(description: String) { self.init(description: description, isAbsent: false) }

    init(description: String, isAbsent: Bool) {
      self.description = description
      self.isAbsent = isAbsent
    }
  }

  /// A reply: the line as it came, and what it says.
  public struct Reply: Sendable {
    /// As it came, without the line's end.
    public var line: String
    /// What it says.
    public var node: JSONNode
  }

  /// A reply line may be this long.
  static let lineLimit = 16 << 20
  /// How long an answer may take unless told otherwise, seconds.
  public static let defaultTimeout = 30

  private let timeout: Int
  private let descriptor: Int32
  private var buffered: [UInt8] = []

  /// Connects; throws with the remedy where no gateway answers.
  /// - Parameter timeout: How long an answer may take, seconds.
  public init(path: String, timeout: Int = defaultTimeout) throws(Failure) {
    self.timeout = timeout
    descriptor = try Self.connect(to: path, timeout: timeout)
  }

  private static func connect(to path: String, timeout: Int) throws(Failure) -> Int32 {
    guard path.utf8.count < 108 else {
      throw Failure(description: "the socket's path is longer than the system allows (107 bytes): \(path)")
    }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(description: "no socket to be had (errno \(errno))") }
    var wait = timeval(tv_sec: timeout, tv_usec: 0)
    // The latter also bounds connecting, which waits where the gateway has hung and its queue is full.
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &wait, socklen_t(MemoryLayout<timeval>.size))
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result != 0 else { return descriptor }
    let code = errno
    close(descriptor)
    throw Failure(description: explain(code, path: path), isAbsent: code == ENOENT || code == ECONNREFUSED)
  }

  deinit { close(descriptor) }

  /// Sends the request and gives back the reply; throws with the daemon's own words where it refuses.
  public mutating func ask(_ request: ControlRequest) throws(Failure) -> Reply {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("request", request.name)
    switch request {
    case .command(let name, let arguments):
      writer.member("name", name)
      writer.key("args")
      arguments.write(to: &writer)
    case .explain(let name): writer.member("name", name)
    case .journal(let request): request.write(to: &writer)
    case .status, .recordOn, .recordOff, .recordExport, .reload: break
    }
    writer.endObject()
    try send(writer.bytes + [10])
    let line = try readLine()
    var diagnostics = Diagnostics()
    guard let node = JSON.parse(SourceFile(path: "reply", bytes: line), diagnostics: &diagnostics) else {
      throw Failure(description: "the daemon's answer is no JSON; is it of another version?")
    }
    if case .boolean(true)? = node["ok"]?.content {
      return Reply(line: String(decoding: line, as: UTF8.self), node: node)
    }
    guard let message = node["error"]?.string else {
      throw Failure(description: "the daemon refused and gave no reason")
    }
    throw Failure(description: message)
  }

  /// The raw bytes after the reply line, in pieces, until the daemon closes.
  public mutating func readRest(_ body: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
    if !buffered.isEmpty {
      try body(buffered)
      buffered = []
    }
    while let chunk = try receive() { try body(chunk) }
  }

  private func send(_ bytes: [UInt8]) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Failure(description: "the daemon hung up (errno \(errno))") }
      rest = rest.dropFirst(count)
    }
  }

  private mutating func readLine() throws(Failure) -> [UInt8] {
    while true {
      if let end = buffered.firstIndex(of: 10) {
        defer { buffered.removeSubrange(...end) }
        return Array(buffered[..<end])
      }
      guard buffered.count <= Self.lineLimit else { throw Failure(description: "the answer is too long") }
      guard let chunk = try receive() else {
        throw Failure(description: "the daemon hung up without an answer; `journalctl -u waypost` may say why")
      }
      buffered += chunk
    }
  }

  private func receive() throws(Failure) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65536)
    var count: Int
    repeat { count = recv(descriptor, &buffer, buffer.count, 0) } while count < 0 && errno == EINTR
    if count < 0 {
      throw Failure(
        description: errno == EAGAIN
          ? "the daemon doesn't answer within \(timeout) s" : "reading failed (errno \(errno))")
    }
    return count == 0 ? nil : Array(buffer[..<count])
  }

  private static func explain(_ code: Int32, path: String) -> String {
    switch code {
    case ENOENT, ECONNREFUSED:
      "no gateway answers at \(path); is it running? `systemctl status waypost` tells, `systemctl start waypost` starts it"
    case EACCES, EPERM:
      "you may not talk to the gateway at \(path); use sudo, or join its group: `sudo adduser $USER waypost`, then log in again"
    case EAGAIN: "the gateway at \(path) hangs; `systemctl restart waypost` ends it and loses nothing that was kept"
    default: "the gateway at \(path) can't be reached (errno \(code))"
    }
  }
}
