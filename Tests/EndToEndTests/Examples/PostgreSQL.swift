import Foundation
import Glibc

/// A PostgreSQL of the test's own, on a socket in its folder, run by somebody without rights.
final class PostgreSQL {
  /// Where Debian keeps the server's programs, the newest version's; `nil` where there is none, or no PostGIS.
  static let programs: String? = {
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return versions.compactMap { Int($0) }.sorted().reversed().map { "\(root)/\($0)" }
      .first { FileManager.default.fileExists(atPath: "\($0)/lib/postgis-3.so") }.map { "\($0)/bin" }
  }()

  static var isInstalled: Bool { programs != nil && Environment.have("psql", "setpriv") }

  private let bench: Bench
  private let folder: String
  private var child: Child?
  private var starts = 0
  private var queries = 0

  init(in bench: Bench) throws {
    self.bench = bench
    folder = bench.path("postgres")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if getuid() == 0, let nobody = getpwnam("nobody") { chown(folder, nobody.pointee.pw_uid, nobody.pointee.pw_gid) }
    let made = try bench.run(
      try own("initdb").program,
      try own("initdb").arguments + ["-D", "\(folder)/data", "-A", "trust", "-U", "postgres", "-N"],
      name: "initdb", within: 300)
    guard made.exit == .code(0) else { throw Failure("initdb: \(made.errors)\(made.output)") }
    try start()
    try query("CREATE DATABASE fleet", database: "postgres")
  }

  /// It won't run as root.
  private func own(_ name: String) throws -> (program: String, arguments: [String]) {
    guard let programs = Self.programs, let setpriv = Environment.program("setpriv") else {
      throw Failure("PostgreSQL with PostGIS is not installed")
    }
    if getuid() != 0 { return ("\(programs)/\(name)", []) }
    return (setpriv, ["--reuid", "nobody", "--clear-groups", "\(programs)/\(name)"])
  }

  /// For libpq.
  func connection(_ more: String = "") -> String { "host=\(folder) user=postgres dbname=fleet \(more)" }

  /// Starts it, again after `crash`.
  func start() throws {
    starts += 1
    let (program, arguments) = try own("postgres")
    let child = try Child(
      program, arguments + ["-D", "\(folder)/data", "-k", folder, "-c", "listen_addresses="],
      name: "postgres-\(starts)",
      in: bench)
    self.child = child
    // Ends at once, and takes its shared memory with it.
    bench.atEnd {
      child.signal(SIGQUIT)
      _ = try? child.wait()
    }
    try Wait.until("PostgreSQL; \(child.tail)", within: 120, every: 50) {
      if let exit = child.exit { throw Failure("postgres: \(exit); \(child.tail)") }
      return child.errors.contains("database system is ready to accept connections")
    }
  }

  /// As after a power cut, but for what the disk has.
  func crash() throws {
    child?.signal(SIGQUIT)
    try child?.wait()
  }

  /// What psql prints: a line a row, columns by a blank.
  @discardableResult func query(_ text: String, database: String = "fleet") throws -> [String] {
    queries += 1
    return try run(["-c", text], database: database)
  }

  /// Runs a file.
  @discardableResult func run(file: String) throws -> [String] { try run(["-f", file], database: "fleet") }

  private func run(_ arguments: [String], database: String) throws -> [String] {
    guard let psql = Environment.program("psql") else { throw Failure("psql is not installed") }
    let result = try bench.run(
      psql,
      ["-h", folder, "-U", "postgres", "-d", database, "-X", "-q", "-A", "-t", "-F", " ", "-v", "ON_ERROR_STOP=1"]
        + arguments,
      name: "psql")
    guard result.exit == .code(0) else { throw Failure("psql \(arguments): \(result.errors)") }
    return result.output.split(separator: "\n").map(String.init)
  }
}
