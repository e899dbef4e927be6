import Foundation
import Glibc

/// A program of `examples/`, as it stands there, and again after it was killed.
final class ExampleProgram {
  /// Debian's Python; another has other versions of the libraries.
  static let python = Environment["WAYPOST_EXAMPLES_PYTHON"] ?? "/usr/bin/python3"

  /// Whether Python finds these modules.
  static func has(_ modules: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["-c", "import \(modules.joined(separator: ", "))"]
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  static func path(_ name: String) -> String { "\(Environment.packageRoot)/examples/\(name)" }

  private let file: String
  private let arguments: [String]
  private let environment: [String: String]
  private let name: String
  private let bench: Bench
  private var starts = 0
  private(set) var child: Child

  /// - Parameters:
  ///   - file: Within `examples/`, or an absolute path.
  ///   - name: Tells it from others in the bench.
  init(
    _ file: String, _ arguments: [String], name: String, in bench: Bench, environment: [String: String] = [:]
  ) throws {
    self.file = file.hasPrefix("/") ? file : Self.path(file)
    self.arguments = arguments
    self.name = name
    self.bench = bench
    self.environment = environment.merging(["PYTHONUNBUFFERED": "1"]) { mine, _ in mine }
    child = try Child(
      Self.python, [self.file] + arguments, name: "\(name)-0", in: bench, environment: self.environment)
  }

  /// Starts it once more, after `kill`.
  func start() throws {
    starts += 1
    child = try Child(
      Self.python, [file] + arguments, name: "\(name)-\(starts)", in: bench, environment: environment)
  }

  /// SIGKILL, in the middle of whatever it does.
  func kill() throws {
    child.signal(SIGKILL)
    try child.wait()
  }

  /// Waits until its output holds a text, and while it runs.
  func wait(for text: String, within seconds: Double = 120) throws {
    try Wait.until("\(name) to say \(text); \(child.tail)", within: seconds, every: 20) {
      if let exit = child.exit { throw Failure("\(name): \(exit); \(child.tail)") }
      return child.output.contains(text) || child.errors.contains(text)
    }
  }

  /// Waits until it listens there.
  func wait(forPort port: Int, within seconds: Double = 120) throws {
    try Wait.until("\(name) to listen; \(child.tail)", within: seconds, every: 20) {
      if let exit = child.exit { throw Failure("\(name): \(exit); \(child.tail)") }
      return Socket.answers(port: port)
    }
  }
}
