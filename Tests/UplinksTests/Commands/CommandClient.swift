import Certificates
import CMosquitto
import Foundation
import Glibc

@testable import Uplinks

/// A server that gives commands by mosquitto's own clients, as one would from a shell.
struct CommandClient {
  static let isThere = ["mosquitto_pub", "mosquitto_sub", "mosquitto_rr"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/" + $0)
  }

  let port: Int

  /// On a thread of its own: the uplink that is to answer needs those of the pool, of which there may be one.
  @discardableResult
  private func run(_ program: String, _ arguments: [String]) async throws -> String {
    let port = port
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/" + program)
            process.arguments = ["-h", "127.0.0.1", "-p", "\(port)"] + arguments
            let output = Launch.pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.begin()
            let data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return String(decoding: data, as: UTF8.self)
          })
      }
    }
  }

  func publish(_ name: String, _ payload: String, _ options: String...) async throws {
    try await run(
      "mosquitto_pub", ["-q", "1", "-t", "waypost/truck-005/command/\(name)", "-m", payload] + options)
  }

  /// Asks and waits for the answer on a topic of its own, with correlation data (mosquitto_rr(1)); MQTT 5.
  func ask(_ name: String, _ payload: String, correlation: String) async throws -> String {
    try await run(
      "mosquitto_rr",
      [
        "-V", "5", "-q", "1", "-t", "waypost/truck-005/command/\(name)", "-m", payload, "-e",
        "answers/\(UUID().uuidString)",
        "-D", "publish", "correlation-data", correlation, "-W", "60", "-F", "%D %p",
      ])
  }
}
