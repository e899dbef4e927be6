import Glibc

/// A network of the test's own, in which packets can be dropped without anybody else noticing.
enum NetworkNamespace {
  /// `CLONE_NEWNET` of clone(2); like the two functions, the C library keeps it for those who define `_GNU_SOURCE`.
  private static let kind: Int32 = 0x4000_0000
  private static let unshare = dlsym(nil, "unshare").map {
    unsafeBitCast($0, to: (@convention(c) (Int32) -> Int32).self)
  }
  private static let setns = dlsym(nil, "setns").map {
    unsafeBitCast($0, to: (@convention(c) (Int32, Int32) -> Int32).self)
  }

  /// Runs `body` in a fresh network that has nothing but a loopback. Threads and processes that `body` starts are in it, too; the
  /// calling thread is back in its own afterwards. Where this process has no right to make one, or there is no `nft`, `body` runs where it
  /// is, and gets `nil`.
  static func with<T>(in bench: Bench, _ body: (PacketFilter?) throws -> T) throws -> T {
    guard let nft = Environment.program("nft"), let ip = Environment.program("ip") else { return try body(nil) }
    let home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
    guard home >= 0 else { throw lastError("open a network namespace") }
    defer { close(home) }
    guard let unshare = Self.unshare, let setns = Self.setns, unshare(kind) == 0 else { return try body(nil) }
    defer { _ = setns(home, kind) }
    try bench.run(ip, ["link", "set", "lo", "up"], name: "ip")
    return try body(try PacketFilter(nft: nft, in: bench))
  }
}

/// Drops what arrives at a TCP port, or comes from it, without a word to either side, as a dead radio link does. The sender's own network
/// takes the packets; they are lost on the way.
final class PacketFilter {
  private let nft: String
  private let bench: Bench
  private static let table = "inet waypost"

  fileprivate init(nft: String, in bench: Bench) throws {
    self.nft = nft
    self.bench = bench
    try apply("add table \(Self.table)\nadd chain \(Self.table) arriving { type filter hook input priority 0; }")
  }

  /// From now on, beside what is dropped already.
  func drop(_ direction: TCPProxy.Direction, port: Int) throws {
    try apply("add rule \(Self.table) arriving tcp \(direction == .toServer ? "dport" : "sport") \(port) drop")
  }

  func passAll() throws { try apply("flush chain \(Self.table) arriving") }

  private func apply(_ rules: String) throws {
    let file = try bench.write(rules + "\n", to: "rules.nft")
    let result = try bench.run(nft, ["-f", file], name: "nft")
    guard result.exit == .code(0) else { throw Failure("nft: \(result.errors)") }
  }
}
