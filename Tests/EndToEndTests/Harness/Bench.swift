import Foundation

/// One test's place: a temporary directory, and whatever must be torn down in the end, last first, also when the test throws.
final class Bench: @unchecked Sendable {
  let directory: String
  private let lock = NSLock()
  private var teardowns: [() -> Void] = []
  private var failed = false
  /// Whether the directory stays, and is named, when the body throws.
  var staysAfterFailure = true
  /// The wall clock that processes see from now on in place of the machine's: gpsd, the gateway, its commands, whatever is started.
  var clock: WallClock?

  private init() throws {
    let pattern = String(repeating: "X", count: 6)
    var template = Array("\(NSTemporaryDirectory())waypost-e2e-\(pattern)".utf8CString)
    guard mkdtemp(&template) != nil else { throw lastError("mkdtemp") }
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // gpsd gives up its privileges and must still reach what is in here.
    chmod(directory, 0o755)
  }

  /// Runs `body`, then tears down. The directory stays, and is named, when the body throws, unless it said otherwise, or `WAYPOST_KEEP` is set.
  static func with<T>(_ body: (Bench) throws -> T) throws -> T {
    let bench = try Bench()
    do {
      let result = try body(bench)
      bench.tearDown()
      return result
    } catch {
      bench.failed = bench.failed || bench.staysAfterFailure
      bench.tearDown()
      throw Failure(bench.failed ? "\(error)\n  (files kept in \(bench.directory))" : "\(error)")
    }
  }

  /// The directory stays, and is named.
  func keep() {
    lock.withLock { failed = true }
    print("files kept in \(directory)")
  }

  func atEnd(_ body: @escaping () -> Void) { lock.withLock { teardowns.append(body) } }

  private func tearDown() {
    for body in lock.withLock({ teardowns }).reversed() { body() }
    if !failed, Environment["WAYPOST_KEEP"] == nil { try? FileManager.default.removeItem(atPath: directory) }
  }

  func path(_ name: String) -> String { "\(directory)/\(name)" }

  @discardableResult func write(_ text: String, to name: String) throws -> String {
    let file = path(name)
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }
}

enum Environment {
  static subscript(name: String) -> String? { ProcessInfo.processInfo.environment[name] }

  /// True in `make verify`: the long forms of the tests.
  static var soak: Bool { self["WAYPOST_SOAK"] == "1" }

  /// How long the oracle goes on with one round after the other, seconds; `nil`: not at all.
  static var oracleSeconds: Double? { self["WAYPOST_ORACLE_SECONDS"].flatMap { Double($0) } }

  /// The recorded data, or `nil` where it isn't there.
  static var data: String? {
    let path = self["WAYPOST_TEST_DATA"] ?? "\(packageRoot)/../shared/data"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  static let packageRoot: String = {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
  }()

  /// The executable under test, which the build puts beside the test bundle.
  static let waypost: String = {
    if let path = Environment["WAYPOST_BINARY"] { return path }
    let running = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    for folder in [running.deletingLastPathComponent().path, "\(packageRoot)/.build/debug"]
    where FileManager.default.isExecutableFile(atPath: "\(folder)/waypost") { return "\(folder)/waypost" }
    return "\(packageRoot)/.build/debug/waypost"
  }()

  /// Finds a program in `PATH` or where Debian keeps daemons.
  static func program(_ name: String) -> String? {
    let folders =
      (self["PATH"] ?? "").split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  static func have(_ programs: String...) -> Bool { programs.allSatisfy { program($0) != nil } }
}

extension NSLock {
  func withLock<T>(_ body: () throws -> T) rethrows -> T {
    lock()
    defer { unlock() }
    return try body()
  }
}

extension NSCondition {
  func withLock<T>(_ body: () throws -> T) rethrows -> T {
    lock()
    defer { unlock() }
    return try body()
  }
}
