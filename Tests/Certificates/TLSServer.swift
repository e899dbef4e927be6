import Foundation
import Glibc

/// A TLS server of Debian's on a free loopback port, ended with the object.
public final class TLSServer: @unchecked Sendable {
  public let port: Int
  /// To its standard input.
  private let input = Launch.pipe()
  private let process = Process()
  private let output: String

  /// `openssl s_server` with a certificate.
  /// - Parameter arguments: more of s_server(1).
  public convenience init(openssl issued: Authority.Issued, _ arguments: [String] = []) throws {
    let port = ServerPort.next()
    try self.init(
      port, "openssl",
      ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", issued.certificate, "-key", issued.key] + arguments,
      isReady: "ACCEPT")
  }

  /// nginx with a configuration of one `server`.
  /// - Parameters:
  ///   - block: `http` or `stream`.
  ///   - server: what stands in `server { … }`.
  ///   - isSecure: whether it speaks TLS.
  public convenience init(nginx block: String, folder: String, isSecure: Bool = true, server: String) throws {
    let port = ServerPort.next()
    let modules = FileManager.default.fileExists(atPath: "/usr/lib/nginx/modules/ngx_stream_module.so")
    let text = """
      \(block == "stream" && modules ? "load_module /usr/lib/nginx/modules/ngx_stream_module.so;" : "")
      daemon off; master_process off; pid \(folder)/nginx-\(port).pid; error_log \(folder)/nginx-\(port).log;
      events {}
      \(block) {
        \(block == "http" ? "access_log off; client_body_temp_path \(folder)/b; proxy_temp_path \(folder)/p; fastcgi_temp_path \(folder)/f; uwsgi_temp_path \(folder)/u; scgi_temp_path \(folder)/s; client_max_body_size 100m; lingering_time 600s; lingering_timeout 600s; send_timeout 600s;" : "")
        server { listen 127.0.0.1:\(port)\(isSecure ? " ssl" : ""); \(server) }
      }
      """
    let file = "\(folder)/nginx-\(port).conf"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    try self.init(port, "/usr/sbin/nginx", ["-c", file, "-e", "\(folder)/nginx-\(port).log"], isReady: nil)
  }

  /// Any program.
  /// - Parameter isReady: what it says then; `nil`: it listens; empty: it isn't waited for.
  public init(_ port: Int, _ program: String, _ arguments: [String], isReady: String?) throws {
    self.port = port
    output = FileManager.default.temporaryDirectory.appendingPathComponent("waypost-tls-\(UUID().uuidString)").path
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    let handle = FileHandle(forWritingAtPath: output)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardInput = input
    process.standardOutput = handle
    process.standardError = handle
    try process.begin()
    let end = Date().addingTimeInterval(120)
    var isRunning = true
    // What it says last is heard though it has ended.
    while isRunning, Date() < end {
      isRunning = process.isRunning
      if let isReady {
        if isReady.isEmpty || said.contains(isReady) { return }
      } else if Self.isListenedOn(port) {
        return
      }
      poll(nil, 0, 5)
    }
    throw Authority.Failure(text: "\(program) \(arguments.joined(separator: " ")): \(said)")
  }

  deinit {
    if process.isRunning {
      Glibc.kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    try? FileManager.default.removeItem(atPath: output)
  }

  /// What it has written.
  public var said: String { String(decoding: bytes, as: UTF8.self) }
  private var bytes: Data { (try? Data(contentsOf: URL(fileURLWithPath: output))) ?? Data() }

  public func say(_ text: String) { input.fileHandleForWriting.write(Data(text.utf8)) }

  /// Without a word to its clients.
  public func kill() {
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// A connected socket, or −1.
  public static func connect(_ port: Int) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let code = with(port: port) { Glibc.connect(descriptor, $0, $1) }
    guard code == 0 else {
      close(descriptor)
      return -1
    }
    return descriptor
  }

  /// By the kernel's own list, proc(5): a connection to try it by would be some servers' only one.
  public static func isListenedOn(_ port: Int) -> Bool {
    let hex = String(port, radix: 16, uppercase: true)
    let place = ":" + String(repeating: "0", count: 4 - hex.count) + hex
    let lines = (try? String(contentsOfFile: "/proc/self/net/tcp", encoding: .utf8))?.split(separator: "\n") ?? []
    return lines.contains { line in
      let fields = line.split(separator: " ", maxSplits: 4)
      // 0A: it listens.
      return fields.count > 3 && fields[1].hasSuffix(place) && fields[3] == "0A"
    }
  }

  private static func with<T>(port: Int, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> T) -> T {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
